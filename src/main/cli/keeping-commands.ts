/** state: what is kept, for how long, and where else. Nothing is removed unless it is named. */
import { hostname, userInfo } from 'node:os';
import { failure } from '../../contract/errors.ts';
import { say, sayCount } from '../../contract/text/say.ts';
import type { StateFolder } from '../application/console.ts';
import type { ConfirmArchivedKeys } from '../proof/archive-host-keys.ts';
import type { CompressedRun } from '../proof/packed-runs.ts';
import type { DiskUse, ImportedFile } from '../proof/state-archive.ts';
import type { CommandLine } from './command-line.ts';
import { print } from './terminal/output.ts';
import { stoppable } from './terminal/stop-signals.ts';
import { hasTerminal, typedOnTerminal } from './terminal/terminal.ts';
import { bytesText, countText } from './terminal/text.ts';

const useWords: Readonly<Record<DiskUse['what'], string>> = {
  journals: say('journals'),
  'file lists': say('file lists'),
  'everything else': say('everything else'),
  lab: say('lab'),
};

/** Disk use, one line per kind. */
async function stateCommand(state: StateFolder): Promise<number> {
  const { diskUse } = await import('../proof/state-archive.ts');
  print(state.path);
  for (const { what, files, bytes } of await diskUse(state))
    print(
      `  ${useWords[what].padEnd(16)} ${say('{files} files', { files: countText(files).padStart(7) })} ${bytesText(bytes).padStart(10)}`,
    );
  return 0;
}

async function stateExportCommand(state: StateFolder, file: string): Promise<number> {
  const { exportState } = await import('../proof/state-archive.ts');
  const files = await stoppable((abort) => exportState(state, file, abort), 'continues');
  print(
    say('exported: {files} files of {path} into {file}', { files: countText(files), path: state.path, file }),
  );
  return 0;
}

const importWords: Readonly<Record<Exclude<ImportedFile['what'], 'same'>, string>> = {
  new: say('added'),
  merged: say('missing entries added'),
  differs: say('differs; the existing one was kept'),
  declined: say('its new host keys were not accepted; --trust accepts them without asking'),
};

/** @param trust accepts new host keys, and shows them */
function confirmKeys(trust: boolean): ConfirmArchivedKeys {
  return async (keys) => {
    print(sayCount(keys.length, 'new host key:', '{count} new host keys:'));
    for (const { hosts, keyType, fingerprint, isRevoked } of keys)
      print(`  ${hosts} ${keyType} ${fingerprint}${isRevoked ? ' (revoked)' : ''}`);
    if (trust || !hasTerminal()) return trust;
    return (
      (await typedOnTerminal(
        `${say('Accept them? Hosts that show them are trusted from now on. [yes/no]')} `,
      )) === 'yes'
    );
  };
}

/** @returns 1 if something was not imported, because it differs, or was not confirmed */
async function stateImportCommand(state: StateFolder, file: string, trust: boolean): Promise<number> {
  const { importState } = await import('../proof/state-archive.ts');
  const confirmHostKeys = confirmKeys(trust);
  const files = await stoppable((abort) => importState(state, file, { abort, confirmHostKeys }), 'continues');
  for (const { name, what } of files) if (what !== 'same') print(`  ${name}: ${importWords[what]}`);
  const count = (what: ImportedFile['what']) => files.filter((one) => one.what === what).length;
  print(
    say('imported: {added} files added, {same} already existed, {differing} differ', {
      added: count('new') + count('merged'),
      same: count('same'),
      differing: count('differs'),
    }),
  );
  return count('differs') + count('declined') === 0 ? 0 : 1;
}

/** @param olderThan `90 days`; every run that has ended, by default */
async function stateCompressCommand(state: StateFolder, olderThan = '0 days'): Promise<number> {
  const { compressRuns, millisecondsOf } = await import('../proof/packed-runs.ts');
  const age = millisecondsOf(olderThan);
  const show = ({ run, saved, trouble }: CompressedRun) =>
    print(
      trouble === undefined
        ? `  ${say('{run}: {saved} saved', { run, saved: bytesText(saved) })}`
        : `  ${say('{run}: not compressed: {trouble}', { run, trouble })}`,
    );
  const runs = await stoppable((abort) => compressRuns(state, age, show, abort), 'continues');
  const done = runs.filter(({ trouble }) => trouble === undefined);
  const saved = done.reduce((sum, run) => sum + run.saved, 0);
  print(
    sayCount(
      done.length,
      'compressed: {count} run, {saved} saved',
      'compressed: {count} runs, {saved} saved',
      {
        saved: bytesText(saved),
      },
    ),
  );
  return done.length === runs.length ? 0 : 1;
}

/** Requires the name of the run to be typed, unless it was given twice. @throws REMOVAL_NOT_CONFIRMED, and errors of removing */
async function stateRemoveCommand(
  state: StateFolder,
  run: string,
  yesRemove: string | undefined,
): Promise<number> {
  const { removeRun, requireRemovable } = await import('../proof/state-archive.ts');
  await requireRemovable(state, run);
  const typed =
    yesRemove ??
    (hasTerminal()
      ? await typedOnTerminal(`${say('Type {run} to remove all its files:', { run })} `)
      : undefined);
  if (typed !== run) throw failure('REMOVAL_NOT_CONFIRMED', { run });
  const { files, head } = await removeRun(state, run, `${userInfo().username}@${hostname()}`);
  print(say('removed: {files}', { files: files.join(', ') }));
  print(say('head of the seals: {head}', { head }));
  return 0;
}

export function registerKeeping(line: CommandLine): void {
  const state = line.program
    .command('state')
    .description(say('show the disk usage of the state folder; export, import, compress, remove'))
    .action(async () => {
      line.exitStatus = await stateCommand(line.state);
    });
  state
    .command('export')
    .description(say('write the state folder, without lab and index, to an archive'))
    .argument('<file>', 'NAME.tar.gz')
    .action(async (file: string) => {
      line.exitStatus = await stateExportCommand(line.state, file);
    });
  state
    .command('import')
    .description(
      say(
        'add what is missing from an archive; differing files are kept and listed; host keys need confirmation',
      ),
    )
    .argument('<file>', 'NAME.tar.gz')
    .action(async (file: string) => {
      line.exitStatus = await stateImportCommand(line.state, file, line.trust);
    });
  state
    .command('compress')
    .description(say('compress journals and file lists of ended runs'))
    .option('--older-than <age>', say('only runs that ended this long ago: 90 days, 12 weeks, 2 years'))
    .action(async ({ olderThan }: { olderThan?: string }) => {
      line.exitStatus = await stateCompressCommand(line.state, olderThan);
    });
  state
    .command('remove')
    .description(say('remove all files of a run; the list of seals keeps its entry'))
    .argument('<run>')
    .option('--yes-remove <run>', say('repeat the name of the run to remove it without asking'))
    .action(async (run: string, { yesRemove }: { yesRemove?: string }) => {
      line.exitStatus = await stateRemoveCommand(line.state, run, yesRemove);
    });
}
