/** A disk that is full for some files: the errors of Node's own `fs`, for all users in this process. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, beforeEach } from 'vitest';

/** True for a file of which nothing can be written. */
export type IsFull = (path: string) => boolean;

const noSpace = (): Error =>
  Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

/** A handle of `fs/promises`: each way to write through it is refused. */
function refuse(handle: fs.promises.FileHandle): fs.promises.FileHandle {
  const refused = () => Promise.reject(noSpace());
  return Object.assign(handle, { write: refused, writev: refused, writeFile: refused, appendFile: refused });
}

/** Puts functions of `fs` instead of its own. @returns puts its own back */
function watchWrites(isFull: IsFull): () => void {
  const { openSync, writeSync, promises } = fs;
  const { open } = promises;
  const names = new Map<number, string>();
  fs.openSync = ((path, ...rest) => {
    const handle = openSync(path, ...rest);
    names.set(handle, String(path));
    return handle;
  }) as typeof openSync;
  fs.writeSync = ((handle: number, ...rest: [NodeJS.ArrayBufferView]) => {
    if (isFull(names.get(handle) ?? '')) throw noSpace();
    return writeSync(handle, ...rest);
  }) as typeof writeSync;
  promises.open = async (path, ...rest) => {
    const handle = await open(path, ...rest);
    return isFull(String(path)) ? refuse(handle) : handle;
  };
  // Named imports get these, too.
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, { openSync, writeSync });
    promises.open = open;
    syncBuiltinESMExports();
  };
}

/**
 * To be called once per test file. The returned function blocks writes to files with that ending, or selected by the
 * function, until the test is over or it is called with undefined; existing data stays.
 */
export function fillableDisk(): (full: string | IsFull | undefined) => void {
  let isFull: IsFull = () => false;
  let putBack: () => void = () => undefined;
  beforeEach(() => {
    putBack = watchWrites((path) => isFull(path));
  });
  afterEach(() => {
    isFull = () => false;
    putBack();
  });
  return (full = () => false) => {
    isFull = typeof full === 'string' ? (path) => path.endsWith(full) : full;
  };
}
