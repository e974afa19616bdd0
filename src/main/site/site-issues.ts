/** Turns what zod finds wrong into errors of the table, with the file, the place and what is valid there. */
import type { z } from 'zod';
import { failure, type ShadowtapeError } from '../../contract/errors.ts';
import { didYouMean } from '../../contract/nearest-word.ts';
import { phrase, phrases } from '../../contract/text/say.ts';

type Path = readonly PropertyKey[];

/** "jobs.nightly.volumes[0].master", or "the file" for the top. */
function pathText(path: Path): string {
  if (path.length === 0) return phrase('the file');
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}

/** What zod keeps of a schema and this file reads. Wrappers (optional, default, prefault, pipe) hold an inner type. */
interface SchemaShape {
  readonly shape?: Record<string, SchemaShape>;
  readonly _zod?: { readonly def: SchemaDefinition };
}

interface SchemaDefinition {
  readonly innerType?: SchemaShape;
  readonly in?: SchemaShape;
  readonly valueType?: SchemaShape;
  readonly element?: SchemaShape;
  /** The members of a union. */
  readonly options?: readonly SchemaShape[];
  /** The words of a literal. */
  readonly values?: readonly unknown[];
  readonly type?: string;
}

/** The schemas that a schema stands for: itself without its wrappers, or each member of a union. */
function unwrap(schema: SchemaShape | undefined): SchemaShape[] {
  if (!schema) return [];
  const definition = schema._zod?.def;
  const inner = definition?.innerType ?? definition?.in;
  if (inner) return unwrap(inner);
  return definition?.options?.flatMap(unwrap) ?? [schema];
}

/** What is valid at a place; several where a union is on the way. */
function schemasAt(root: SchemaShape, path: Path): SchemaShape[] {
  let current = unwrap(root);
  for (const part of path) {
    current = current.flatMap(({ shape, _zod }) => {
      const inside =
        shape && Object.hasOwn(shape, String(part))
          ? shape[String(part)]
          : (_zod?.def.valueType ?? _zod?.def.element);
      return unwrap(inside);
    });
  }
  return current;
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown>)[part], data);
}

interface Place {
  readonly file: string;
  readonly root: SchemaShape;
  /** What was read from the file. */
  readonly data: unknown;
}

/** An error for each key. Of several valid forms, the one is reported that has most of the keys that were given. */
function unknownKeys(
  { file, root, data }: Place,
  issue: Extract<z.core.$ZodIssue, { code: 'unrecognized_keys' }>,
) {
  const given = Object.keys(Object(valueAt(data, issue.path)));
  const forms = schemasAt(root, issue.path).map(({ shape }) => Object.keys(shape ?? {}));
  const shared = (form: readonly string[]) => given.filter((key) => form.includes(key)).length;
  const [allowed = []] = forms.sort((a, b) => shared(b) - shared(a));
  return issue.keys.map((key) =>
    failure('SITE_KEY_UNKNOWN', {
      file,
      key,
      path: pathText(issue.path),
      nearest: didYouMean(
        key,
        allowed.filter((name) => !given.includes(name)),
      ),
      allowed: allowed.join(', '),
    }),
  );
}

/** The issue of the member of a union that came closest: the one whose complaint lies deepest. */
function closest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const inner = issue.errors.flatMap((issues) => issues.slice(0, 1)).map(closest);
  const deepest = inner.sort((a, b) => b.path.length - a.path.length)[0];
  if (!deepest || (deepest.path.length === 0 && deepest.code !== 'unrecognized_keys')) return issue;
  return { ...deepest, path: [...issue.path, ...deepest.path] };
}

/** zod's names of types, as an administrator says them. */
const typeWords: Readonly<Record<string, string>> = {
  object: phrase('a set of keys'),
  record: phrase('a set of keys'),
  array: phrase('a list'),
  string: phrase('text'),
  boolean: phrase('true or false'),
  number: phrase('a number'),
  int: phrase('a whole number'),
  NaN: phrase('not a number'),
  null: phrase('empty'),
};

const typeWord = (type: string) => typeWords[type] ?? phrase('a {type}', { type });

function typeWording(issue: Extract<z.core.$ZodIssue, { code: 'invalid_type' }>): string {
  const found = /received (.+)$/.exec(issue.message)?.[1] ?? phrase('something else');
  if (found === 'undefined') return phrase('is missing');
  if (issue.expected === 'int' && found === 'number') return phrase('must be a whole number');
  return phrase('must be {expected}, but is {found}', {
    expected: typeWord(issue.expected),
    found: typeWord(found),
  });
}

/** `minimum` of a length is a count of entries. */
function boundWording(word: 'least' | 'most', bound: number | bigint, origin: string): string {
  const unit = origin === 'array' ? phrase(' entries') : origin === 'string' ? phrase(' characters') : '';
  const values = { bound: String(bound), unit };
  return word === 'least'
    ? phrase('must be at least {bound}{unit}', values)
    : phrase('must be at most {bound}{unit}', values);
}

/** Every form that a union accepts: "ask, {stop, resume}". */
function formsWording(forms: readonly SchemaShape[]): string {
  const words = forms.flatMap(({ shape, _zod }) => {
    if (shape) return [`{${Object.keys(shape).join(', ')}}`];
    if (_zod?.def.type === 'number') return [phrase('a whole number')];
    return _zod?.def.values?.map(String) ?? [phrase('text'), phrase('a list')];
  });
  return phrase('must have one of these forms: {forms}', { forms: phrases([...new Set(words)], ', ') });
}

/** Messages that the schema gives itself begin in lower case; zod's own do not. */
const isOwnMessage = (message: string) => /^[^A-Z]/.test(message);

function wording({ root }: Place, issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return typeWording(issue);
  if (issue.code === 'invalid_value')
    return phrase('must be one of: {values}', { values: issue.values.map(String).join(', ') });
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  if (issue.code === 'invalid_union') return formsWording(schemasAt(root, issue.path));
  if (isOwnMessage(issue.message)) return issue.message;
  if (issue.code === 'too_small') return boundWording('least', issue.minimum, issue.origin);
  if (issue.code === 'too_big') return boundWording('most', issue.maximum, issue.origin);
  return issue.message;
}

/**
 * Names that the schema passes over in silence: zod drops this one, since it would change the object that it makes. What refers to itself
 * is checked once.
 */
function droppedNames(
  file: string,
  value: unknown,
  path: Path = [],
  seen = new Set<unknown>(),
): ShadowtapeError[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  return Object.entries(value).flatMap(([key, inner]) => {
    const inside = [...path, Array.isArray(value) ? Number(key) : key];
    if (key !== '__proto__') return droppedNames(file, inner, inside, seen);
    return [
      failure('SITE_VALUE_WRONG', {
        file,
        path: pathText(inside),
        reason: phrase('this name cannot be used'),
      }),
    ];
  });
}

function failuresOf(place: Place, given: z.core.$ZodIssue): ShadowtapeError[] {
  const issue = closest(given);
  if (issue.code === 'unrecognized_keys') return unknownKeys(place, issue);
  const { file } = place;
  return [failure('SITE_VALUE_WRONG', { file, path: pathText(issue.path), reason: wording(place, issue) })];
}

const isUnknownKey = ({ code }: ShadowtapeError): boolean => code === 'SITE_KEY_UNKNOWN';

/**
 * All that is wrong, unknown keys first: what is missing is often there under a misspelt name.
 * @param file the site file's path, as the user gave it
 * @param error undefined if the schema has nothing against it
 * @param data what was read from it
 */
export function siteFailures(
  file: string,
  schema: z.ZodType,
  error: z.ZodError | undefined,
  data: unknown,
): ShadowtapeError[] {
  const place: Place = { file, root: schema as unknown as SchemaShape, data };
  const issues = error?.issues ?? [];
  const found = [
    ...issues.flatMap((issue) => failuresOf(place, issue as z.core.$ZodIssue)),
    ...droppedNames(file, data),
  ];
  return [...found.filter(isUnknownKey), ...found.filter((each) => !isUnknownKey(each))];
}
