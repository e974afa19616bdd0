/**
 * Identifies the physical disk of a device: two hosts may give one disk two names, and two disks one name. Pure.
 *
 * Solaris reports vendor, product and serial number (iostat(1M), -E), Linux the World Wide Name or the serial number
 * (lsblk(8)). Some arrays give all of their disks one serial number: a serial number that several devices of a host
 * share identifies nothing. A World Wide Name that they share is one disk by several ways.
 */
import type { Argv } from './commands.ts';

/** The operating system of a host, as the site file names it. */
type Platform = 'solaris' | 'linux';

/** Device name, as sdxinfo shows it -> what identifies the disk. Devices that the host reports nothing about are omitted. */
export type DiskIdentities = ReadonlyMap<string, string>;

/** Asks for every disk of a host: a serial number that several of them have is then noticed. */
export function diskQuery(platform: Platform): Argv {
  return platform === 'solaris' ? ['iostat', '-En'] : ['lsblk', '-dnP', '-o', 'NAME,WWN,SERIAL'];
}

interface Told {
  readonly device: string;
  readonly identity: string;
  /** True if no other disk has it. */
  readonly isUnique: boolean;
}

function fromIostat(text: string): Told[] {
  return text.split(/^(?=\S+\s+Soft Errors:)/m).flatMap((block): Told[] => {
    const device = /^(\S+)\s+Soft Errors:/.exec(block)?.[1];
    const told = /Vendor:\s*(.*?)\s+Product:\s*(.*?)\s+Revision:.*?Serial No:[ \t]*(\S.*?)[ \t]*$/m.exec(
      block,
    );
    if (device === undefined || !told) return [];
    return [{ device, identity: told.slice(1, 4).join(' ').replace(/\s+/g, ' '), isUnique: false }];
  });
}

function fromLsblk(text: string): Told[] {
  return text.split('\n').flatMap((line): Told[] => {
    const valueOf = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(line)?.[1]?.trim() ?? '';
    const [device, wwn, serial] = [valueOf('NAME'), valueOf('WWN'), valueOf('SERIAL')];
    const identity = wwn || serial;
    return device === '' || identity === '' ? [] : [{ device, identity, isUnique: wwn !== '' }];
  });
}

/**
 * @param text what the query has printed
 * @returns nothing of devices that share a serial number
 */
export function parseDiskIdentities(platform: Platform, text: string): DiskIdentities {
  const told = platform === 'solaris' ? fromIostat(text) : fromLsblk(text);
  const isOwn = (identity: string) => told.filter((other) => other.identity === identity).length === 1;
  return new Map(
    told
      .filter(({ identity, isUnique }) => isUnique || isOwn(identity))
      .map(({ device, identity }) => [device, identity]),
  );
}
