/**
 * Small files of the state folder that are read and written whole: kept secrets, the place of the window. The target of
 * a symbolic link is neither read nor written.
 */
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import type { z } from 'zod';
import { ownFlags } from '../journal/own-files.ts';

function withFile<Value>(file: string, flags: number, work: (handle: number) => Value): Value {
  const handle = openSync(file, flags, 0o600);
  try {
    return work(handle);
  } finally {
    closeSync(handle);
  }
}

/** @returns the contents of the file; undefined if it is missing, a link, or something else */
export function readSmallFile<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): z.output<Schema> | undefined {
  try {
    const text = withFile(file, ownFlags.read, (handle) => readFileSync(handle, 'utf8'));
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Readable by this user alone. @throws what the file system says; ELOOP if the file is a link */
export function writeSmallFile(file: string, value: unknown): void {
  withFile(file, ownFlags.rewrite, (handle) => writeFileSync(handle, JSON.stringify(value)));
}
