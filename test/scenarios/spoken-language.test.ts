/** The command line in another language, tried with a language that has an accent on every letter: what has none was not translated. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab } from '../../src/lab/lab.ts';
import type { CommandEnd } from '../support/command-line.ts';
import { smallBlocks } from '../support/lab-run.ts';
import { withAccents } from '../support/language/pseudo-language.ts';
import { pdfToolsLeftOut, textOf, withPdfTools } from '../support/pdf-tools.ts';
import { untranslatedIn } from '../support/language/untranslated.ts';

const root = join(import.meta.dirname, '..', '..');
const program = join(root, 'src', 'main', 'cli', 'shadowtape.ts');
const speakPseudo = join(root, 'test', 'support', 'language', 'speak-pseudo-language.ts');
const performLines = join(root, 'test', 'support', 'language', 'perform-lines.ts');

/** A letter of the pseudo language. */
const accented = /[áƀćđéƒǵĥíĵķĺḿńóṕɋŕśťúṽẃẋýźÁɃĆĐÉƑǴĤÍĴĶĹḾŃÓṔɊŔŚŤÚṼẂẊÝŹ]/;

let folder: string;
let state: string;

/** Runs a script in a process that speaks the language. */
function inProcess(language: 'English' | 'pseudo', ...script: string[]) {
  const before = language === 'English' ? [] : ['--import', speakPseudo];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...before, ...script], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    env: { ...process.env, TMPDIR: tmpdir() },
  });
  return { status, stdout, stderr };
}

/** Runs the command line in a process that speaks the language. */
const shadowtape = (language: 'English' | 'pseudo', ...words: string[]) =>
  inProcess(language, program, '--state', state, ...words);

const shownAsJson = ['show', 'latest'];
const printedAsJson = [
  ['plan'],
  ['runs'],
  shownAsJson,
  ['audit'],
  ['trends'],
  ['compare', 'latest', 'latest', '--all'],
];
const wholePlan = ['plan', '--all'];
const planOfThree = ['plan', 'three-volumes', '--all'];
const shownOnly = [
  ['runs'],
  ['show', 'latest'],
  ['tapes'],
  ['trends'],
  ['locks'],
  ['check'],
  ['check', '--rights'],
  ['audit'],
  ['compare', 'latest', 'latest', '--all'],
  ['status'],
  ['digest'],
  ['where', '*.db'],
  ['index'],
  ['state'],
  ['schedule', 'next'],
  ['schedule', 'list'],
  ['plan', 'restore', 'latest'],
  ['restore', 'latest', '--to', 'restored.image', '--dry-run'],
  ['restore', 'latest', '--drill'],
  ['verify', 'latest'],
  ['identify'],
  ['drive-check', '--scratch', '--overwrite', 'data'],
];
const unknownRun = ['show', 'no-such-run'];

/**
 * Performs command lines in one process that speaks the language.
 * @param options of all lines: they may choose the language of the process
 * @returns the end of each
 */
function endsOf(
  language: 'English' | 'pseudo',
  lines: readonly string[][],
  ...options: readonly string[]
): (words: string[]) => CommandEnd {
  const asked = JSON.stringify(lines.map((words) => ['--state', state, ...words, ...options]));
  const { stdout, stderr } = inProcess(language, performLines, asked, ...options);
  expect(stderr).toBe('');
  const ends = JSON.parse(stdout) as CommandEnd[];
  return (words) => ends[lines.indexOf(words)] as CommandEnd;
}

/** Text of every file below the state folder that the program has written; the lab is the other side. */
const storedFiles = (): [name: string, text: string][] =>
  readdirSync(state, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(join(state, 'lab')))
    .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'utf8')]);

/** Stored sentences are shown, too; of an event, only names, numbers and command lines are shown as they are. */
const sentence = /[a-z]{2,} .*[a-z]{2,}/i;
function namesIn(value: unknown): unknown {
  if (typeof value === 'string') return sentence.test(value) ? '' : value;
  if (Array.isArray(value)) return value.map(namesIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === 'argv' || key === 'stderr' ? each : namesIn(each),
    ]),
  );
}

let performed: ReturnType<typeof shadowtape>;
/** How the command lines of the tests ended. */
let pseudo: ReturnType<typeof endsOf>;
let asJson: Record<'English' | 'pseudo', ReturnType<typeof endsOf>>;
/** Names and numbers of its journal. */
let events: readonly unknown[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'language-'));
  state = join(folder, 'state');
  // A lab that exists keeps its size: the program would make one of 512 MiB.
  const lab = await openLab({ folder: join(state, 'lab'), blocks: smallBlocks });
  await lab.close();
  performed = shadowtape('pseudo', 'run', '--yes');
  pseudo = endsOf('pseudo', [wholePlan, planOfThree, ...shownOnly, unknownRun]);
  asJson = {
    English: endsOf('English', printedAsJson, '--json'),
    pseudo: endsOf('pseudo', printedAsJson, '--json'),
  };
  events = asJson
    .English(shownAsJson)
    .stdout.trimEnd()
    .split('\n')
    .map((line) => namesIn(JSON.parse(line)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a run that is performed in another language', () => {
  it('ends with the same exit status, and reports its end in that language', () => {
    expect(performed.status).toBe(0);
    expect(performed.stdout).toMatch(accented);
  });

  it('stores everything in English: journal, seals, tape inventory, index', () => {
    const files = storedFiles();
    expect(files.map(([name]) => name)).toContain('seals.ndjson');
    expect(files.filter(([, text]) => accented.test(text)).map(([name]) => name)).toEqual([]);
  });

  it('shows no untranslated text', () => {
    expect(untranslatedIn(performed.stdout.split('\n'), [events, state])).toEqual([]);
  });
});

it.each(printedAsJson.map((words) => [words.join(' '), words] as const))(
  '%s --json prints the same bytes in both languages',
  (_line, words) => {
    const { stdout, exitStatus } = asJson.English(words);
    expect(stdout).not.toBe('');
    expect(asJson.pseudo(words)).toMatchObject({ stdout, exitStatus });
  },
);

/** A line of sudoers, or the host that it is for. */
const rightsLine = /^(?:# \S+$|\S+ ALL=)/;
/** A command line of a run. */
const commandLine = /^ +(?:[\d:.]+ +)?\S+ # /;
/** Commands that a run sends, as `check` lists them, and words of a site file. */
const named = {
  job: 'cat dd fsck ls mkdir mount mt mtx rmdir sdxinfo sdxproxy sdxshadowdisk sdxshadowgroup sdxshadowvolume sdxvolume sfxadm sfxdump tar ufsdump umount rewind FILE IMAGE',
  name: 'NAME',
  site: 'raw-dd ufs-tar sfxfs-tar striped concatenated three-volumes stand-in single-disk become none plain console',
};

it.each(shownOnly.map((words) => [words.join(' '), words] as const))(
  '%s shows no text that was not translated',
  (_line, words) => {
    const { stdout, stderr } = pseudo(words);
    expect(stdout + stderr).toMatch(accented);
    const shown = [...stdout.split('\n'), ...stderr.split('\n')];
    // A plan names its steps by their identifiers, and where they are from.
    const plain =
      words[0] === 'plan'
        ? shown.map((line) => line.replace(/^[\w-]+ +|(?:GDS guide|step) .*$/g, ''))
        : shown;
    const lines = plain.filter((line) => !rightsLine.test(line) && !commandLine.test(line));
    expect(untranslatedIn(lines, [events, state, named])).toEqual([]);
  },
);

/** A place in the guide; a column of the report may break it. */
const citation =
  /GDS guide (?:\(Linux\) )?[\d.]+(?:, [\d.DF]+)*,?(?: and\b)?|\bsteps? \d[\w-]*|\(Linux\) [\d.]+|GDS guide$/gm;
/** Commands of a run, and those that check its journal. */
const commandOfReport =
  /^ +(?:dd|mt|sdx\w+|iostat|while|case|done|echo|p=)|pdfdetach|dd if=DEVICE|^ (?:tail|while|done|echo|p=)/;

it.skipIf(pdfToolsLeftOut)(
  withPdfTools('the pages of the report show no text that was not translated'),
  async () => {
    const file = join(folder, 'report.pdf');
    expect(shadowtape('pseudo', 'report', 'latest', '-o', file)).toMatchObject({ status: 0 });
    const pages = await textOf(readFileSync(file));
    expect(pages).toMatch(/[éáóí]{1}ń/);
    // Letters that the font of the report lacks are shown by their numbers; citations of the guide are not translated.
    const texts = pages
      .replaceAll(/\\u\{[0-9a-f]+\}/g, 'é')
      .replaceAll(citation, ' ')
      .split('\n');
    const lines = texts.filter((line) => !commandOfReport.test(line));
    expect(
      untranslatedIn(lines, [
        events,
        state,
        named,
        { name: 'mirror ndjson csv txt pdf commands checks records' },
      ]),
    ).toEqual([]);
  },
);

/** A line of a plan that is sent: `node1 # sdxinfo …`. */
const sentLine = /^ {4}\S+ [#$] /;

describe('the plan', () => {
  const linesOf = (end: CommandEnd) => end.stdout.split('\n');

  it('has the same command lines in both languages', () => {
    const english = shadowtape('English', ...wholePlan).stdout.split('\n');
    const lines = english.filter((line) => sentLine.test(line));
    expect(lines.length).toBeGreaterThan(30);
    expect(linesOf(pseudo(wholePlan)).filter((line) => sentLine.test(line))).toEqual(lines);
  });

  it.each([
    ['raw-dd', wholePlan],
    ['three-volumes', planOfThree],
  ])('of the job %s shows no untranslated text except names and identifiers of steps', (job, words) => {
    const texts = linesOf(pseudo(words))
      .filter((line) => !sentLine.test(line))
      .map((line) => line.replace(/^\S+ +/, ''));
    const names = [`${job} of lab`, 'Volume2', 'node1', 'Class1', 'route console or server'];
    expect(untranslatedIn(texts, [names])).toEqual([]);
  });
});

it('the help of every command shows no untranslated text except names and values', () => {
  const { stdout } = inProcess('pseudo', join(root, 'test', 'support', 'language', 'print-help.ts'));
  const texts = JSON.parse(stdout) as string[];
  expect(texts.length).toBeGreaterThan(30);
  // Options, arguments, quoted values and defaults are the same in every language, and so are the names of commands.
  const named = texts.map((text) => `help, ${/^\S+ ([a-z |-]+?) (?:\S*[^ -~]|<|\[)/.exec(text)?.[1] ?? ''}`);
  const plain = texts.flatMap((text) =>
    untranslatedIn(
      [text.replaceAll(/--?[\w-]+|<[^>]*>|\[[^\]]*\]|"[^"]*"|\b[A-Z]+_[A-Z_]+\b|\bfalse\b/g, ' ')],
      [named],
    ),
  );
  expect(plain).toEqual([]);
});

it('an error is shown in that language, with its hint', () => {
  const { exitStatus, stderr } = pseudo(unknownRun);
  expect(exitStatus).toBe(1);
  expect(stderr).toBe(
    `shadowtape: ${withAccents('there is no run ')}no-such-run\n  ${withAccents('hint: shadowtape runs lists the runs; name another state folder with --state DIR')}\n`,
  );
});

it('an error of the thread that searches the history is shown in that language', () => {
  const { status, stderr } = shadowtape('pseudo', 'runs', 'verdict:good');
  expect(status).toBe(1);
  const choices = 'shadowtape verdict good verified unverified failed unfinished unreadable';
  expect(untranslatedIn(stderr.split('\n'), [{ name: choices }])).toEqual([]);
});

// The last one is a name that every object of JavaScript has.
it.each([
  ['xx', '--lang', 'xx'],
  ['xx', '--lang=xx'],
  ['constructor', '--lang', 'constructor'],
])('a language that is not known is refused: %s, given as %s', (name, ...words) => {
  const { status, stdout, stderr } = shadowtape('English', 'runs', ...words);
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: `shadowtape: there are no texts in the language "${name}"\n  hint: choose one of these languages with --lang or SHADOWTAPE_LANG: en\n`,
  });
});

it('English can be selected by name', () => {
  expect(shadowtape('English', 'runs', '--lang', 'en')).toEqual(shadowtape('English', 'runs'));
});
