/** What the palette offers: screens, jobs, runs, actions and searches, the best match first. Pure. */
import { say } from '../../../contract/text/say.ts';
import { screenNames, type ScreenName } from '../../managers/routes.ts';
import { screenTitles } from './screen-titles.ts';

/** An action without leaving the screen. */
export type PaletteAction = 'refresh' | 'notices' | 'glossary' | 'keys' | 'theme' | 'tab' | 'lab';

export type PaletteDeed =
  | { readonly screen: ScreenName; readonly subject?: string | undefined }
  | { readonly searchRuns: string }
  | { readonly action: PaletteAction };

export interface PaletteEntry {
  readonly id: string;
  readonly title: string;
  /** Its kind, in a word; found by it, too. */
  readonly kind: string;
  /** Further words by which it is found. */
  readonly also?: string;
  /** A key for the same action. */
  readonly key?: string;
  /** Why what the entry leads to cannot be begun now. */
  readonly note?: string | undefined;
  readonly deed: PaletteDeed;
}

export interface PaletteContext {
  readonly jobs: readonly {
    readonly name: string;
    readonly class: string;
    readonly volumes: readonly string[];
    /** Why no backup can be started; absent if one can. */
    readonly refusal?: string | undefined;
  }[];
  /** Names of runs that this console performs. */
  readonly runs: readonly string[];
  readonly isLab: boolean;
  /** True in a browser: the page can be opened in another tab. */
  readonly hasTabs: boolean;
  /** The default subject of a screen. */
  readonly subjectOf: (screen: ScreenName) => string | undefined;
}

const screenKeys = new Map<ScreenName, string>([
  ...screenNames.map((screen, index) => [screen, String(index + 1)] as const),
  ['report', 'P'],
]);

const screens: readonly ScreenName[] = [...screenNames, 'report', 'files', 'trends'];

function screenEntries({ subjectOf }: PaletteContext): PaletteEntry[] {
  return screens.map((screen) => {
    const key = screenKeys.get(screen);
    return {
      id: `screen-${screen}`,
      title: screenTitles[screen],
      kind: say('Screen'),
      ...(key === undefined ? {} : { key }),
      deed: { screen, subject: subjectOf(screen) },
    };
  });
}

interface ActionEntry {
  readonly action: PaletteAction;
  readonly title: string;
  readonly also?: string;
  readonly key?: string;
  /** False if it is not available here. */
  readonly isThere?: (context: PaletteContext) => boolean;
}

const actions: readonly ActionEntry[] = [
  { action: 'refresh', title: say('Refresh the state of all hosts'), also: say('reload query') },
  { action: 'notices', title: say('Show notices'), also: say('notifications messages'), key: 'N' },
  { action: 'glossary', title: say('Explain terms'), also: say('glossary help'), key: 'G' },
  { action: 'keys', title: say('Show keys'), also: say('help shortcuts'), key: '?' },
  { action: 'theme', title: say('Switch colors'), also: say('theme dark light') },
  { action: 'tab', title: say('Open in another tab'), isThere: ({ hasTabs }) => hasTabs },
  {
    action: 'lab',
    title: say('Open the lab panel'),
    also: say('blank tape fault reboot'),
    isThere: ({ isLab }) => isLab,
  },
];

function actionEntries(context: PaletteContext): PaletteEntry[] {
  return actions
    .filter(({ isThere }) => isThere?.(context) ?? true)
    .map(({ action, title, also, key }) => ({
      id: `action-${action}`,
      title,
      kind: say('Action'),
      ...(also === undefined ? {} : { also }),
      ...(key === undefined ? {} : { key }),
      deed: { action },
    }));
}

function searchEntries(typed: string): PaletteEntry[] {
  if (typed === '') return [];
  return [
    {
      id: 'search-runs',
      title: say('Search runs for “{typed}”', { typed }),
      kind: say('Search'),
      deed: { searchRuns: typed },
    },
    {
      id: 'search-files',
      title: say('Search files on tape for “{typed}”', { typed }),
      kind: say('Search'),
      deed: { screen: 'files', subject: typed },
    },
  ];
}

/** 0 if the text begins with it, 1 if one of its words does, 2 if it is within a word; undefined if it does not occur. */
function placeOf(words: string, typed: string): number | undefined {
  const at = words.indexOf(typed);
  if (at <= 0) return at === 0 ? 0 : undefined;
  return words.includes(` ${typed}`) ? 1 : 2;
}

/** The sum over all typed words: lower is better; undefined if one of them does not occur. */
function distanceOf({ title, also = '', kind }: PaletteEntry, typed: readonly string[]): number | undefined {
  const words = `${title} ${also} ${kind}`.toLowerCase();
  const places = typed.map((each) => placeOf(words, each));
  return places.includes(undefined)
    ? undefined
    : places.reduce<number>((sum, place) => sum + (place ?? 0), 0);
}

/** @param typed as it is in the field */
export function paletteEntries(context: PaletteContext, typed: string): PaletteEntry[] {
  const jobs = context.jobs.map(({ name, class: of, volumes, refusal }): PaletteEntry => ({
    id: `job-${name}`,
    title: say('Plan job {name}', { name }),
    kind: say('Job'),
    also: say('back up {of} {volumes}', { of, volumes: volumes.join(' ') }),
    ...(refusal === undefined ? {} : { note: say('No backup now: {refusal}', { refusal }) }),
    deed: { screen: 'plan', subject: name },
  }));
  const runs = context.runs.map((run): PaletteEntry => ({
    id: `run-${run}`,
    title: say('Show run {run}', { run }),
    kind: say('Run'),
    also: 'running',
    deed: { screen: 'run', subject: run },
  }));
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [...runs, ...screenEntries(context), ...jobs, ...actionEntries(context)].flatMap((entry) => {
    const distance = distanceOf(entry, words);
    return distance === undefined ? [] : [{ entry, distance }];
  });
  const best = found.toSorted((one, other) => one.distance - other.distance).map(({ entry }) => entry);
  return [...best, ...searchEntries(typed.trim())];
}
