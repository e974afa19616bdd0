/** The state folder as one archive: everything but the lab, the index, and what says that a run continues. */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { create, extract, list, type ReadEntry } from 'tar';
import { failure, isFailure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import { isMissing, orMissing, readKept, readTrouble } from '../journal/kept-file.ts';
import { copySuffix } from '../journal/copy-records.ts';
import { drillSuffix } from '../journal/drill-records.ts';
import { StateFolder } from '../journal/state-folder.ts';
import { readArchive, spendPacked, UnpackBudget } from './archive-bounds.ts';
import { newHostKeys, type ConfirmArchivedKeys } from './archive-host-keys.ts';
import { checkChain } from './chain.ts';
import { requireNotLive } from './live-runs.ts';
import { requireNotOpen } from './open-runs.ts';
import { lastSealOf, parseSeals, type NewSeal } from './seal.ts';
import { appendSeals } from './seals-file.ts';
import { discard, giveName, removeLeftOver, temporaryName, unwritable, writeWhole } from './whole-file.ts';

/** What an archive holds: these files, all files of the folder of runs, and records of drills and copies. Anything else is not a state folder's. */
const topFiles = ['known_hosts', 'rates.json', 'tapes.ndjson', 'seals.ndjson'] as const;
const runFile = /^runs\/[A-Za-z0-9][A-Za-z0-9_.-]*\.(?:ndjson|ndjson\.gz|ndjson\.sig)$/;
/** Records of restores are left out: they may have a million lines, and prove nothing. */
const provingFile = new RegExp(
  `^restores/[A-Za-z0-9][A-Za-z0-9_.-]*(?:${drillSuffix}|${copySuffix})\\.ndjson$`,
);

const isStateFile = (name: string): boolean =>
  topFiles.some((file) => file === name) ||
  ((runFile.test(name) || provingFile.test(name)) && !name.includes('..'));

/** Names below the state folder, sorted. @throws STATE_FILE_UNREADABLE */
async function stateFiles(state: StateFolder): Promise<string[]> {
  const namesIn = async (folder: string) => (await orMissing(folder, readdir(folder))) ?? [];
  const [top, runs, restores] = await Promise.all([
    namesIn(state.path),
    namesIn(state.runsFolder),
    namesIn(state.restoresFolder),
  ]);
  const below = [...runs.map((file) => `runs/${file}`), ...restores.map((file) => `restores/${file}`)];
  return [...top, ...below].filter(isStateFile).sort();
}

/**
 * Writes the archive under a temporary name first.
 * @returns how many files it holds
 * @throws STATE_EMPTY, STATE_STOPPED where it was aborted, STATE_FILE_THERE, STATE_FILE_UNWRITABLE
 */
export async function exportState(
  state: StateFolder,
  file: string,
  abort: AbortSignal = new AbortController().signal,
): Promise<number> {
  const target = resolve(file);
  const temporary = temporaryName(target);
  const names = await stateFiles(state);
  if (names.length === 0) throw failure('STATE_EMPTY', { folder: state.path });
  try {
    const archive = create(
      { cwd: state.path, gzip: true, portable: true, strict: true, noDirRecurse: true },
      names,
    );
    const output = createWriteStream(temporary, { flags: 'wx', mode: 0o600 });
    await pipeline(archive as unknown as Readable, output, { signal: abort });
    const handle = await open(temporary, 'r');
    await handle.sync().finally(() => handle.close());
    await giveName(temporary, target, 'new');
  } catch (error) {
    await discard(temporary);
    if (abort.aborted) throw failure('STATE_STOPPED', { what: phrase('nothing was written') }, {}, error);
    throw unwritable(target, error);
  }
  return names.length;
}

/** Result for a file of the archive. */
export interface ImportedFile {
  /** Below the state folder. */
  readonly name: string;
  /** `declined`: its host keys were not confirmed. */
  readonly what: 'new' | 'same' | 'differs' | 'merged' | 'declined';
}

/** @throws STATE_ARCHIVE_FORBIDDEN, STATE_ARCHIVE_UNREADABLE, STATE_ARCHIVE_TOO_LARGE */
async function requireStateArchive(file: string, budget: UnpackBudget): Promise<void> {
  let forbidden: string | undefined;
  let entries = 0;
  const look = (entry: ReadEntry) => {
    entries += 1;
    const isFile = entry.type === 'File' || entry.type === 'OldFile';
    if (!isFile || !isStateFile(entry.path)) forbidden ??= entry.path;
  };
  await readArchive(file, budget, list({ strict: true, onReadEntry: look }));
  if (forbidden !== undefined) throw failure('STATE_ARCHIVE_FORBIDDEN', { file, entry: forbidden });
  if (entries === 0) throw failure('STATE_ARCHIVE_UNREADABLE', { file, reason: phrase('it has no entries') });
}

async function contentOf(file: string): Promise<Buffer | undefined> {
  try {
    return await readKept(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const plainName = (name: string) => name.replace(/\.gz$/, '');

/** New lines are written after the existing ones. */
async function mergeLines(target: string, content: Buffer): Promise<ImportedFile['what']> {
  const here = (await readFile(target, 'utf8')).split('\n');
  const known = new Set(here);
  const more = content
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '' && !known.has(line));
  if (more.length === 0) return 'same';
  const text = [...here.filter((line) => line !== ''), ...more].join('\n');
  await writeWhole(target, `${text}\n`, { mode: 'replace' });
  return 'merged';
}

/** A file that may lie there compressed, and come compressed. */
async function importFile(state: StateFolder, unpacked: string, name: string): Promise<ImportedFile> {
  const source = join(unpacked, name);
  const target = join(state.path, name);
  const here = await contentOf(join(state.path, plainName(name)));
  if (!here) {
    // The folder of drills is made by the first one.
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await writeWhole(target, await readFile(source), { mode: 'new' });
    return { name, what: 'new' };
  }
  const content = (await contentOf(join(unpacked, plainName(name)))) ?? Buffer.alloc(0);
  if (here.equals(content)) return { name, what: 'same' };
  if (name === 'tapes.ndjson') return { name, what: await mergeLines(target, content) };
  return { name, what: 'differs' };
}

/**
 * The seals of runs that were new here, as seals of elsewhere.
 * @param became what the journal of a run of the archive has become
 */
async function importSeals(
  state: StateFolder,
  unpacked: string,
  became: (run: string) => ImportedFile['what'] | undefined,
): Promise<ImportedFile[]> {
  const name = 'seals.ndjson';
  const content = await contentOf(join(unpacked, name));
  if (!content) return [];
  const here = await contentOf(state.sealsFile);
  if (!here) {
    await writeWhole(state.sealsFile, content, { mode: 'new' });
    return [{ name, what: 'new' }];
  }
  if (here.equals(content)) return [{ name, what: 'same' }];
  const { seals, trouble } = parseSeals(content);
  const known = parseSeals(here).seals;
  // A journal that came with an import that was interrupted is there, and its seal is not.
  const isWanted = (run: string) =>
    became(run) === 'new' || (became(run) === 'same' && lastSealOf(known, run) === undefined);
  if (trouble) return [{ name, what: 'differs' }];
  const at = new Date().toISOString();
  const last = [...new Set(seals.map(({ run }) => run))].flatMap((run) => lastSealOf(seals, run) ?? []);
  const more = last
    .filter(({ run, what }) => what !== 'removed' && isWanted(run))
    .map(({ run, lines, bytes, hash, at: was, sealedAt = was }): NewSeal => ({
      what: 'imported',
      at,
      run,
      lines,
      bytes,
      hash,
      sealedAt,
    }));
  if (more.length > 0) await appendSeals(state, more);
  return [{ name, what: more.length > 0 ? 'merged' : 'same' }];
}

/** Each host key that is new here is listed and asked about; without an answer none is taken. */
async function importHostKeys(
  state: StateFolder,
  unpacked: string,
  confirm: ConfirmArchivedKeys,
): Promise<ImportedFile[]> {
  const name = 'known_hosts';
  const archived = await contentOf(join(unpacked, name));
  if (!archived) return [];
  const here = (await contentOf(state.knownHostsFile))?.toString('utf8');
  const { keys, lines } = newHostKeys(here ?? '', archived.toString('utf8'));
  if (keys.length === 0) return [{ name, what: 'same' }];
  if (!(await confirm(keys))) return [{ name, what: 'declined' }];
  const before = (here ?? '').split('\n').filter((line) => line !== '');
  await writeWhole(state.knownHostsFile, `${[...before, ...lines].join('\n')}\n`, { mode: 'replace' });
  return [{ name, what: here === undefined ? 'new' : 'merged' }];
}

/** What is packed in the archive is unpacked once, to see how much it becomes. @throws STATE_ARCHIVE_TOO_LARGE, STATE_ARCHIVE_UNREADABLE */
async function requireBounded(
  file: string,
  unpacked: string,
  names: readonly string[],
  budget: UnpackBudget,
): Promise<void> {
  for (const name of names.filter((each) => each.endsWith('.gz')))
    try {
      await spendPacked(join(unpacked, name), budget);
    } catch (error) {
      if (isFailure(error)) throw error;
      const reason = `${name}: ${readTrouble(error)}`;
      throw failure('STATE_ARCHIVE_UNREADABLE', { file, reason }, {}, error);
    }
}

export interface ImportOptions {
  readonly abort?: AbortSignal | undefined;
  /** Without it no host key is taken. */
  readonly confirmHostKeys?: ConfirmArchivedKeys | undefined;
}

/**
 * Takes what the archive holds and the state folder has not. What is there and differs stays as it is.
 * @throws STATE_RUN_LIVE, STATE_ARCHIVE_UNREADABLE, STATE_ARCHIVE_FORBIDDEN, STATE_ARCHIVE_TOO_LARGE: nothing was taken then; STATE_STOPPED,
 *   STATE_FILE_UNWRITABLE, SEALS_UNWRITABLE
 */
export async function importState(
  state: StateFolder,
  file: string,
  { abort, confirmHostKeys = () => Promise.resolve(false) }: ImportOptions = {},
): Promise<ImportedFile[]> {
  await state.prepare();
  await requireNotLive(state);
  await removeLeftOver(state);
  await requireStateArchive(file, await UnpackBudget.of(file));
  const unpacked = await mkdtemp(join(state.path, 'import-')).catch((error: unknown) => {
    throw unwritable(state.path, error);
  });
  try {
    // One budget for the archive and what is packed in it.
    const budget = await UnpackBudget.of(file);
    await readArchive(file, budget, extract({ cwd: unpacked, strict: true, preserveOwner: false }));
    const from = new StateFolder(unpacked);
    const names = await stateFiles(from);
    await requireBounded(file, unpacked, names, budget);
    const done = await importHostKeys(state, unpacked, confirmHostKeys);
    for (const name of names)
      if (name !== 'seals.ndjson' && name !== 'known_hosts') {
        if (abort?.aborted)
          throw failure('STATE_STOPPED', { what: phrase('{done} files were added', { done: done.length }) });
        done.push(await importFile(state, unpacked, name));
      }
    const became = new Map(done.map(({ name, what }) => [plainName(name), what]));
    done.push(...(await importSeals(state, unpacked, (run) => became.get(`runs/${run}.ndjson`))));
    return done;
  } catch (error) {
    if (isFailure(error)) throw error;
    throw unwritable(state.path, error);
  } finally {
    // What an unpacking that has failed still writes may come after the removal.
    await discard(unpacked);
  }
}

/** What a removed run was, for the list of seals. */
function lastFacts(content: Buffer, run: string): Pick<NewSeal, 'lines' | 'bytes' | 'hash'> {
  const { lines, bytes, lastHash: hash } = checkChain(content, run);
  return { lines, bytes, hash };
}

/** All files of a run: journal, signature, lists of files, list of exports; compressed or not. */
async function filesOfRun(state: StateFolder, run: string): Promise<string[]> {
  const files = await readdir(state.runsFolder).catch(() => []);
  const own = /^(?:(?:\d+\.)?catalogue\.|reports\.)?ndjson(?:\.gz|\.sig)?$/;
  return files
    .filter((file) => file.startsWith(`${run}.`) && own.test(file.slice(run.length + 1)))
    .map((file) => join(state.runsFolder, file))
    .sort();
}

/**
 * To be asked before anybody is asked to confirm.
 * @returns the journal of a run that may be removed
 * @throws RUN_UNKNOWN, STATE_RUN_LIVE, STATE_RUN_OPEN
 */
export async function requireRemovable(state: StateFolder, run: string): Promise<Buffer> {
  const content = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(run)
    ? await contentOf(state.journalFile(run))
    : undefined;
  if (!content) throw failure('RUN_UNKNOWN', { run });
  // Before the other one, whose hint is to remove the mark that this one needs.
  await requireNotOpen(state, run);
  await requireNotLive(state, run);
  return content;
}

/**
 * Removes all files of a run; what its journal was is written into the list of seals first.
 * @param by who wants it
 * @returns the names of the files, and the head of the list of seals
 * @throws RUN_UNKNOWN, STATE_RUN_LIVE, STATE_RUN_OPEN, SEALS_UNWRITABLE, STATE_FILE_UNWRITABLE
 */
export async function removeRun(
  state: StateFolder,
  run: string,
  by: string,
): Promise<{ readonly files: readonly string[]; readonly head: string }> {
  const content = await requireRemovable(state, run);
  const head = await appendSeals(state, [
    { what: 'removed', at: new Date().toISOString(), run, by, ...lastFacts(content, run) },
  ]);
  const files = await filesOfRun(state, run);
  try {
    for (const file of files) await rm(file);
  } catch (error) {
    throw unwritable(dirname(files[0] ?? state.path), error);
  }
  return { files: files.map((file) => basename(file)), head };
}

export interface DiskUse {
  readonly what: 'journals' | 'file lists' | 'everything else' | 'lab';
  readonly files: number;
  readonly bytes: number;
}

async function sizesBelow(folder: string): Promise<{ file: string; bytes: number }[]> {
  const listed = readdir(folder, { recursive: true, withFileTypes: true });
  const found = (await orMissing(folder, listed)) ?? [];
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file) => {
      // Files of the lab have holes: what counts is what they take.
      const { blocks } = await stat(file).catch(() => ({ blocks: 0 }));
      return { file, bytes: blocks * 512 };
    }),
  );
}

/** How much of the disk the state folder takes, in bytes. @throws STATE_FILE_UNREADABLE */
export async function diskUse(state: StateFolder): Promise<DiskUse[]> {
  const files = await sizesBelow(state.path);
  const kindOf = (file: string): DiskUse['what'] => {
    if (file.startsWith(`${state.labFolder}/`)) return 'lab';
    if (/\.catalogue\.ndjson(?:\.gz)?$/.test(file)) return 'file lists';
    return file.startsWith(`${state.runsFolder}/`) && /\.ndjson(?:\.gz)?$/.test(file)
      ? 'journals'
      : 'everything else';
  };
  return (['journals', 'file lists', 'everything else', 'lab'] as const).map((what) => {
    const own = files.filter(({ file }) => kindOf(file) === what);
    return { what, files: own.length, bytes: own.reduce((sum, { bytes }) => sum + bytes, 0) };
  });
}
