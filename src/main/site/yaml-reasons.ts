/** Why a text is not YAML, in words of the catalog: the parser's own are English, and written for programmers. */
import type { ErrorCode, YAMLParseError } from 'yaml';
import type { Evidence } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';

type Pattern = readonly [words: RegExp, reason: string];

/** Codes that stand for several causes: the words of the parser distinguish them. The first that fits. */
const patterns: Partial<Record<ErrorCode, readonly Pattern[]>> = {
  MISSING_CHAR: [
    [/closing/, phrase('a closing quote is missing')],
    [/^Missing ,/, phrase('a comma is missing between items in brackets or braces')],
    [/space after :/, phrase('a space is missing after a colon')],
    [/^Comments/, phrase('a space is missing before the # of a comment')],
    [/map values/, phrase('a colon is missing after this key')],
    [/- indicator/, phrase('the dash of a list item is missing')],
    [/end with a/, phrase('a closing bracket or brace is missing')],
  ],
  BAD_INDENT: [[/end with a/, phrase('a closing bracket or brace is missing, or is not indented')]],
};

const unexpected = phrase(
  'what begins here is not expected: check the quotes, commas and brackets before it',
);

const reasons: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: phrase('an alias has an anchor or a tag of its own'),
  BAD_ALIAS: phrase('the name of an anchor or an alias is empty, or ends with a colon'),
  BAD_COLLECTION_TYPE: phrase('the tag of this value is for another kind of value'),
  BAD_DIRECTIVE: phrase('the line begins with %, and is not a directive of YAML'),
  BAD_DQ_ESCAPE: phrase(
    'a backslash in double quotes is followed by an unknown letter: use single quotes, or two backslashes',
  ),
  BAD_INDENT: phrase('this line is not indented like the others of its list or map'),
  BAD_PROP_ORDER: phrase('an anchor or a tag is at the wrong place'),
  BAD_SCALAR_START: phrase('a value cannot begin with this character: put the value in quotes'),
  BLOCK_AS_IMPLICIT_KEY: phrase(
    'a second key begins within this value: check the indentation, or put a value that contains ": " in quotes',
  ),
  BLOCK_IN_FLOW: phrase('an indented list or map is inside brackets or braces'),
  DUPLICATE_KEY: phrase('this key appears twice'),
  IMPOSSIBLE: unexpected,
  KEY_OVER_1024_CHARS: phrase('a key has more than 1,024 characters'),
  MISSING_CHAR: unexpected,
  MULTILINE_IMPLICIT_KEY: phrase('a key spans two lines: a colon or a quote may be missing'),
  MULTIPLE_ANCHORS: phrase('a value has more than one anchor'),
  MULTIPLE_DOCS: phrase('a second document begins here, and a site file has one'),
  MULTIPLE_TAGS: phrase('a value has more than one tag'),
  NON_STRING_KEY: phrase('a key is not a text'),
  RESOURCE_EXHAUSTION: phrase('its lists and keys are nested too deeply'),
  TAB_AS_INDENT: phrase('a tab is used for indentation'),
  TAG_RESOLVE_FAILED: phrase('the tag of this value is not known'),
  UNEXPECTED_TOKEN: unexpected,
};

/** The reason, and as evidence what the parser said. */
export function yamlReason({ code, message }: Pick<YAMLParseError, 'code' | 'message'>): {
  readonly reason: string;
  readonly evidence: Evidence;
} {
  const [parser = ''] = message.replace(/ at line \d+, column \d+:?\n[^]*/, '').split('\n');
  const found = patterns[code]?.find(([words]) => words.test(parser))?.[1];
  return { reason: found ?? reasons[code], evidence: { parser } };
}
