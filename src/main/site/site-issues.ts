/** Turns the first thing that zod finds wrong into an error of the table, with the file, the place and what may stand there. */
import type { z } from 'zod';
import { failure, type ShadowtapeError } from '../../contract/errors.ts';

type Path = readonly PropertyKey[];

/** "jobs.nightly.volumes[0].master", or "the file" for the top. */
export function pathText(path: Path): string {
  if (path.length === 0) return 'the file';
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

/** What zod keeps of a schema and this file reads. Wrappers (optional, default, prefault) hold an inner type. */
interface SchemaShape {
  readonly shape?: Record<string, SchemaShape>;
  readonly _zod?: { readonly def: { innerType?: SchemaShape; valueType?: SchemaShape; element?: SchemaShape } };
}

function unwrap(schema: SchemaShape | undefined): SchemaShape | undefined {
  let current = schema;
  while (current && !current.shape && current._zod?.def.innerType) current = current._zod.def.innerType;
  return current;
}

function schemaAt(root: SchemaShape, path: Path): SchemaShape | undefined {
  let current: SchemaShape | undefined = unwrap(root);
  for (const part of path) {
    const inside: SchemaShape | undefined =
      current?.shape?.[String(part)] ?? current?._zod?.def.valueType ?? current?._zod?.def.element;
    current = unwrap(inside);
  }
  return current;
}

function unknownKey(file: string, root: SchemaShape, issue: z.core.$ZodIssue & { code: 'unrecognized_keys' }) {
  const allowed = Object.keys(schemaAt(root, issue.path)?.shape ?? {});
  return failure('SITE_KEY_UNKNOWN', {
    file,
    key: issue.keys[0] ?? '',
    path: pathText(issue.path),
    allowed: allowed.join(', '),
  });
}

/** The issue of the member of a union that came closest: the one whose complaint lies deepest. */
function closest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const inner = issue.errors.flatMap((issues) => issues.slice(0, 1)).map(closest);
  const deepest = inner.sort((a, b) => b.path.length - a.path.length)[0];
  if (!deepest || (deepest.path.length === 0 && deepest.code !== 'unrecognized_keys')) return issue;
  return { ...deepest, path: [...issue.path, ...deepest.path] };
}

function wording(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    const found = /received (.+)$/.exec(issue.message)?.[1];
    if (found === 'undefined') return 'is missing';
    return `must be ${articleOf(issue.expected)}, not ${articleOf(found ?? 'something else')}`;
  }
  if (issue.code === 'invalid_value') return `must be one of: ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  if (issue.code === 'invalid_union') return 'has none of the forms that may stand here';
  return issue.message;
}

function articleOf(type: string): string {
  const words: Record<string, string> = { record: 'object', int: 'integer', NaN: 'number' };
  const word = words[type] ?? type;
  return `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`;
}

/** @param file the site file's path, as the user gave it */
export function siteFailure(file: string, schema: z.ZodType, error: z.ZodError): ShadowtapeError {
  const root = schema as unknown as SchemaShape;
  const issue = closest(error.issues[0] as z.core.$ZodIssue);
  if (issue.code === 'unrecognized_keys') return unknownKey(file, root, issue);
  return failure('SITE_VALUE_WRONG', { file, path: pathText(issue.path), reason: wording(issue) });
}
