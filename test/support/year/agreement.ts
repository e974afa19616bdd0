/** Whether status, inventory, retention, history, audit and digest match the nights, and whether a file can be restored. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { FileHit } from '../../../src/contract/history.ts';
import { weekDigest } from '../../../src/main/application/digest/week-digest.ts';
import { listTapes } from '../../../src/main/application/known-tapes.ts';
import { serviceStateOf, siteStatus } from '../../../src/main/application/protection/status-service.ts';
import { History } from '../../../src/main/history/history.ts';
import { auditState } from '../../../src/main/proof/audit.ts';
import type { TapeLabel } from '../../../src/main/tape/tape-label.ts';
import { openSceneConsole, type Scene } from '../lab-run.ts';
import { oneOf } from '../random-numbers.ts';
import { contentsOf, imageProxy, masters, type OnCartridge, type Proxy } from './machine-room.ts';
import { cartridgeOf, kindsOfNight, zone, type SpentNight, type Year } from './nights.ts';

async function withHistory<Value>(scene: Scene, work: (history: History) => Promise<Value>): Promise<Value> {
  const history = new History(scene.state);
  try {
    return await work(history);
  } finally {
    await history.close();
  }
}

/** The data of status and digest. */
export const historyFacts = (scene: Scene) =>
  withHistory(scene, async (history) => ({
    lines: await history.lines(),
    series: await history.trends({}),
  }));
type HistoryFacts = Awaited<ReturnType<typeof historyFacts>>;

const words = (night: SpentNight): string =>
  [`${night.kind} ${night.due.toISOString()}`, ...night.told, ...night.logged].join('\n');

/** How many runs a night has begun: one that is refused is tried again each hour of the window. */
function runsExpected({ kind, tries }: SpentNight): number {
  switch (kind) {
    case 'off':
    case 'disk full':
      return 0;
    case 'no tape':
    case 'dead drive':
      return tries;
    case 'late tape':
    case 'lost tape':
      return 2;
    default:
      return 1;
  }
}

/** A night has a verified run whose tape holds the parted data, or a notification that it has none. */
export function expectProtectedOrLoud(night: SpentNight): void {
  const { isVerified, isLoud } = kindsOfNight[night.kind];
  const failures = night.told.filter((line) => line.startsWith('failure '));
  expect(night.runs, words(night)).toHaveLength(runsExpected(night));
  expect(night.onTape, words(night)).toHaveLength(isVerified ? 1 : 0);
  expect(failures.length > 0, words(night)).toBe(isLoud);
}

const verifiedRuns = (nights: readonly SpentNight[]): string[] => nights.flatMap(({ onTape }) => onTape);

/** Nights in which no run touched anything. */
const isMissed = ({ kind }: SpentNight): boolean =>
  kind === 'off' || kind === 'no tape' || kind === 'dead drive' || kind === 'disk full';

/** `2026-03-29 00:00`, by the clock of the zone. */
const wallText = (instant: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(
    new Date(instant),
  );

/** Midnight that many days after the day of an instant. */
function midnightAfter(instant: string, days: number): string {
  const day = Date.parse(`${wallText(instant).slice(0, 10)}T12:00:00Z`);
  return `${new Date(day + days * 86_400_000).toISOString().slice(0, 10)} 00:00`;
}

const isCopy = ({ copyOf }: TapeLabel): boolean => copyOf !== undefined;

/** The inventory has what is recorded on each cartridge, and shows everything else as lost. */
function expectInventory(scene: Scene, recorded: readonly OnCartridge[]): void {
  const { tapes, unreadableLines } = listTapes(scene.state);
  expect(unreadableLines).toBe(0);
  const plain = ({
    name,
    uuid,
    run,
    keepUntil,
  }: {
    name: string;
    uuid: string;
    run?: string | undefined;
    keepUntil?: string | undefined;
  }) => ({ name, uuid, run, keepUntil });
  const present = tapes.filter(({ lost, replaced }) => !lost && !replaced);
  expect(present.map(plain).toSorted(byName)).toEqual(
    recorded.map(({ label }) => plain(label)).toSorted(byName),
  );
  for (const { cartridge, label } of recorded)
    expect(cartridge).toBe(isCopy(label) ? label.name : cartridgeOf(label.name));
}

const byName = (one: { name: string }, other: { name: string }) => one.name.localeCompare(other.name);

/** Each tape is kept for seven days, and the next night gets one that is free by then. */
async function expectRetention(year: Year, recorded: readonly OnCartridge[]): Promise<void> {
  expect(year.overwritten).toEqual([]);
  for (const { label } of recorded.filter((each) => !isCopy(each.label)))
    expect(wallText(label.keepUntil ?? ''), label.name).toBe(midnightAfter(label.writtenAt, 7));
  const next = await year.nextTape();
  expect(year.tapes).toContain(next);
  const held = recorded.find(({ label }) => label.name === next)?.label.keepUntil;
  // The next night is less than a day away.
  if (held !== undefined) expect(Date.parse(held)).toBeLessThanOrEqual(Date.now() + 86_400_000);
}

/** The history has every run, how it ended, and which of them are still on tape. */
function expectHistory(year: Year, { lines, series }: HistoryFacts, recorded: readonly OnCartridge[]): void {
  const runs = year.nights.flatMap((night) => night.runs);
  expect(lines.map(({ run }) => run).toSorted()).toEqual(runs.toSorted());
  const verified = lines.filter(({ verdict }) => verdict === 'verified').map(({ run }) => run);
  expect(verified.toSorted()).toEqual(verifiedRuns(year.nights).toSorted());
  const held = new Set(recorded.map(({ label }) => label.run));
  for (const { run, tapeNames, lost = [] } of lines)
    if (tapeNames.length > 0) expect(lost.length > 0, `${run} is lost`).toBe(!held.has(run));
  expect(series.map(({ volume }) => volume).toSorted()).toEqual(Object.keys(masters));
}

async function expectAudit(scene: Scene, year: Year): Promise<void> {
  const lines = await auditState({ state: scene.state });
  expect(lines.filter(({ verdict }) => verdict === 'wrong')).toEqual([]);
  const proven = lines.filter(({ subject, verdict }) => subject === 'journal' && verdict === 'proven');
  const broken = year.nights.filter(({ kind }) => kind === 'disk fills').flatMap(({ runs }) => runs);
  const whole = year.nights.flatMap(({ runs }) => runs).filter((run) => !broken.includes(run));
  expect(proven.map(({ run }) => run).toSorted()).toEqual(whole.toSorted());
}

async function expectStatus(
  scene: Scene,
  year: Year,
  facts: HistoryFacts,
  week: readonly SpentNight[],
  recorded: readonly OnCartridge[],
) {
  const site = await year.site();
  const status = { site, state: scene.state, ...facts, now: new Date() };
  const { volumes } = await siteStatus(status);
  const held = new Set(recorded.map(({ label }) => label.run));
  const newest = verifiedRuns(year.nights).findLast((run) => held.has(run));
  expect(volumes.map(({ proxy }) => proxy).toSorted()).toEqual(Object.keys(masters));
  const isGood = (week.at(-1)?.onTape.length ?? 0) > 0;
  for (const volume of volumes) {
    expect(serviceStateOf(volume) === 'OK', volume.reason).toBe(isGood);
    expect(volume.backup?.run).toBe(newest);
    expect(volume.nextTape?.name).toBe(await year.nextTape());
  }
  const digest = await weekDigest(status, { from: week[0]?.due ?? new Date(), to: new Date() });
  for (const { nights } of digest.volumes) {
    expect(nights.flatMap(({ run }) => run ?? []).toSorted()).toEqual(
      week.flatMap(({ runs }) => runs).toSorted(),
    );
    expect(nights.filter(({ isLoud }) => !isLoud).map(({ run }) => run)).toEqual(verifiedRuns(week));
    const missed = nights.filter(({ outcome }) => outcome === 'missed');
    expect(missed.map(({ at }) => at)).toEqual(week.filter(isMissed).map(({ due }) => due.toISOString()));
  }
}

/** Status, inventory, retention, history, audit and digest say the same as the tapes and the nights. */
export async function expectAgreement(scene: Scene, year: Year, week: readonly SpentNight[]): Promise<void> {
  const recorded = await year.room.recorded();
  const facts = await historyFacts(scene);
  expectHistory(year, facts, recorded);
  expectInventory(scene, recorded);
  await expectRetention(year, recorded);
  await expectAudit(scene, year);
  await expectStatus(scene, year, facts, week, recorded);
}

const bare = (path: string): string => path.replace(/^\.\//, '');

/** Where a file of a volume is, according to the program. */
const hitsOf = (scene: Scene, proxy: Proxy, path: string): Promise<FileHit[]> =>
  withHistory(scene, async (history) => {
    const { hits } = await history.where({ file: path, limit: 10_000 });
    return hits.filter((hit) => hit.volume === proxy && bare(hit.path) === path && hit.verified && !hit.lost);
  });

/** One file of one run is restored from the tape that `where` names, and is what the volume held when it was parted. */
export async function expectRestored(scene: Scene, year: Year, random: () => number): Promise<void> {
  const recorded = await year.room.recorded();
  const verified = new Set(verifiedRuns(year.nights));
  const onTape = recorded.filter(({ label }) => verified.has(label.run ?? ''));
  const inLibrary = onTape.filter(({ label }) => !isCopy(label));
  const { label } = oneOf(inLibrary, random);
  const run = label.run ?? '';
  const proxy = oneOf(
    (Object.keys(masters) as Proxy[]).filter((each) => each !== imageProxy),
    random,
  );
  const volume = year.instantOf(run)?.get(proxy);
  if (!volume) throw new Error(`it is not known what ${proxy} held when ${run} parted it`);
  const [path, content] = oneOf([...(await contentsOf(volume))], random);
  const hits = await hitsOf(scene, proxy, path);
  const runsOnTape = new Set(onTape.map((each) => each.label.run));
  expect(hits.map((hit) => hit.run).toSorted()).toEqual([...runsOnTape].toSorted());
  const tape = hits.find((hit) => hit.run === run)?.tapes[0]?.name ?? 'none';
  expect(tape).toBe(label.name);
  expect(await restored(scene, year, { run, proxy, path })).toEqual(content);
}

interface Wanted {
  readonly run: string;
  readonly proxy: Proxy;
  readonly path: string;
}

/** Restores the file; the library loads the tape, and stores it again. @returns its content */
async function restored(scene: Scene, year: Year, { run, proxy, path }: Wanted): Promise<Buffer> {
  const to = join(scene.folder, 'restored');
  const console = await openSceneConsole(scene, year.change);
  const { signal } = new AbortController();
  try {
    const { fileRestoreService } = console;
    const what = { what: [run, path], volume: proxy, to, overwrite: 'never' as const };
    const prepared = await fileRestoreService.prepare(what, (file, limit) =>
      withHistory(scene, (history) => history.where({ file, limit })),
    );
    const end = await fileRestoreService.perform(prepared, {
      ...{ abort: signal, ask: undefined, onProgress: () => undefined, onFile: () => undefined },
    });
    expect(end, end.error?.message).toMatchObject({ exitStatus: 0 });
    expect(scene.lab.cartridges.filter(({ where }) => where === 'drive')).toEqual([]);
    return await readFile(join(to, path));
  } finally {
    await console.close();
    await rm(to, { recursive: true, force: true });
  }
}
