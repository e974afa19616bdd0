/** A cartridge that is changed while it is out of the drive, which reads ahead. Its bytes are put back after the test. */
import { readFile, writeFile } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';

/** @param work gets the file of the cartridge while it is out of the drive */
export async function withTapeOut(lab: Lab, work: (file: string) => Promise<void>): Promise<void> {
  const file = lab.tapeFile;
  const before = await readFile(file);
  const outside = async (act: () => Promise<void>) => {
    await lab.ejectCartridge();
    await act();
    await lab.insertCartridge('tape');
  };
  onTestFinished(() => outside(() => writeFile(file, before)));
  await outside(() => work(file));
}

export const changeTape = (lab: Lab, change: (tape: Buffer) => Buffer): Promise<void> =>
  withTapeOut(lab, async (file) => writeFile(file, change(await readFile(file))));

/** One bit differs. @param at the place of its byte; without one in data, near the end */
export function flipped(tape: Buffer, at = tape.length - 5000): Buffer {
  tape[at] = (tape[at] ?? 0) ^ 1;
  return tape;
}
