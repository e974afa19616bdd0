/**
 * What each method of step 6 backs up, and with which programs. Pure.
 *
 * GDS guide 6.6.3.7 (Solaris) has 6a to 6e. The step 6 of the Linux edition is not known: 6a reads the raw device there as well, 6b and
 * 6c are those two steps with ext3, tar and dump(8) in the place of ufs, tar and ufsdump. Linux has no sfxfs.
 */
import type { Method, Platform } from '../../site/site-schema.ts';

/** The file system that a method backs up; undefined for the raw device. On Linux `sfxfs` says that there is no such method. */
export function fileSystemOf(method: Method, platform: Platform): 'ufs' | 'sfxfs' | 'ext3' | undefined {
  if (method === '6a') return undefined;
  if (method === '6d' || method === '6e') return 'sfxfs';
  return platform === 'linux' ? 'ext3' : 'ufs';
}

/** The program that dumps a whole file system by itself; undefined for methods that have dd or tar read. */
export function dumpToolOf(method: Method, platform: Platform): 'ufsdump' | 'sfxdump' | 'dump' | undefined {
  if (method === '6e') return 'sfxdump';
  if (method !== '6c') return undefined;
  return platform === 'linux' ? 'dump' : 'ufsdump';
}

/** True where the method exists on the platform. */
export const existsOn = (method: Method, platform: Platform): boolean =>
  platform === 'solaris' || fileSystemOf(method, platform) !== 'sfxfs';
