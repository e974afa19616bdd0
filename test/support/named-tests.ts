/** Which test files `npm test -- NAME` means: a name is a part of a file's path or, where no path has it, words of a title. */
export interface NamedTests {
  readonly files: readonly string[];
  /** Only the tests whose titles match, as a source of a regular expression; absent: all tests of the files. */
  readonly title?: string;
}

/** Consecutive words; between them hyphens, spaces, or other characters that are neither letters nor digits. */
const wordsPattern = (name: string): string => name.split(/[^\p{L}\p{N}]+/u).join('[^a-zA-Z0-9]+');

/**
 * @param files all test files
 * @param textOf the text of a file
 * @returns one group for all names that are parts of paths, one for each title
 * @throws if no path and no text contains a name
 */
export function testsNamed(
  names: readonly string[],
  files: readonly string[],
  textOf: (file: string) => string,
): NamedTests[] {
  const ofPaths = files.filter((file) => names.some((name) => file.includes(name)));
  const titles = names.filter((name) => !files.some((file) => file.includes(name)));
  const ofTitles = titles.map((name) => {
    const title = wordsPattern(name);
    const pattern = new RegExp(title, 'i');
    const found = files.filter((file) => pattern.test(textOf(file)));
    if (found.length === 0) throw new Error(`no test file and no title contains ${name}`);
    return { files: found, title };
  });
  return ofPaths.length > 0 ? [{ files: ofPaths }, ...ofTitles] : ofTitles;
}
