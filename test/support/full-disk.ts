/** A disk that is full for some files: what Node's own `fs` says then, to all who use it in this process. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, beforeEach, vi } from 'vitest';

/**
 * To be called once in a file of tests. What it returns lets no file be written any more whose name ends so, until the test is over; what
 * is there already stays.
 */
export function fillableDisk(): (ending: string) => void {
  const { openSync, writeSync } = fs;
  const names = new Map<number, string>();
  let full: string | undefined;
  beforeEach(() => {
    vi.spyOn(fs, 'openSync').mockImplementation((path, ...rest) => {
      const handle = openSync(path, ...rest);
      names.set(handle, String(path));
      return handle;
    });
    vi.spyOn(fs, 'writeSync').mockImplementation(((handle: number, ...rest: [NodeJS.ArrayBufferView]) => {
      if (full !== undefined && names.get(handle)?.endsWith(full) === true)
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      return writeSync(handle, ...rest);
    }) as typeof writeSync);
    // Whoever has imported them by name uses these, too.
    syncBuiltinESMExports();
  });
  afterEach(() => {
    full = undefined;
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });
  return (ending) => {
    full = ending;
  };
}
