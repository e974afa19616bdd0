/** Journals and catalogues of runs that were not performed: real in form, chained, quickly written. */
import { mkdirSync, writeFileSync, openSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import type { NewEvent } from '../../src/contract/events.ts';
import { firstPrevious, lineHash } from '../../src/main/journal/journal.ts';

export interface GeneratedRun {
  readonly run: string;
  /** Of its beginning. */
  readonly at: Date;
  readonly job: string;
  readonly volume: string;
  readonly tapeName?: string | undefined;
  readonly bytes: number;
  readonly method?: '6a' | '6b' | '6c';
  readonly operator?: string;
  readonly ends?: 'verified' | 'failed' | 'not';
  /** How many progress lines the dump has. */
  readonly progress?: number;
  /** Entries of its catalog. */
  readonly entries?: number;
  readonly site?: string;
  readonly platform?: 'solaris' | 'linux';
  readonly fileNames?: 'euc-jp';
}

const second = 1000;
const record = 32_768;

/** The events of a run, with the seconds between them. */
function eventsOf(run: GeneratedRun, folder: string): { event: NewEvent; after: number }[] {
  const { job, volume, bytes, method = '6b', ends = 'verified', progress = 12, entries } = run;
  const device = run.platform === 'linux' ? '/dev/st0' : '/dev/rmt/0';
  const records = Math.ceil(bytes / record);
  const step = (id: string, title: string, phase: string): NewEvent => ({
    type: 'step-started',
    step: id,
    title,
    phase,
    unwinding: false,
  });
  const finished = (id: string, milliseconds: number): NewEvent => ({
    type: 'step-finished',
    step: id,
    result: 'done',
    milliseconds,
  });
  const command = (id: string, host: string, line: string): { event: NewEvent; after: number }[] => [
    { event: { type: 'intent', step: id, host, argv: line.split(' '), line, changes: true }, after: 0 },
  ];
  const list: { event: NewEvent; after: number }[] = [];
  const say = (event: NewEvent, after = 1) => list.push({ event, after });
  say({
    type: 'run-started',
    job,
    site: run.site ?? 'payroll-cluster',
    route: 'console',
    layout: run.tapeName === undefined ? 'plain' : 'labelled',
    method,
    volumes: [
      {
        master: `${volume}m`,
        proxy: volume,
        blocks: bytes / 512,
        tapeFile: run.tapeName === undefined ? 0 : 1,
      },
    ],
    operator: run.operator ?? 'root@admin',
    version: '0.1.0',
    class: 'Class1',
    tape: { host: 'node3', device },
    recordBytes: record,
  });
  say(step('3-3', `Part ${volume}`, 'part'));
  list.push(...command('3-3', 'node1', `sdxproxy Part -c Class1 -p ${volume}`));
  const of = list.length;
  say({
    type: 'outcome',
    step: '3-3',
    of,
    exitStatus: 0,
    milliseconds: 900,
    stdout: '',
    stdoutBytes: 0,
    stderr: '',
    stderrBytes: 0,
  });
  say(finished('3-3', 1000));
  if (run.tapeName !== undefined)
    say({
      type: 'label',
      step: 'label',
      host: 'node3',
      device,
      name: run.tapeName,
      uuid: `uuid-of-${run.run}`,
      writtenAt: run.at.toISOString(),
      sha256: 'c'.repeat(64),
    });
  say(step(method, `Dump ${volume}`, 'dump'));
  for (let index = 0; index <= progress; index += 1) {
    const done = Math.floor((bytes * index) / progress);
    // One second of the dump is slower than the rest.
    const rate = (bytes / progress / 10) * (index === 5 ? 0.5 : 1);
    say({ type: 'progress', step: method, what: 'dump', bytes: done, total: bytes, rate }, 10);
  }
  const digest = { crc32: 'aaaabbbb', bytes, records } as const;
  say({ type: 'digest', step: method, volume, hop: 'device', ...digest });
  if (ends === 'failed') {
    const error = {
      code: 'TAPE_WRITE_FAILED',
      sentence: `writing the tape failed at record ${records}`,
      hint: 'clean it',
    };
    say({ type: 'step-finished', step: method, result: 'failed', milliseconds: 10_000, error });
    say({ type: 'warning', step: method, text: `the drive wants cleaning (run of ${volume})` });
  } else {
    say({ type: 'digest', step: method, volume, hop: 'handed', ...digest });
    say({ type: 'digest', step: method, volume, hop: 'counted', records });
    if (entries !== undefined) {
      const file = join(folder, 'runs', `${run.run}.catalogue.ndjson`);
      const { fileNames } = run;
      say({ type: 'catalogue', step: method, volume, entries, file, sha256: 'd'.repeat(64), fileNames });
    }
    say(finished(method, 10_000 * progress));
    say(step('watch', 'Watch the copy', 'rejoin'));
    say({ type: 'progress', step: 'watch', what: 'resynchronisation', bytes: bytes / 2, total: bytes }, 30);
    say(finished('watch', 45_000), 15);
  }
  if (ends === 'verified')
    say({
      type: 'run-finished',
      verdict: 'verified',
      exitStatus: 0,
      sentence: `${volume} is on the tape, and was read back`,
      stands: [`${volume}: joined, in sync`],
    });
  if (ends === 'failed')
    say({
      type: 'run-finished',
      verdict: 'failed',
      exitStatus: 2,
      code: 'TAPE_WRITE_FAILED',
      sentence: 'the dump failed; the cluster is back in its normal state',
      stands: [],
    });
  return list;
}

/** The lines of the journal. */
export function journalText(run: GeneratedRun, folder: string): string {
  let at = run.at.getTime();
  let previous = firstPrevious;
  let text = '';
  eventsOf(run, folder).forEach(({ event, after }, index) => {
    const line = JSON.stringify({
      seq: index + 1,
      at: new Date(at).toISOString(),
      run: run.run,
      ...event,
      prev: previous,
    });
    previous = lineHash(line);
    at += after * second;
    text += `${line}\n`;
  });
  return text;
}

export interface GeneratedFile {
  readonly path: string;
  readonly size: number;
  readonly type?: string;
  readonly linkpath?: string;
}

/**
 * @param folder of the state
 * @param files in the order of the archive; none: no catalog
 */
export function writeGeneratedRun(folder: string, run: GeneratedRun, files?: Iterable<GeneratedFile>): void {
  mkdirSync(join(folder, 'runs'), { recursive: true });
  let entries: number | undefined;
  if (files) entries = writeCatalogue(join(folder, 'runs', `${run.run}.catalogue.ndjson`), files);
  writeFileSync(
    join(folder, 'runs', `${run.run}.ndjson`),
    journalText(entries === undefined ? run : { ...run, entries }, folder),
  );
}

function writeCatalogue(file: string, files: Iterable<GeneratedFile>): number {
  const handle = openSync(file, 'w');
  let entries = 0;
  let offset = 0;
  let text = '';
  for (const { path, size, type = 'File', linkpath } of files) {
    text += `${JSON.stringify({ path, type, size, mtime: 1_790_000_000 + entries, offset, linkpath })}\n`;
    offset += 512 + Math.ceil(size / 512) * 512;
    entries += 1;
    if (text.length < 1_000_000) continue;
    writeSync(handle, text);
    text = '';
  }
  writeSync(handle, text);
  closeSync(handle);
  return entries;
}
