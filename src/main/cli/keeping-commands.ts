/** state: what is kept, for how long, and where else. Nothing goes away without being asked for by name. */
import { hostname, userInfo } from 'node:os';
import { failure } from '../../contract/errors.ts';
import type { StateFolder } from '../application/console.ts';
import type { ConfirmArchivedKeys } from '../proof/archive-host-keys.ts';
import { type CompressedRun, compressRuns, millisecondsOf } from '../proof/packed-runs.ts';
import {
  diskUse,
  exportState,
  importState,
  removeRun,
  requireRemovable,
  type ImportedFile,
} from '../proof/state-archive.ts';
import type { CommandLine } from './command-line.ts';
import { print } from './output.ts';
import { stoppable } from './stop-signals.ts';
import { hasTerminal, typedOnTerminal } from './terminal.ts';
import { bytesText, countText } from './text.ts';

/** Disk use, a line a kind. */
async function stateCommand(state: StateFolder): Promise<number> {
  print(state.path);
  for (const { what, files, bytes } of await diskUse(state))
    print(`  ${what.padEnd(16)} ${countText(files).padStart(7)} files ${bytesText(bytes).padStart(10)}`);
  return 0;
}

async function stateExportCommand(state: StateFolder, file: string): Promise<number> {
  const files = await stoppable((abort) => exportState(state, file, abort), 'continues');
  print(`exported: ${countText(files)} files of ${state.path} into ${file}`);
  return 0;
}

const importWords: Readonly<Record<Exclude<ImportedFile['what'], 'same'>, string>> = {
  new: 'taken',
  merged: 'what was not there was taken',
  differs: 'differs from what is there, which stays',
  declined: 'its new host keys were not taken; --trust takes them without asking',
};

/** @param trust takes host keys that are new here, and shows them */
function confirmKeys(trust: boolean): ConfirmArchivedKeys {
  return async (keys) => {
    print(
      keys.length === 1 ? 'a host key is new here:' : `${countText(keys.length)} host keys are new here:`,
    );
    for (const { hosts, keyType, fingerprint, isRevoked } of keys)
      print(`  ${hosts} ${keyType} ${fingerprint}${isRevoked ? ' (revoked)' : ''}`);
    if (trust || !hasTerminal()) return trust;
    return (
      (await typedOnTerminal('Take them? Hosts that show them are trusted from then on. [yes/no] ')) === 'yes'
    );
  };
}

/** @returns 1 where something was not taken, since it differs, or since nobody confirmed it */
async function stateImportCommand(state: StateFolder, file: string, trust: boolean): Promise<number> {
  const confirmHostKeys = confirmKeys(trust);
  const files = await stoppable((abort) => importState(state, file, { abort, confirmHostKeys }), 'continues');
  for (const { name, what } of files) if (what !== 'same') print(`  ${name}: ${importWords[what]}`);
  const count = (what: ImportedFile['what']) => files.filter((one) => one.what === what).length;
  print(
    `imported: ${count('new') + count('merged')} files taken, ${count('same')} were there already, ${count('differs')} differ`,
  );
  return count('differs') + count('declined') === 0 ? 0 : 1;
}

/** @param olderThan `90 days`; every run that has ended, where it is left out */
async function stateCompressCommand(state: StateFolder, olderThan = '0 days'): Promise<number> {
  const age = millisecondsOf(olderThan);
  const show = ({ run, saved, trouble }: CompressedRun) =>
    print(
      trouble === undefined ? `  ${run}: ${bytesText(saved)} less` : `  ${run}: left as it is: ${trouble}`,
    );
  const runs = await stoppable((abort) => compressRuns(state, age, show, abort), 'continues');
  const done = runs.filter(({ trouble }) => trouble === undefined);
  const saved = done.reduce((sum, run) => sum + run.saved, 0);
  print(
    `compressed: ${done.length === 1 ? '1 run' : `${countText(done.length)} runs`}, ${bytesText(saved)} less`,
  );
  return done.length === runs.length ? 0 : 1;
}

/** Has the name of the run typed, unless it was given twice. @throws REMOVAL_NOT_CONFIRMED, and what removing ends with */
async function stateRemoveCommand(
  state: StateFolder,
  run: string,
  yesRemove: string | undefined,
): Promise<number> {
  await requireRemovable(state, run);
  const typed =
    yesRemove ??
    (hasTerminal() ? await typedOnTerminal(`Type ${run} to remove all that is kept of it: `) : undefined);
  if (typed !== run) throw failure('REMOVAL_NOT_CONFIRMED', { run });
  const { files, head } = await removeRun(state, run, `${userInfo().username}@${hostname()}`);
  print(`removed: ${files.join(', ')}`);
  print(`head of the seals: ${head}`);
  return 0;
}

export function registerKeeping(line: CommandLine): void {
  const state = line.program
    .command('state')
    .description('what the state folder takes of the disk; export, import, compress, remove')
    .action(async () => {
      line.exitStatus = await stateCommand(line.state);
    });
  state
    .command('export')
    .description('write all but the lab and the index into an archive')
    .argument('<file>', 'NAME.tar.gz')
    .action(async (file: string) => {
      line.exitStatus = await stateExportCommand(line.state, file);
    });
  state
    .command('import')
    .description(
      'take from an archive what is not there yet; what differs stays as it is, and is told; host keys are asked about',
    )
    .argument('<file>', 'NAME.tar.gz')
    .action(async (file: string) => {
      line.exitStatus = await stateImportCommand(line.state, file, line.trust);
    });
  state
    .command('compress')
    .description('compress journals and lists of files of runs that have ended')
    .option('--older-than <age>', 'only of runs that ended so long ago: 90 days, 12 weeks, 2 years')
    .action(async ({ olderThan }: { olderThan?: string }) => {
      line.exitStatus = await stateCompressCommand(line.state, olderThan);
    });
  state
    .command('remove')
    .description('remove all that is kept of a run; the list of seals keeps what it was')
    .argument('<run>')
    .option('--yes-remove <run>', 'the name of the run once more: removes it without asking')
    .action(async (run: string, { yesRemove }: { yesRemove?: string }) => {
      line.exitStatus = await stateRemoveCommand(line.state, run, yesRemove);
    });
}
