/** Searches that find something here, made from names that are on tape. Pure. */

/** Characters with a special meaning in a pattern. */
const special = /[*?\\[\]{}]/;

interface NamedFile {
  readonly folder: string;
  readonly base: string;
  /** `.db`; empty if the name has none. */
  readonly ending: string;
}

function namedFile(path: string): NamedFile {
  const parts = path.replace(/^(\.?\/)+/, '').split('/');
  const base = parts.at(-1) ?? '';
  return {
    folder: parts.slice(0, -1).join('/'),
    base,
    ending: /[^.](\.[A-Za-z0-9]{1,8})$/.exec(base)?.[1] ?? '',
  };
}

/**
 * A base name, a pattern in a folder, and a pattern anywhere, as far as the names have them.
 * @param paths of files as people read them
 */
export function fileExamples(paths: readonly string[]): string[] {
  const files = paths.filter((path) => path !== '' && !special.test(path)).map(namedFile);
  const [first] = files;
  const inFolder = files.find(({ folder, ending }) => folder !== '' && ending !== '');
  const others = files.find(({ ending }) => ending !== '' && ending !== inFolder?.ending) ?? inFolder;
  return [
    ...(first === undefined ? [] : [first.base]),
    ...(inFolder === undefined ? [] : [`${inFolder.folder}/*${inFolder.ending}`]),
    ...(others === undefined ? [] : [`**/*${others.ending}`]),
  ];
}
