/**
 * The import laws of the house (ARCHITECTURE.md, "The laws"), as lint rules that fail.
 *
 * Each room names the other rooms that it may import. Rooms are flat folders below src, or below src/main; only the renderer has folders in it.
 */

/** Room -> rooms it may import, itself always included. Paths are relative to src. */
export const rooms = {
  contract: [],
  folds: ['contract'],
  streams: ['contract'],
  lab: ['contract'],
  'main/gds': ['contract'],
  'main/ssh': ['contract', 'streams/turn'],
  'main/tape': ['contract', 'streams'],
  'main/site': ['contract', 'streams', 'main/ssh', 'main/gds', 'main/tape'],
  'main/notify': ['contract', 'main/site'],
  'main/procedure': ['contract', 'streams', 'main/site', 'main/tape', 'main/ssh', 'main/gds'],
  'main/report': ['contract', 'folds'],
  'main/history': [
    'contract',
    'folds',
    'main/procedure',
    'main/ssh',
    'main/tape',
    'main/run-history',
    'main/state-folder',
  ],
  'main/proof': [
    'contract',
    'main/procedure',
    'main/tape',
    'main/ssh',
    'main/report-record',
    'main/state-folder',
  ],
  'main/desk': [
    'contract',
    'main/report',
    'main/history',
    'main/proof',
    'main/console',
    'main/site-draft',
    'main/site-text',
    'main/draft-desk',
  ],
  'main/serve': ['contract', 'main/desk'],
  'main/cli': ['contract', 'main/console', 'main/serve', 'main/report', 'main/history', 'main/proof'],
  'main/desktop': ['contract', 'main/console', 'main/desk'],
  preload: ['contract'],
  renderer: ['contract', 'folds'],
};

/** Packages that only some rooms may import: package -> rooms. */
const ownersOfPackages = {
  electron: ['main/desktop', 'preload'],
  nodemailer: ['main/notify'],
  'node-sqlite3-wasm': ['main/history'],
  pdfkit: ['main/report'],
  ssh2: ['main/ssh', 'lab'],
  ws: ['main/serve'],
};

/** Files of the contract that bring schemas, and zod, with them: pages are given their types alone. */
const schemaFiles = ['channels', 'events'];
const pageRooms = ['renderer', 'preload', 'folds'];

const escape = (text) => text.replaceAll('/', '\\/');

/** How a file of `room` writes the way to `target`; a room is followed by "/", a single file such as main/console by ".". */
function waysTo(room, target) {
  const up = '\\.\\./'.repeat(room.split('/').length);
  const ways = [`${up}${escape(target)}[/.]`];
  const inMain = room.startsWith('main/') && target.startsWith('main/');
  return inMain ? [...ways, `\\.\\./${escape(target.slice('main/'.length))}[/.]`] : ways;
}

/** Matches every relative import that leaves the room for one that is not allowed. */
function forbiddenImports(room, allowed) {
  const support = `${'\\.\\./'.repeat(room.split('/').length + 1)}test\\/support\\/`;
  const ways = [...allowed.flatMap((target) => waysTo(room, target)), support];
  return `^(?!${ways.join('|')})\\.\\./`;
}

/** The renderer alone has folders of its own: what lies in them goes two steps up to leave it. */
const inRendererFolder =
  '^(?!(?:\\.\\./){2,3}(?:contract|folds)[/.]|\\.\\./\\.\\./\\.\\./test\\/support\\/)\\.\\./\\.\\./';

const lawsOf = ([room, allowed]) =>
  room === 'renderer'
    ? [
        lawFor(room, allowed, `src/${room}/*`, forbiddenImports(room, allowed)),
        lawFor(room, allowed, `src/${room}/*/**`, inRendererFolder),
      ]
    : [lawFor(room, allowed, `src/${room}/**`, forbiddenImports(room, allowed))];

function lawFor(room, allowed, files, forbidden) {
  const strangers = Object.entries(ownersOfPackages).filter(([, owners]) => !owners.includes(room));
  return {
    files: [files],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: strangers.map(([name]) => ({
            name,
            message: `src/${room} does not import ${name} (ARCHITECTURE.md)`,
          })),
          patterns: [
            {
              regex: forbidden,
              message: `src/${room} imports only itself and: ${allowed.join(', ') || 'nothing'} (ARCHITECTURE.md)`,
            },
          ],
        },
      ],
    },
  };
}

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

export const importLaws = [...Object.entries(rooms).flatMap(lawsOf), noSchemasInPages];
