/**
 * What the pages print is what the program does: every command is run as it is printed, every link leads somewhere, every named file exists.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  documentedCommands,
  pages,
  printedLines,
  textOfPage as textOf,
} from '../../packaging/documented-commands.ts';
import { errorTable } from '../../src/contract/error-table.ts';
import { commandWords } from '../../src/main/site/command-words.ts';
import { parseSite } from '../../src/main/site/site-file.ts';
import type { CommandEnd } from '../support/command-line.ts';
import { openScene, type Scene, type SiteTree } from '../support/lab-run.ts';
import { onHost } from '../support/lab-shell.ts';
import { performed } from '../support/performed-command.ts';
import type { JsonSchema } from './json-schemas.ts';
import { pageWithReference, presentPage } from './site-reference.ts';

const root = join(import.meta.dirname, '..', '..');
const linkingPages = [...pages, 'ARCHITECTURE.md', 'SECURITY.md'];

const ownCommands = documentedCommands().map(({ line }) => line);

/** They run until they are stopped, or make a lab of 512 MiB disks: other tests start them. */
const staysOpen = /^(lab|serve)\b/;

/** The command on the scene's own lab, which is new and smaller, and has no job that is taken where none is named. */
const onScene = (line: string): string =>
  line
    .replace(/^--site \S+ /, '')
    .replace(' --fresh-lab', '')
    .replace(/^(plan|run)$/, '$1 nightly');

/** They take the backup away that others read, or name the tape that is then in the drive. */
const erases = /^(label|drive-check|tapes (move|lost|found))\b/;

/** Some of them are printed in several forms, and are run once. */
const printedCommands = [...new Set(ownCommands.filter((line) => !staysOpen.test(line)).map(onScene))];
const testedCommands = [
  ...printedCommands.filter((line) => !erases.test(line)),
  ...printedCommands.filter((line) => erases.test(line)),
];

/** How a command of the pages ends where that is not with 0, on a lab whose last run has ended and was verified. */
const otherEnds: readonly (readonly [pattern: RegExp, exitStatus: number, says: string])[] = [
  [/^resume RUN|^rollback RUN/, 1, 'has ended: Volume2 is on the tape'],
  [/^restore nightly --drill --if-due/, 1, 'site.yaml has no schedule for drills of nightly'],
  [/^restore RUN --from-proxy/, 1, 'Volume2 is joined to Volume1'],
  // The lab has one drive.
  [/^copy RUN .*rmt.1$/, 1, '/dev/rmt/1'],
  [/^approve RUN/, 1, 'does not wait for the approval of a second person'],
  [/^(pause|continue) latest/, 1, 'it is not running'],
  [/^unlock Class1/, 1, 'Class1 is not locked on node3'],
  [/^unlock .dev/, 1, '/dev/rmt/0 is not locked on node3'],
  [/^audit$|^audit --(report|head)/, 5, ''],
  [/^schedule (next|list|install)/, 1, 'site.yaml has no schedule for nightly'],
  [/^schedule remove/, 0, 'no job of this site is installed'],
  [/^tapes (load|unload)/, 1, 'the site file does not say that its changer is a library'],
  [/^state remove RUN/, 1, 'was not removed because nobody confirmed it'],
];

describe('the site file', () => {
  it('of the README is accepted', () => {
    const [, yaml = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(textOf('README.md')) ?? [];
    expect(Object.keys(parseSite('payroll.yaml', yaml).jobs)).toEqual(['nightly']);
  });

  it('has its keys in docs/site-file.md as the schema has them (npm run docs)', () => {
    expect(presentPage()).toBe(pageWithReference());
  });
});

it.each(linkingPages)('the links of %s lead somewhere', (page) => {
  const links = [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  const anchorsOf = (file: string) =>
    [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    );
  const dead = links.filter((link) => {
    const [path = '', anchor] = link.split('#');
    const file = path === '' ? join(root, page) : join(root, dirname(page), path);
    return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor));
  });
  expect(dead).toEqual([]);
});

/** Pages for who changes the program. Folders in them lie below src/main, unless they begin with the name of another one. */
const maintainersPages = ['ARCHITECTURE.md', 'CONTRIBUTING.md'];
const places = ['', 'src/main', 'src/main/procedure', 'src/streams'];

it.each(maintainersPages)('the files and folders that %s names exist', (page) => {
  const prose = textOf(page).replaceAll(/^```\w*\n[\s\S]*?^```$/gm, '');
  const named = [...prose.matchAll(/`([\w.-]+(?:\/[\w.-]+)+)`/g)].map(([, name = '']) => name);
  const missing = named
    .filter((name) => !name.includes('NAME'))
    .filter((name) => !places.some((place) => existsSync(join(root, place, name))));
  expect(named).not.toEqual([]);
  expect(missing).toEqual([]);
});

const packageFile = JSON.parse(textOf('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
};

it('the scripts that the pages name exist', () => {
  const named = linkingPages.flatMap((page) =>
    [...textOf(page).matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => name),
  );
  expect(named).toContain('docs');
  expect(named.filter((name) => !(name in packageFile.scripts))).toEqual([]);
});

it('CONTRIBUTING.md gives the reason for every package that the program needs at run time', () => {
  const [, table = ''] = textOf('CONTRIBUTING.md').split('## Dependencies');
  const named = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name.replace('*', ''));
  const unexplained = Object.keys(packageFile.dependencies).filter(
    (name) => !named.some((known) => name === known || (known.endsWith('/') && name.startsWith(known))),
  );
  expect(unexplained).toEqual([]);
});

it('hints name pages that exist', () => {
  const named = Object.values(errorTable).flatMap(({ hint }) => hint.match(/\bdocs\/[\w-]+\.md\b/g) ?? []);
  expect(named).not.toEqual([]);
  expect(named.filter((page) => !pages.includes(page))).toEqual([]);
});

/** A schema that lets no field pass which it does not name: what is printed is documented. */
function strict(schema: JsonSchema): JsonSchema {
  const { properties, anyOf, items, additionalProperties, $defs } = schema;
  return {
    ...schema,
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, each]) => [name, strict(each)]),
          ),
          additionalProperties: additionalProperties ?? false,
        }
      : {}),
    ...(anyOf ? { anyOf: anyOf.map(strict) } : {}),
    ...(items ? { items: strict(items) } : {}),
    ...($defs
      ? { $defs: Object.fromEntries(Object.entries($defs).map(([name, each]) => [name, strict(each)])) }
      : {}),
  };
}

/** What is wrong with lines of JSON, by the schema of their command. */
function offencesOf(command: string, lines: readonly string[]): string[] {
  const schema = JSON.parse(textOf(join('docs', 'json', `${command}.json`))) as JsonSchema;
  const strictSchema = z.fromJSONSchema(strict(schema) as Parameters<typeof z.fromJSONSchema>[0]);
  return lines.flatMap((line) => {
    const { error } = strictSchema.safeParse(JSON.parse(line));
    return error ? [`${line}: ${z.prettifyError(error)}`] : [];
  });
}

describe('the commands that the pages print', () => {
  let scene: Scene;
  let site: string;
  /** The run whose backup is on the tape. */
  let run: string;
  let head: string;

  /** Performs a command line in the scene's folder. */
  const command = (words: readonly string[]): Promise<CommandEnd> =>
    performed(['--site', site, '--state', scene.state.path, ...words], {}, scene.folder);

  /** The printed words, with the names that a reader puts into them. */
  const filled = (line: string): string[] =>
    commandWords(
      line
        .replaceAll(/\bRUN\b/g, run)
        .replace(/\bHASH\b/, head)
        .replace(/\bKEY\b/, scene.lab.identityFile),
    );

  /** Every job may write to the tape that the job before it has left. */
  const withNightly = (tree: SiteTree): void => {
    for (const job of Object.values(tree.jobs)) job['media'] = { layout: 'plain', overwrite: true };
    tree.notify = [{ on: ['success'], command: 'true' }];
    tree.tape['changer'] = '/dev/scsi/changer/c2t0d0';
    tree.jobs = { nightly: structuredClone(tree.jobs['raw-dd'] ?? {}), ...tree.jobs };
  };

  /** The newest run that was verified; what it wrote is what the drive holds. */
  const lastRun = async (): Promise<string> => [...(await scene.state.runs())].sort().at(-1) ?? '';

  beforeAll(async () => {
    scene = await openScene({ blocks: 4096, jobs: ['raw-dd', 'ufs-tar'] });
    site = await scene.writeSite(withNightly);
    expect((await command(['--trust', 'run', 'ufs-tar'])).exitStatus).toBe(0);
    expect((await command(['run', 'nightly'])).exitStatus).toBe(0);
    run = await lastRun();
    head = /[0-9a-f]{64}/.exec((await command(['audit'])).stdout)?.[0] ?? '';
    expect(head).not.toBe('');
  });
  afterAll(() => scene.close());

  it.each(testedCommands)('shadowtape %s', async (line) => {
    const end = await command(filled(line));
    if (line.startsWith('run ')) run = await lastRun();
    const [, status, says] = otherEnds.find(([pattern]) => pattern.test(line)) ?? [/^/, 0, ''];
    expect(end.exitStatus, `${end.stdout}${end.stderr}`).toBe(status);
    expect(end.stderr).toContain(says);
  });

  it('restores a plain tape without Shadowtape, as docs/tapes.md prints it', async () => {
    const { line = '' } =
      printedLines('docs/tapes.md').find((each) => /^dd .* of=DEVICE/.test(each.line)) ?? {};
    expect((await command(['run', 'nightly'])).exitStatus).toBe(0);
    await onHost(scene, 'node3', ['sh', '-c', line.replace('DEVICE', '/var/tmp/restored')]);
    const digest = await onHost(scene, 'node3', ['digest', '-a', 'sha256', '/var/tmp/restored']);
    expect((await command(['show', await lastRun(), '--json'])).stdout).toContain(
      `"sha256":"${digest.trim()}"`,
    );
  });

  /** Each command that prints JSON, on the tape that the commands before it have left. `resume` and `rollback` print what `run` does. */
  const printing: [line: string, exitStatus: number][] = [
    ['check', 0],
    ['plan nightly', 0],
    ['run nightly', 0],
    ['runs', 0],
    ['show RUN', 0],
    ['compare RUN latest --all', 0],
    ['trends', 0],
    ["where '*'", 0],
    ['status', 0],
    ['digest', 0],
    ['audit', 5],
    ['sign RUN --key KEY', 0],
    ['restore RUN --to previewed --dry-run', 0],
    ['restore RUN --to restored.image', 0],
    ['copy RUN --to OFFSITE-1 --drive node3:/dev/rmt/1 --dry-run', 0],
    ['identify', 0],
    ['label JSON-01 --overwrite data', 0],
    ['tapes', 0],
    ['tapes library', 0],
    ['drive-check --scratch --overwrite JSON-01', 0],
    ['locks', 0],
    ['schedule next', 0],
    ['schedule list', 0],
  ];

  /** Only here: another test shows what `schedule` says of a site without a schedule. */
  const withSchedule = (tree: SiteTree): void => {
    withNightly(tree);
    const nightly = tree.jobs['nightly'];
    if (nightly) nightly['schedule'] = { at: '02:00', zone: 'Europe/Berlin' };
  };

  it.each(printing)('shadowtape %s --json prints lines of its schema in docs/json', async (line, status) => {
    if (line.startsWith('schedule ')) await scene.writeSite(withSchedule);
    const end = await command([...filled(line), '--json']);
    if (line.startsWith('run ')) run = await lastRun();
    expect(end.exitStatus, end.stderr).toBe(status);
    const name = /^(schedule|tapes) /.test(line) ? line.replace(' ', '-') : (line.split(' ')[0] ?? '');
    const lines = end.stdout.split('\n').filter((text) => text !== '');
    expect(lines.length > 0 || name === 'locks').toBe(true);
    expect(offencesOf(name, lines)).toEqual([]);
  });
});
