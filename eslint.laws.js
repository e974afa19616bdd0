/**
 * The import laws of the house (ARCHITECTURE.md, "Laws"), as lint rules that fail.
 *
 * Each room is a folder below src. It names the folders and the single files that it may import; itself it may always import.
 * A file belongs to the innermost room that it lies in.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** What a step, a check or a plan needs to know: no session, no journal, no page. */
const facts = [
  'contract',
  'streams',
  'main/owner',
  'main/gds',
  'main/tape',
  'main/site',
  'main/ssh/quoting',
  'main/ssh/rights',
  'main/ssh/tool-query',
];

/** What performs a step may need, the walls of the procedure aside. */
const performing = [...facts, 'main/ssh', 'main/data-path', 'main/journal'];

const inProcedure = (...names) => names.map((name) => `main/procedure/${name}`);

/** What every folder of screens shares. */
const onScreens = [
  'contract',
  'folds',
  'renderer/bridge',
  'renderer/components',
  'renderer/geometry',
  'renderer/managers',
  'renderer/site-text',
  'renderer/screens/CheckLines',
  'renderer/screens/DriveHealth',
  'renderer/screens/Fingerprint',
  'renderer/screens/durations',
];

const labModel = ['contract', 'lab/gds/lab-model', 'lab/world', 'lab/lock'];

/** Room -> what it may import. Paths are relative to src; a path without extension is a folder or a single file. */
export const rooms = {
  contract: [],
  folds: ['contract'],
  streams: ['contract'],

  lab: ['contract'],
  'lab/faults': [...labModel, 'lab/hosts/languages'],
  'lab/tape': [...labModel, 'lab/faults', 'lab/hosts/open-file'],
  'lab/gds': [...labModel, 'lab/faults'],
  'lab/hosts': [...labModel, 'lab/faults', 'lab/gds', 'lab/tape', 'lab/commands/commands'],
  'lab/commands': [...labModel, 'lab/faults', 'lab/gds', 'lab/tape', 'lab/hosts'],

  main: ['contract', 'main/application', 'main/cli/terminal/output', 'main/desktop'],
  'main/owner': ['contract'],
  'main/journal': ['contract', 'main/owner'],
  'main/gds': ['contract'],
  'main/ssh': ['contract', 'streams/turn'],
  'main/data-path': ['contract', 'streams', 'main/ssh'],
  'main/tape': ['contract', 'streams'],
  'main/site': ['contract', 'streams', 'main/ssh', 'main/gds', 'main/tape'],
  'main/notify': ['contract', 'main/site'],
  'main/procedure/model': facts,
  'main/procedure/hosts': [...performing, ...inProcedure('model')],
  'main/procedure/drive': [...performing, ...inProcedure('model', 'hosts')],
  'main/procedure/detached': [...performing, ...inProcedure('model', 'hosts')],
  // A plan prints the question to the login shell word for word, as it is sent.
  'main/procedure/plan': [...facts, 'main/ssh/login/login-shell', ...inProcedure('model')],
  'main/procedure/run': [...performing, ...inProcedure('model', 'hosts', 'drive', 'detached', 'plan')],
  'main/procedure/recover': [
    ...performing,
    ...inProcedure('model', 'hosts', 'drive', 'detached', 'plan', 'run'),
  ],
  // The report prints the command that reads a tape by hand, as where and restore do.
  'main/report/document': ['contract', 'folds', 'main/journal', 'main/procedure/model/tape/by-hand'],
  'main/report/pages': ['contract', 'folds'],
  'main/history': [
    'contract',
    'folds',
    'main/journal',
    'main/owner',
    'main/procedure/model/tape/by-hand',
    'main/procedure/model/tape/run-tapes',
    'main/tape/media-catalogue',
    'main/tape/media-file',
    'main/tape/tape-holders',
  ],
  'main/proof': [
    'contract',
    'folds',
    'main/journal',
    'main/owner',
    'main/tape',
    'main/ssh',
    'main/procedure/drive/identify-tape',
  ],
  'main/restore': [
    ...performing,
    ...inProcedure('model', 'hosts', 'drive'),
    'main/history/catalogue-reader',
    'main/history/catalogue-writer',
    'main/history/file-pattern',
    'main/history/name-encoding',
    'main/history/stored-line',
    'main/proof/whole-file',
  ],
  'main/application': [
    'contract',
    'folds',
    'streams',
    'lab/faults/faults',
    'lab/lab',
    'lab/lab-site',
    'main/gds',
    'main/journal',
    'main/notify',
    'main/owner',
    'main/procedure',
    'main/proof',
    'main/report',
    'main/restore',
    'main/site',
    'main/ssh',
    'main/tape',
  ],
  'main/desk': [
    'contract',
    'folds',
    'main/application',
    'main/history',
    'main/owner/login-name',
    'main/proof',
    'main/report',
  ],
  'main/serve': ['contract', 'main/desk'],
  'main/cli': [
    'contract',
    'main/application',
    'main/history',
    'main/proof',
    'main/report',
    'main/serve',
    // What the help names, and what only reads a journal needs, without the application behind it.
    'folds/state-at-end',
    'lab/faults/faults',
    'main/journal/run-history',
    'main/journal/drill-records',
    'main/journal/state-folder',
    'main/owner/login-name',
    'main/site/yaml-reasons',
    'main/ssh/quoting',
  ],
  'main/desktop': ['contract', 'folds', 'main/application', 'main/desk'],
  preload: ['contract'],

  renderer: ['contract', 'folds'],
  'renderer/components': ['contract', 'folds', 'renderer/geometry/drive-state', 'renderer/managers'],
  'renderer/geometry': ['contract', 'folds'],
  'renderer/managers': ['contract', 'folds', 'renderer/bridge', 'renderer/geometry', 'renderer/site-text'],
  'renderer/site-text': ['contract', 'folds'],
  'renderer/screens': onScreens,
  'renderer/screens/home': onScreens,
  'renderer/screens/job': onScreens,
  'renderer/screens/plan': onScreens,
  'renderer/screens/report': [...onScreens, 'renderer/screens/runs/RunProof'],
  'renderer/screens/restore': [
    ...onScreens,
    'renderer/screens/plan/PlanSteps',
    'renderer/screens/run/RunAnswer',
    'renderer/screens/run/RunQuestion',
  ],
  'renderer/screens/run': onScreens,
  'renderer/screens/runs': [...onScreens, 'renderer/screens/run'],
  'renderer/screens/site': [...onScreens, 'renderer/screens/job'],
  'renderer/screens/tape': onScreens,
  'renderer/screens/topology': onScreens,
  'renderer/screens/trends': [...onScreens, 'renderer/screens/runs/HistoryTabs'],
  'renderer/screens/verification': onScreens,
};

/** Packages that only some rooms may import: package -> rooms. */
const ownersOfPackages = {
  electron: ['main', 'main/desktop', 'preload'],
  nodemailer: ['main/notify'],
  'node-sqlite3-wasm': ['main/history'],
  pdfkit: ['main/report/pages'],
  ssh2: ['main/ssh', 'lab'],
  ws: ['main/serve'],
};

/** Files of the contract that bring schemas, and zod, with them: pages are given their types alone. */
const schemaFiles = ['channels', 'data-events', 'event-shape', 'events', 'restore-events'];
const pageRooms = ['renderer', 'preload', 'folds'];

const sourceFolder = join(import.meta.dirname, 'src');

/** @returns the path below src with "/" between its parts; undefined for a file outside */
function belowSource(file) {
  const path = relative(sourceFolder, file).split(sep).join('/');
  return path.startsWith('../') ? undefined : path;
}

const liesIn = (path, place) => path.startsWith(`${place}/`) || path.startsWith(`${place}.`);

/** The innermost room of a file. */
function roomOf(path) {
  const around = Object.keys(rooms).filter((room) => path.startsWith(`${room}/`));
  return around.sort((one, other) => other.length - one.length)[0];
}

const permits = (room, target) => rooms[room].some((place) => liesIn(target, place));

/** Rooms whose own files put everything below them together. */
const assemblies = ['lab', 'renderer'];

/** Groups of rooms whose tests play several of them together: such a test may use what any room of the group may use. */
const groupsOfTests = ['lab', 'main/procedure', 'main/report', 'renderer'];

/** What a test may import beyond what its room may. */
function testMayImport(room, target) {
  if (/\.test-support\.ts$/.test(target)) return true;
  const group = groupsOfTests.find((name) => room.startsWith(`${name}/`));
  if (group === undefined) return false;
  const members = Object.keys(rooms).filter((name) => name.startsWith(`${group}/`));
  return target.startsWith(`${group}/`) || members.some((member) => permits(member, target));
}

function mayImport(path, target) {
  const room = roomOf(path);
  if (roomOf(target) === room || permits(room, target)) return true;
  if (assemblies.includes(room) && target.startsWith(`${room}/`)) return true;
  return isTest.test(path) && testMayImport(room, target);
}

const supportFolder = join(sourceFolder, '..', 'test', 'support') + sep;

/** What lies outside of src and may be imported; package.json for the version. */
const outside = [supportFolder, join(sourceFolder, '..', 'package.json')];

const isTest = /\.(test|test-support|fixture)\.ts$/;
const isTestSupport = (file) => file.startsWith(supportFolder) || /\.test-support\.ts$/.test(file);

/** @returns why this import is not allowed; undefined if it is */
function objection(file, imported) {
  const path = belowSource(file);
  const room = path && roomOf(path);
  if (!room) return undefined;
  if (imported.startsWith('.')) {
    const absolute = resolve(dirname(file), imported);
    const target = belowSource(absolute);
    if (!isTest.test(path) && isTestSupport(absolute))
      return `src/${room} imports test support in tests only (ARCHITECTURE.md)`;
    if (target === undefined)
      return outside.some((place) => absolute.startsWith(place))
        ? undefined
        : `src/${room} imports nothing from outside of src (ARCHITECTURE.md)`;
    if (mayImport(path, target)) return undefined;
    return `src/${room} imports only itself and: ${rooms[room].join(', ') || 'nothing'} (ARCHITECTURE.md)`;
  }
  const owners = ownersOfPackages[imported.split('/')[0]];
  const isOwner = owners?.some(
    (owner) => room === owner || (owner !== 'main' && room.startsWith(`${owner}/`)),
  );
  return owners && !isOwner ? `src/${room} does not import ${imported} (ARCHITECTURE.md)` : undefined;
}

const imports = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const judge = ({ source }) => {
      if (typeof source?.value !== 'string') return;
      const message = objection(context.filename, source.value);
      if (message) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: judge,
      ImportExpression: judge,
      ExportNamedDeclaration: judge,
      ExportAllDeclaration: judge,
    };
  },
};

/** Pages judge nothing that comes in: their host does. */
const noSchemasInPages = {
  files: pageRooms.map((room) => `src/${room}/**`),
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        paths: [{ name: 'zod', message: 'pages do without zod (ARCHITECTURE.md)' }],
        patterns: [
          {
            regex: `contract/(${schemaFiles.join('|')})(\\.ts)?$`,
            allowTypeImports: true,
            message: 'pages import only types of it: its schemas would bring zod along (ARCHITECTURE.md)',
          },
        ],
      },
    ],
  },
};

/** eslint keeps what it has judged until a plugin has another version: these laws have another one with each change of this file. */
const meta = {
  name: 'house',
  version: createHash('sha256')
    .update(readFileSync(import.meta.filename))
    .digest('hex'),
};

export const importLaws = [
  {
    files: ['src/**'],
    plugins: { house: { meta, rules: { imports } } },
    rules: { 'house/imports': 'error' },
  },
  noSchemasInPages,
];
