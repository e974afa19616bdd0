/** The runs in the index: written, searched, and read as lines and trends. */
import type { FoundRuns, TrendPoint, TrendSeries } from '../../contract/history.ts';
import type { RunLine } from '../../contract/screens.ts';
import { recall, type StoredPhrase } from '../../contract/text/phrases.ts';
import type { VolumePoint } from './changes/known-runs.ts';
import type { IndexedRun, VolumeFacts } from './run-facts.ts';
import type { Term } from './search-query.ts';
import { numberOf, textOf, type Sqlite, type SqlValue } from './sqlite.ts';

const lowered = (texts: readonly string[]): string => texts.join('\n').toLowerCase();

/** What a plain word is searched for in. */
function wordsOf({ line, texts, masters, hosts, codes }: IndexedRun): string {
  const { run, job, site, method, class: className, volumes, tape, tapeNames, operator } = line;
  const said = [line.verdict, line.sentence ?? '', line.trouble ?? '', line.currentStep ?? ''];
  return lowered([
    ...[run, job, site, method, className, ...volumes, ...masters, tape.host, tape.device, ...tapeNames],
    ...[operator, ...hosts, ...codes, ...said, ...texts],
  ]);
}

const columns =
  'run, mark, trouble, started, verdict, method, route, status, seconds, bytes, job, site, class, operator, volume, host, tape, code, words, line';

/**
 * Puts a run into the index, or what it is now in place of what it was.
 * @param mark size and time of its journal
 */
export function writeRun(sqlite: Sqlite, facts: IndexedRun, mark: string): void {
  const { line } = facts;
  const values: SqlValue[] = [
    ...[line.run, mark, line.trouble === undefined ? 0 : 1, line.startedAt, line.verdict, line.method],
    ...[facts.route, line.exitStatus ?? null, facts.seconds ?? null, line.bytes ?? null],
    ...[line.job, line.site, line.class, line.operator].map((text) => text.toLowerCase()),
    lowered([...line.volumes, ...facts.masters]),
    lowered(facts.hosts),
    lowered([...line.tapeNames, line.tape.device]),
    lowered(facts.codes),
    wordsOf(facts),
    JSON.stringify({ ...line, said: facts.said } satisfies StoredLine),
  ];
  sqlite.run(`INSERT OR REPLACE INTO run (${columns}) VALUES (${values.map(() => '?').join(', ')})`, values);
  sqlite.run('DELETE FROM volume WHERE run = ?', [line.run]);
  facts.volumes.forEach(({ volume, ...point }, position) =>
    sqlite.run('INSERT INTO volume VALUES (?, ?, ?, ?, ?, ?)', [
      ...[line.run, position, line.site, line.class, volume],
      JSON.stringify(point),
    ]),
  );
  facts.catalogues.forEach((catalogue, position) => writeCatalogue(sqlite, line.run, position, catalogue));
}

/** The entries of a catalog that is still the same are kept. */
function writeCatalogue(
  sqlite: Sqlite,
  run: string,
  position: number,
  { file, entries, place }: IndexedRun['catalogues'][number],
): void {
  const mark = `${file} ${entries}`;
  const known = sqlite.get('SELECT id, mark FROM catalogue WHERE run = ? AND position = ?', [run, position]);
  if (known && textOf(known['mark']) === mark) {
    sqlite.run('UPDATE catalogue SET place = ? WHERE id = ?', [JSON.stringify(place), numberOf(known['id'])]);
    return;
  }
  if (known) dropCatalogue(sqlite, numberOf(known['id']));
  sqlite.run(
    'INSERT INTO catalogue (run, position, file, mark, entries, done, finished, place) VALUES (?, ?, ?, ?, ?, 0, 0, ?)',
    [run, position, file, mark, entries, JSON.stringify(place)],
  );
}

function dropCatalogue(sqlite: Sqlite, id: number): void {
  sqlite.run('DELETE FROM held WHERE catalogue = ?', [id]);
  sqlite.run('DELETE FROM catalogue WHERE id = ?', [id]);
}

/** A run whose journal is gone. */
export function forgetRun(sqlite: Sqlite, run: string): void {
  for (const { id } of sqlite.all('SELECT id FROM catalogue WHERE run = ?', [run]))
    dropCatalogue(sqlite, numberOf(id));
  sqlite.run('DELETE FROM volume WHERE run = ?', [run]);
  sqlite.run('DELETE FROM run WHERE run = ?', [run]);
}

/** Run -> size and time of the journal that it was made of. */
export const journalMarks = (sqlite: Sqlite): Map<string, string> =>
  new Map(sqlite.all('SELECT run, mark FROM run').map(({ run, mark }) => [textOf(run), textOf(mark)]));

const has = (column: string) => `instr(${column}, ?) > 0`;

const comparisons = {
  longer: 'seconds > ?',
  shorter: 'seconds < ?',
  larger: 'bytes > ?',
  smaller: 'bytes < ?',
} as const;

function conditionOf(term: Term): { sql: string; value: SqlValue | undefined } {
  switch (term.kind) {
    case 'word':
      return { sql: has('words'), value: term.text };
    case 'text':
      return { sql: has(term.key), value: term.text };
    case 'date':
      // A run that cannot be read has no beginning.
      return { sql: term.key === 'after' ? 'started >= ?' : "started < ? AND started <> ''", value: term.at };
    case 'number':
      return { sql: comparisons[term.key], value: term.value };
    case 'choice':
      if (term.key === 'status') return { sql: 'status = ?', value: Number(term.value) };
      if (term.value === 'unreadable') return { sql: 'trouble = 1', value: undefined };
      return { sql: `trouble = 0 AND ${term.key} = ?`, value: term.value };
  }
}

/** Its sentences are in English; the index of an earlier release does not say what they were made of. */
interface StoredLine extends RunLine {
  readonly said?: readonly StoredPhrase[];
}

function lineOf(text: SqlValue | undefined): RunLine {
  const { said, ...line } = JSON.parse(textOf(text)) as StoredLine;
  recall(said);
  return line;
}

/** A field that is undefined does not cross as JSON: it is there nevertheless. */
const wholeLine = (line: RunLine): RunLine => ({
  ...line,
  trouble: line.trouble,
  finishedAt: line.finishedAt,
  exitStatus: line.exitStatus,
  sentence: line.sentence,
  currentStep: line.currentStep,
  bytes: line.bytes,
});

/**
 * @param before only runs whose names come before this one
 * @returns newest first
 */
export function searchRuns(
  sqlite: Sqlite,
  terms: readonly Term[],
  { limit, before }: { readonly limit: number; readonly before?: string | undefined },
): Pick<FoundRuns, 'lines' | 'more'> {
  const conditions = terms.map(conditionOf);
  if (before !== undefined) conditions.push({ sql: 'run < ?', value: before });
  const where =
    conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => `(${sql})`).join(' AND ')}`;
  const values = conditions.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const rows = sqlite.all(`SELECT line FROM run ${where} ORDER BY run DESC LIMIT ?`, [...values, limit + 1]);
  return {
    lines: rows.slice(0, limit).map(({ line }) => wholeLine(lineOf(line))),
    more: rows.length > limit,
  };
}

/** @param runs undefined: of all runs. @returns in any order */
export function linesOf(sqlite: Sqlite, runs: readonly string[] | undefined): RunLine[] {
  const rows =
    runs === undefined
      ? sqlite.all('SELECT line FROM run')
      : runs.flatMap((run) => sqlite.all('SELECT line FROM run WHERE run = ?', [run]));
  return rows.map(({ line }) => wholeLine(lineOf(line)));
}

/** @param runs undefined: of all runs. @returns in any order */
export function pointsOf(sqlite: Sqlite, runs: readonly string[] | undefined): VolumePoint[] {
  const select = 'SELECT site, class, volume, point FROM volume';
  const rows =
    runs === undefined
      ? sqlite.all(select)
      : runs.flatMap((run) => sqlite.all(`${select} WHERE run = ?`, [run]));
  return rows.map((row) => ({
    ...{ site: textOf(row['site']), class: textOf(row['class']), volume: textOf(row['volume']) },
    point: JSON.parse(textOf(row['point'])) as TrendPoint,
  }));
}

/** Run -> the last restore of it that ended verified, of all runs in the index; with its volumes. */
export function restoresOf(sqlite: Sqlite): Map<string, Required<NonNullable<RunLine['restored']>>> {
  const rows = sqlite.all(
    "SELECT line FROM run WHERE verdict = 'verified' AND instr(line, '\"restores\":') > 0 ORDER BY run",
  );
  const restores: ReturnType<typeof restoresOf> = new Map();
  for (const row of rows) {
    const { run, restores: of, finishedAt, volumes } = lineOf(row['line']);
    if (of !== undefined && finishedAt !== undefined) restores.set(of, { run, at: finishedAt, volumes });
  }
  return restores;
}

/** @param volume undefined: of all volumes. @returns a series for each, those with the latest run first */
export function trendsOf(sqlite: Sqlite, volume: string | undefined): TrendSeries[] {
  const where = volume === undefined ? '' : 'WHERE volume = ?';
  const rows = sqlite.all(
    `SELECT site, class, volume, point FROM volume ${where} ORDER BY run`,
    volume === undefined ? [] : [volume],
  );
  const series = new Map<string, { site: string; class: string; volume: string; points: TrendPoint[] }>();
  for (const row of rows) {
    const [site, className, name] = [textOf(row['site']), textOf(row['class']), textOf(row['volume'])];
    const key = JSON.stringify([site, className, name]);
    const one = series.get(key) ?? { site, class: className, volume: name, points: [] };
    // Those that come later are appended: the latest is the last in the map.
    series.delete(key);
    series.set(key, one);
    one.points.push(JSON.parse(textOf(row['point'])) as Omit<VolumeFacts, 'volume'>);
  }
  return [...series.values()].reverse();
}
