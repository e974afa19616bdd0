/**
 * Every fault of the lab on every screen: what it says and what it enables, in the table next to this file. `npm test`
 * shows a sample of the faults, `npm run test:failures` all of them. The table is made from recordings of backups under
 * each fault, and its lines are read by a person before they are accepted:
 *
 *     SHADOWTAPE_RECORD=1 npx vitest run test/scenarios/fault-situations.test.ts   # plays all faults on labs
 *     SHADOWTAPE_GOLDEN=1 npx vitest run test/e2e/faults-on-screens.test.ts        # accepts the table as it is now
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { faultTable } from '../../src/lab/faults/faults.ts';
import { requireBuiltPages } from '../support/built-program.ts';
import { playsAll, sampled } from '../support/sampled.ts';
import { requireHonest, type ShownChip } from '../support/ui/honest-chips.ts';
import {
  recordedFaults,
  replayed,
  type RecordedFault,
  type RecordedMoment,
} from '../support/ui/recorded-faults.ts';
import { visitScreens, type ScreenWords, type ShownScreen } from '../support/ui/screen-words.ts';

const tableFile = join(import.meta.dirname, 'faults-on-screens.txt');

type Screens = Readonly<Partial<Record<ShownScreen, ScreenWords>>>;

interface SeenMoment {
  readonly fault: string;
  readonly recording: RecordedFault;
  readonly moment: RecordedMoment;
  readonly screens: Screens;
  /** Requests of a screen that were not recorded. */
  readonly unknown: readonly string[];
}

async function seenAt(fault: string, recording: RecordedFault, moment: RecordedMoment): Promise<SeenMoment> {
  const unknown: string[] = [];
  const page = await replayed(moment, unknown);
  const screens = await visitScreens(page, recording, moment.name === 'is refused');
  await page.close();
  return { fault, recording, moment, screens, unknown };
}

const isAccepting = process.env['SHADOWTAPE_GOLDEN'] === '1';
const shownFaults = isAccepting
  ? Object.entries(recordedFaults())
  : sampled(Object.entries(recordedFaults()), 16);
const seen: SeenMoment[] = [];

beforeAll(async () => {
  requireBuiltPages();
  for (const [fault, recording] of shownFaults)
    for (const moment of recording.moments) seen.push(await seenAt(fault, recording, moment));
}, 600_000);

const everywhere = ({ title, line, rail, footer }: ScreenWords): string[] => [
  `title: ${title || 'that of the screen'}`,
  `line: ${line || 'none'}`,
  `rail: ${rail}`,
  `footer: ${footer}`,
];

function screenLines(
  { title, heading, chips, says, enabled, disabled }: ScreenWords,
  usual: string,
): string[] {
  return [
    ...(title === usual ? [] : [`title: ${title}`]),
    ...(heading === '' ? [] : [heading]),
    ...(chips.length === 0 ? [] : [`shows: ${chips.join(' | ')}`]),
    ...says.map((text) => `says: ${text}`),
    ...(enabled.length === 0 ? [] : [`can: ${enabled.join(' | ')}`]),
    ...disabled.map((text) => `cannot: ${text}`),
  ];
}

const indented = (name: string, lines: readonly string[]): string[] =>
  lines.map((line, at) => `  ${(at === 0 ? name : '').padEnd(11)}${line}`);

const headingOf = ({ spec, job }: Pick<RecordedFault, 'spec' | 'job'>, { name }: RecordedMoment): string =>
  `## ${spec}, job ${job}: ${name}`;
const whereOf = (fault: string, { name }: RecordedMoment): string => `${fault} ${name}`;

/** All moments; repeated texts of a screen are omitted. */
function tableText(moments: readonly SeenMoment[]): string {
  const before = new Map<string, string>();
  const part = (where: string, name: string, lines: readonly string[]): string[] => {
    const key = [name, ...lines].join('\n');
    const known = before.get(key);
    if (known !== undefined) return indented(name, [`as where ${known}`]);
    before.set(key, where);
    return indented(name, lines);
  };
  return moments
    .flatMap(({ fault, recording: { spec, job }, moment, screens }) => {
      const where = whereOf(fault, moment);
      const usual = screens.home?.title ?? '';
      return [
        headingOf({ spec, job }, moment),
        ...(screens.home ? part(where, 'everywhere', everywhere(screens.home)) : []),
        ...Object.entries(screens).flatMap(([name, words]) => part(where, name, screenLines(words, usual))),
        '',
      ];
    })
    .join('\n');
}

/** @throws where a screen asks what no screen asked when the fault was recorded: its page then shows less than it would */
function requireRecorded(moments: readonly Pick<SeenMoment, 'fault' | 'unknown'>[]): void {
  const missing = new Map<string, Set<string>>();
  for (const { fault, unknown } of moments)
    for (const asked of unknown) missing.set(fault, (missing.get(fault) ?? new Set()).add(asked));
  if (missing.size === 0) return;
  const lines = [...missing].map(
    ([fault, asked]) => `the recording of ${fault} has no answer to ${[...asked].join(', ')}`,
  );
  const faults = [...missing.keys()].join('|');
  throw new Error(
    `${lines.join('\n')}: record it again with\n` +
      `SHADOWTAPE_RECORD=1 npx vitest run test/scenarios/fault-situations.test.ts -t '^(${faults})$'`,
  );
}

/** Where each heading is. */
const places = new Map(
  Object.entries(recordedFaults()).flatMap(([fault, recording]) =>
    recording.moments.map((moment) => [headingOf(recording, moment), whereOf(fault, moment)] as const),
  ),
);

/** Each moment of a table and its screens, with the omitted repetitions: so that a part of the moments can be compared. */
function momentsOf(table: string): Map<string, Readonly<Record<string, readonly string[]>>> {
  const moments = new Map<string, Record<string, string[]>>();
  let where = '';
  let name = '';
  for (const line of table.split('\n').filter((each) => each !== '')) {
    if (line.startsWith('## ')) {
      where = places.get(line) ?? line;
      moments.set(where, {});
      continue;
    }
    const screens = moments.get(where) ?? {};
    name = line.slice(2, 13).trim() || name;
    const text = line.slice(13);
    const before = moments.get(/^as where (.*)$/.exec(text)?.[1] ?? '')?.[name];
    (screens[name] ??= []).push(...(before ?? [text]));
  }
  return moments;
}

it('has a recording of exactly the faults of the lab', () => {
  expect(Object.keys(recordedFaults())).toEqual(Object.keys(faultTable).toSorted());
});

it('sends no request that was not recorded', () => {
  requireRecorded(seen);
});

it('says and enables what the table has', () => {
  requireRecorded(seen);
  const table = tableText(seen);
  if (isAccepting) writeFileSync(tableFile, table);
  const accepted = readFileSync(tableFile, 'utf8');
  const moments = momentsOf(accepted);
  expect([...moments.keys()]).toEqual([...places.values()]);
  for (const [where, screens] of momentsOf(table))
    expect([where, screens]).toEqual([where, moments.get(where)]);
  if (playsAll) expect(table.split('\n')).toEqual(accepted.split('\n'));
});

it('names what was not recorded, and the command that records it', () => {
  const [first] = seen;
  if (!first) throw new Error('a fault is shown');
  const fault = 'tape-error';
  expect(() => requireRecorded([{ ...first, fault, unknown: ['library {}', 'library {}'] }])).toThrow(
    'the recording of tape-error has no answer to library {}: record it again with\n' +
      "SHADOWTAPE_RECORD=1 npx vitest run test/scenarios/fault-situations.test.ts -t '^(tape-error)$'",
  );
});

/** A moment in words, to locate a failure. */
const placeOf = ({ fault, moment }: SeenMoment) => whereOf(fault, moment);

/** Why a button does nothing; `enabled`, or undefined if the screen has no such button. */
function refusalOf(words: ScreenWords | undefined, button: string): string | undefined {
  if (words?.enabled.includes(button)) return 'enabled';
  return words?.disabled.find((text) => text.startsWith(`${button}: `))?.slice(button.length + 2);
}

it('has one truth: the window, the rail and the footer say the same on every screen', () => {
  for (const at of seen) {
    const [first, ...others] = Object.values(at.screens).map(({ line, rail, footer }) => ({
      line,
      rail,
      footer,
    }));
    for (const other of others) expect([placeOf(at), other]).toEqual([placeOf(at), first]);
  }
});

it('has one truth: if the first screen offers no backup, the plan does not, for the same reason', () => {
  for (const at of seen) {
    const home = refusalOf(at.screens.home, 'Back up Class1 Volume2');
    const plan = refusalOf(at.screens.plan, 'Back up Volume2');
    if (home === 'enabled' || plan === undefined) continue;
    // A run that requires action replaces the button.
    const expected = home ?? expect.stringMatching(/^run \S+ (?:is running|needs action|was interrupted)$/);
    expect([placeOf(at), plan]).toEqual([placeOf(at), expected]);
  }
});

it('has one truth: no screen says that a run is running before there is one', () => {
  const early = seen.filter(({ moment }) => moment.activity.runs.length === 0);
  const said = early.flatMap((at) =>
    Object.values(at.screens).flatMap(({ says, chips }) =>
      [...says, ...chips].filter((text) => /\bis running\b/.test(text)).map((text) => [placeOf(at), text]),
    ),
  );
  expect(said).toEqual([]);
});

it('names no command of the command line on a screen', () => {
  const said = seen.flatMap((at) =>
    Object.values(at.screens).flatMap(({ says }) =>
      says
        .filter((text) => /\bshadowtape [a-z]|known_hosts.*remove|(?:^|\s)--[a-z]/.test(text))
        .map((text) => [placeOf(at), text]),
    ),
  );
  expect(said).toEqual([]);
});

it('has one truth: the run has the same status at its end and in the history', () => {
  for (const at of seen.filter(({ moment }) => moment.name === 'ends')) {
    const [word] = at.screens.run?.chips ?? [];
    expect([placeOf(at), at.screens.runs?.chips]).toEqual([placeOf(at), expect.arrayContaining([word])]);
  }
});

it('has one truth: a run with a question is answered on its screen, and shown as such', () => {
  for (const at of seen.filter(({ moment }) => moment.name === 'asks')) {
    expect([placeOf(at), at.screens.run?.chips]).toEqual([
      placeOf(at),
      expect.arrayContaining(['warn waiting for your answer']),
    ]);
    expect([placeOf(at), at.screens.run?.enabled.join(' | ')]).toEqual([
      placeOf(at),
      expect.stringMatching(/Retry step|Roll back|Halt here/),
    ]);
  }
});

it('has one truth: no color contradicts its word', () => {
  for (const { screens } of seen)
    for (const { chips } of Object.values(screens))
      requireHonest(
        chips.map((chip): ShownChip => {
          const [tone = '', ...word] = chip.split(' ');
          return [tone, word.join(' ')];
        }),
      );
});
