/** State folders with real journals in them: the events of runs on the lab, with the chain that the journal itself makes. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewEvent, RunEvent } from '../../contract/events.ts';
import { Journal } from '../journal/journal.ts';
import { StateFolder } from '../journal/state-folder.ts';
import { sealRun } from './seals-file.ts';

export const run = '20261122-020004-volume2';
const folders: string[] = [];

/** Where the lab's journals lie that the folds of the screens are tested with. */
const recorded = join(import.meta.dirname, '..', '..', 'folds', 'fixtures');

export function recordedEvents(name: string): RunEvent[] {
  const lines = readFileSync(join(recorded, `${name}.ndjson`), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as RunEvent);
}

/** Three events: as small as the journal of an ended run can be. */
export const smallEvents = (): RunEvent[] => {
  const [start, ...rest] = recordedEvents('raw-dd');
  const end = rest.at(-1);
  if (!start || !end) throw new Error('the recorded run has a beginning and an end');
  const warning = { ...end, type: 'warning', step: 'lock', text: 'Büro ü' } as unknown as RunEvent;
  return [start, warning, end];
};

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shadowtape-proof-'));
  folders.push(folder);
  return folder;
}

export async function removeFolders(): Promise<void> {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}

export async function newState(): Promise<StateFolder> {
  return new StateFolder(await newFolder());
}

/** Writes events as a run of that name; their times stay. */
export function writeRun(state: StateFolder, events: readonly RunEvent[], name = run): string {
  const times = events.map(({ at }) => new Date(at));
  const journal = new Journal({
    file: state.journalFile(name),
    run: name,
    now: () => times.shift() ?? new Date(),
  });
  for (const event of events) {
    const own = new Set(['seq', 'at', 'run', 'prev']);
    const fields = Object.entries(event).filter(([key]) => !own.has(key));
    journal.append(Object.fromEntries(fields) as unknown as NewEvent);
  }
  journal.close();
  return journal.file;
}

/** A state folder with one run, sealed. */
export async function sealedState(
  events: readonly RunEvent[] = recordedEvents('raw-dd'),
): Promise<StateFolder> {
  const state = await newState();
  writeRun(state, events);
  await sealRun(state, run);
  return state;
}
