/** What a screen says and enables, in readable lines: for the built pages in a document, see DocumentPage. */
import type { HTMLElement } from 'happy-dom';
import { nameOf, wordsOf, type DocumentPage } from './document-page.ts';

/** The screens that show a class, a run, a tape or a volume. */
const shownScreens = ['home', 'plan', 'run', 'verify', 'runs', 'restore', 'tape', 'sites'] as const;
export type ShownScreen = (typeof shownScreens)[number];

export interface ScreenWords {
  /** Before the name of the screen in the window's title. */
  readonly title: string;
  readonly line: string;
  readonly rail: string;
  readonly footer: string;
  readonly heading: string;
  /** State words with their color: `bad overdue`. */
  readonly chips: readonly string[];
  /** Errors, ends, empty states and hints. */
  readonly says: readonly string[];
  /** Buttons; `NAME: WHY` if one does nothing. */
  readonly enabled: readonly string[];
  readonly disabled: readonly string[];
}

const tones = ['ok', 'warn', 'bad', 'busy', 'idle'];
const chipWords = (chip: HTMLElement): string =>
  `${tones.find((tone) => chip.classList.contains(tone)) ?? ''} ${wordsOf(chip)}`.trim();

/** Sentences about a state. */
const sayings = [
  'main .note p',
  'main section.callout :is(h2, p)',
  'main .empty :is(h2, p)',
  'main tr .reason',
  'main .action-bar .note',
  'main [role="status"]:not(.visually-hidden)',
  '[role="dialog"] :is(h2, p)',
].join(', ');

const unique = (texts: readonly string[]): string[] => [...new Set(texts)].filter((text) => text !== '');

/** Without what is different in each recording: names of runs, times, ports, durations. */
const timeless = (text: string): string =>
  text
    .replaceAll(/\d{8}-\d{6}(-[\w-]+)?/g, 'RUN')
    .replaceAll(/ ?since (\d{4}-\d\d-\d\d )?\d\d:\d\d(:\d\d)?/g, '')
    .replaceAll(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?(\.\d+Z)?/g, 'TIME')
    .replaceAll(/\b\d\d:\d\d(:\d\d)?\b/g, 'CLOCK')
    .replaceAll(/port \d+/g, 'port PORT')
    .replaceAll(/process \d+/g, 'process NUMBER')
    .replaceAll(/SHA256:[\w+/=]+/g, 'SHA256:KEY')
    .replaceAll(/\b\d+(\.\d+)? (ms|s|min)\b/g, 'DURATION')
    .replaceAll(/expected [\da-f]{8}\b, seen [\da-f]{8}\b/g, 'expected SUM, seen SUM')
    .trim();

function screenWords(page: DocumentPage): ScreenWords {
  const read = (selector: string) => timeless(wordsOf(page.find(selector)));
  const buttons = page.all('main button.button, [role="dialog"] button.button');
  const isOff = (button: HTMLElement) => button.getAttribute('aria-disabled') === 'true';
  return {
    title: page.title.split(' · ').slice(0, -2).join(' · '),
    line: read('nav[aria-label="Situation"]'),
    rail: page.find('nav[aria-label="Screens"] a[href^="#/run"]')?.getAttribute('aria-label') ?? '',
    footer: read('footer .now-running'),
    heading: read('main h1'),
    chips: unique(page.all('main .chip').map((chip) => timeless(chipWords(chip)))),
    says: unique(page.all(sayings).map((each) => timeless(wordsOf(each)))),
    enabled: unique(buttons.filter((each) => !isOff(each)).map((each) => timeless(nameOf(each)))),
    disabled: unique(
      buttons.filter(isOff).map((each) => timeless(`${nameOf(each)}: ${each.title || 'busy'}`)),
    ),
  };
}

/** The address of a screen, for the run and the job of a recording; undefined if the screen needs a run and there is none. */
function addressOf(
  screen: ShownScreen,
  { run, job }: { readonly run: string | undefined; readonly job: string },
): string | undefined {
  if (screen === 'plan') return `#/plan/${job}`;
  if (screen !== 'run' && screen !== 'verify') return `#/${screen}`;
  return run === undefined ? undefined : `#/${screen}/${run}`;
}

/** What an operator does on a screen without changing anything: identifies the tape, and retries a refused start. */
async function actOn(screen: ShownScreen, page: DocumentPage, isRefused: boolean): Promise<void> {
  const can = (name: string) =>
    page.all('main button.button').some((each) => nameOf(each) === name && isEnabled(each));
  if (screen === 'tape' && can('Identify the tape')) await page.press('Identify the tape');
  if (screen === 'plan' && isRefused && can('Back up Volume2')) await page.press('Back up Volume2');
}

const isEnabled = (button: HTMLElement): boolean => button.getAttribute('aria-disabled') !== 'true';

/** Visits each screen. */
export async function visitScreens(
  page: DocumentPage,
  about: { readonly run: string | undefined; readonly job: string },
  isRefused: boolean,
  answered: () => Promise<void> = async () => undefined,
): Promise<Partial<Record<ShownScreen, ScreenWords>>> {
  const words: Partial<Record<ShownScreen, ScreenWords>> = {};
  for (const screen of shownScreens) {
    const address = addressOf(screen, about);
    if (address === undefined) continue;
    await page.open(address);
    await answered();
    await actOn(screen, page, isRefused);
    await answered();
    words[screen] = screenWords(page);
  }
  return words;
}
