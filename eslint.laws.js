/**
 * The import laws of the house (ARCHITECTURE.md, "The laws"), as lint rules that fail.
 *
 * Each room names the other rooms that it may import. Tests beside a unit live by the same law as the unit,
 * but may also use test/support.
 */

/** Room -> rooms it may import, itself always included. A path is relative to src/. */
export const rooms = {
  contract: [],
  streams: ['contract'],
  lab: ['contract'],
  'main/gds': ['contract'],
  'main/ssh': ['contract'],
  'main/tape': ['contract', 'streams'],
  'main/site': ['contract', 'main/ssh', 'main/gds', 'main/tape', 'streams'],
  'main/report': ['contract', 'main/site', 'main/tape', 'main/ssh', 'main/gds', 'streams'],
  'main/procedure': ['contract', 'main/site', 'main/tape', 'main/ssh', 'main/gds', 'streams'],
  'main/cli': ['contract', 'main/console', 'lab'],
  'main/serve': ['contract', 'main/console'],
  'main/desktop': ['contract', 'main/console'],
  preload: ['contract'],
  renderer: ['contract'],
};

/** Packages that only some rooms may import: package -> rooms. */
const packagesOfRooms = {
  electron: ['main/desktop', 'preload'],
  ssh2: ['main/ssh', 'lab'],
};

const escape = (text) => text.replace(/[/\-]/g, '\\$&');

/**
 * A regular expression that matches every relative import which climbs out of `room` into a room that is not allowed.
 * Rooms are flat folders, so an import that stays inside begins with "./".
 */
function forbiddenImports(room, allowed) {
  const up = '\\.\\./'.repeat(room.split('/').length);
  const sibling = room.startsWith('main/') ? '\\.\\./' : undefined;
  const targets = allowed.flatMap((target) => {
    const fromSource = `${up}${escape(target)}(/|\\.)`;
    const fromMain =
      sibling && target.startsWith('main/') ? `${sibling}${escape(target.slice('main/'.length))}(/|\\.)` : undefined;
    return fromMain ? [fromSource, fromMain] : [fromSource];
  });
  const support = `${up}\\.\\./test/support/`;
  const itself = room.startsWith('main/') ? `\\.\\./${escape(room.slice('main/'.length))}/` : `\\.\\./${escape(room)}/`;
  return `^\\.\\./(?!)|^(?!(${[...targets, support, itself].join('|')}))\\.\\./`;
}

const lawOf = ([room, allowed]) => ({
  files: [`src/${room}/**`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: Object.entries(packagesOfRooms)
          .filter(([, owners]) => !owners.includes(room))
          .map(([name]) => ({ name, message: `src/${room} does not import ${name} (ARCHITECTURE.md, the laws)` })),
        patterns: [
          {
            regex: forbiddenImports(room, allowed),
            message: `src/${room} imports only: ${['itself', ...allowed].join(', ')} (ARCHITECTURE.md, the laws)`,
          },
        ],
      },
    ],
  },
});

export const importLaws = Object.entries(rooms).map(lawOf);
