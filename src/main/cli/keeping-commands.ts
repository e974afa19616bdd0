/** state: what is kept, for how long, and where else. Nothing goes away without being asked for by name. */
import { hostname, userInfo } from 'node:os';
import { failure } from '../../contract/errors.ts';
import type { StateFolder } from '../console.ts';
import { millisecondsOf } from '../proof/age.ts';
import { compressRuns } from '../proof/packed-runs.ts';
import { diskUse, exportState, importState, removeRun, type ImportedFile } from '../proof/state-archive.ts';
import { hasTerminal, typedOnTerminal } from './terminal.ts';
import { bytesText, countText, printable } from './text.ts';

const print = (line: string) => process.stdout.write(`${printable(line)}\n`);

/** Disk use, a line a kind. */
export async function stateCommand(state: StateFolder): Promise<number> {
  print(state.path);
  for (const { what, files, bytes } of await diskUse(state))
    print(`  ${what.padEnd(16)} ${countText(files).padStart(7)} files ${bytesText(bytes).padStart(10)}`);
  return 0;
}

export async function stateExportCommand(state: StateFolder, file: string): Promise<number> {
  const files = await exportState(state, file);
  print(`exported: ${countText(files)} files of ${state.path} into ${file}`);
  return 0;
}

const importWords: Readonly<Record<Exclude<ImportedFile['what'], 'same'>, string>> = {
  new: 'taken',
  merged: 'what was not there was taken',
  differs: 'differs from what is there, which stays',
};

/** @returns 1 where something differs: it was not taken */
export async function stateImportCommand(state: StateFolder, file: string): Promise<number> {
  const files = await importState(state, file);
  for (const { name, what } of files) if (what !== 'same') print(`  ${name}: ${importWords[what]}`);
  const count = (what: ImportedFile['what']) => files.filter((one) => one.what === what).length;
  print(
    `imported: ${count('new') + count('merged')} files taken, ${count('same')} were there already, ${count('differs')} differ`,
  );
  return count('differs') === 0 ? 0 : 1;
}

/** @param olderThan `90 days`; every run that has ended, where it is left out */
export async function stateCompressCommand(state: StateFolder, olderThan = '0 days'): Promise<number> {
  const age = millisecondsOf(olderThan);
  const runs = await compressRuns(state, age, ({ run, saved, trouble }) =>
    print(
      trouble === undefined ? `  ${run}: ${bytesText(saved)} less` : `  ${run}: left as it is: ${trouble}`,
    ),
  );
  const done = runs.filter(({ trouble }) => trouble === undefined);
  const saved = done.reduce((sum, run) => sum + run.saved, 0);
  print(
    `compressed: ${done.length === 1 ? '1 run' : `${countText(done.length)} runs`}, ${bytesText(saved)} less`,
  );
  return done.length === runs.length ? 0 : 1;
}

/** Has the name of the run typed, unless it was given twice. @throws REMOVAL_NOT_CONFIRMED, and what removing ends with */
export async function stateRemoveCommand(
  state: StateFolder,
  run: string,
  yesRemove: string | undefined,
): Promise<number> {
  const typed =
    yesRemove ??
    (hasTerminal() ? await typedOnTerminal(`Type ${run} to remove all that is kept of it: `) : undefined);
  if (typed !== run) throw failure('REMOVAL_NOT_CONFIRMED', { run });
  const files = await removeRun(state, run, `${userInfo().username}@${hostname()}`);
  print(`removed: ${files.join(', ')}`);
  return 0;
}
