import { describe, expect, it } from 'vitest';
import { isFailure, type ShadowtapeError } from '../../contract/errors.ts';
import { parseSite } from './site-file.ts';

function errorOf(text: string): ShadowtapeError {
  try {
    parseSite('site.yaml', text);
  } catch (error) {
    if (isFailure(error, 'SITE_FILE_NOT_YAML')) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const misplaced = 'what begins here is not expected: check the quotes, commas and brackets before it';
const secondKey =
  'a second key begins within this value: check the indentation, or put a value that contains ": " in quotes';

describe('a site file that is not YAML says why, with the words of the parser as evidence', () => {
  const cases = [
    ['site: "lab\n', 'a closing quote is missing', 'Missing closing "quote'],
    [
      'site: lab\nhosts: [a, b\n',
      'a closing bracket or brace is missing, or is not indented',
      'Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['site: lab: two\n', secondKey, 'Nested mappings are not allowed in compact mappings'],
    ['site: lab\n  tape: x\n', secondKey, 'Nested mappings are not allowed in compact mappings'],
    [
      'site\ntape: x\n',
      'a key spans two lines: a colon or a quote may be missing',
      'Implicit keys need to be on a single line',
    ],
    [
      'hosts:\n  - x\n y\n',
      'this line is not indented like the others of its list or map',
      'All mapping items must start at the same column',
    ],
    [
      'site: @lab\n',
      'a value cannot begin with this character: put the value in quotes',
      'Plain value cannot start with reserved character @',
    ],
    [
      'site: "lab"#1\n',
      'a space is missing before the # of a comment',
      'Comments must be separated from other tokens by white space characters',
    ],
    ["site: 'it's'\n", misplaced, 'Unexpected scalar at node end'],
    ['site: }\n', misplaced, 'Unexpected flow-map-end token in YAML stream: "}"'],
    ['hosts:\n\ta: 1\n', 'a tab is used for indentation', 'Tabs are not allowed as indentation'],
    [
      'site: "C:\\q"\n',
      'a backslash in double quotes is followed by an unknown letter: use single quotes, or two backslashes',
      'Invalid escape sequence \\q',
    ],
    ['['.repeat(20_000), 'its lists and keys are nested too deeply', 'Maximum call stack size exceeded'],
  ] as const;
  it.each(cases.map(([text, reason, parser]) => ({ text, reason, parser })))('$reason: $parser', (each) => {
    const error = errorOf(each.text);
    expect(error.message.replace(/^.*? column \d+: /, '')).toBe(each.reason);
    expect(error.evidence).toEqual({ parser: each.parser });
  });
});
