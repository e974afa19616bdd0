import { describe, expect, it } from 'vitest';
import { isForPrograms } from './temporary-folder.ts';

describe('the folder in memory', () => {
  it('is used where it is a tmpfs that allows programs', () => {
    expect(isForPrograms('tmpfs /dev/shm tmpfs rw,nosuid,nodev 0 0\n', '/dev/shm')).toBe(true);
  });

  it('is not used if programs are not allowed, or if it is not a tmpfs', () => {
    expect(isForPrograms('tmpfs /dev/shm tmpfs rw,nosuid,nodev,noexec 0 0\n', '/dev/shm')).toBe(false);
    expect(isForPrograms('/dev/sda1 /dev/shm ext4 rw 0 0\n', '/dev/shm')).toBe(false);
    expect(isForPrograms('proc /proc proc rw 0 0\n', '/dev/shm')).toBe(false);
  });

  it('is judged by the topmost mount', () => {
    const mounts = 'tmpfs /dev/shm tmpfs rw 0 0\ntmpfs /dev/shm tmpfs rw,noexec 0 0\n';
    expect(isForPrograms(mounts, '/dev/shm')).toBe(false);
  });
});
