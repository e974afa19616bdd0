/**
 * Changes of a site file's text that leave everything else as its author wrote it: comments, their columns, order,
 * quotes.
 *
 * Each change is first made in the text itself (text-cuts.ts), and the result is parsed: if it is not exactly what was
 * intended, the YAML library writes the whole file again, which keeps comments but not their columns.
 */
import { parseDocument } from 'yaml';
import { say } from '../../contract/text/say.ts';
import {
  insertion,
  pairAt,
  rangeOf,
  removal,
  replacement,
  splice,
  type Cut,
  type Path,
} from './text-cuts.ts';
import { flowText, isList, isMap, sameValue, type Value } from './yaml-text.ts';

export type { Path };

/** The place has a form that a change of one value would also change elsewhere (anchors and aliases). */
export class EditRefused extends Error {}

/** @returns undefined if the text is not YAML */
export function valueOf(text: string): Value | undefined {
  const document = parseDocument(text, { logLevel: 'silent', prettyErrors: false });
  if (document.errors.length > 0) return undefined;
  try {
    return document.toJS({ maxAliasCount: 100 }) as Value;
  } catch {
    return undefined;
  }
}

/** The value at a place of plain data; undefined if there is none. */
export function valueAt(data: Value | undefined, path: Path): Value | undefined {
  let value: Value | undefined = data;
  for (const part of path) {
    if (isList(value) && typeof part === 'number') value = value[part];
    else if (isMap(value) && Object.hasOwn(value, String(part))) value = value[String(part)];
    else return undefined;
  }
  return value;
}

/** A copy with another value at the place; undefined removes it. Lists are only changed inside or at their end. */
function withValue(data: Value | undefined, path: Path, value: Value | undefined): Value | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (isList(data) && typeof first === 'number') {
    const inside = withValue(data[first], rest, value);
    const copy = [...data];
    if (inside === undefined) copy.splice(first, 1);
    else copy[first] = inside;
    return copy;
  }
  const map = isMap(data) ? data : {};
  const inside = withValue(Object.hasOwn(map, String(first)) ? map[String(first)] : undefined, rest, value);
  const others = Object.entries(map).filter(([key]) => key !== String(first));
  if (inside === undefined) return Object.fromEntries(others);
  const known = Object.hasOwn(map, String(first));
  if (!known) return Object.fromEntries([...others, [String(first), inside]]);
  return Object.fromEntries(
    Object.entries(map).map(([key, old]) => [key, key === String(first) ? inside : old]),
  );
}

const parsed = (text: string) => parseDocument(text, { logLevel: 'silent', prettyErrors: false });

/** The change done by the library, which writes the whole file again. */
function rewritten(text: string, path: Path, value: Value | undefined): string {
  const document = parsed(text);
  if (value === undefined) document.deleteIn(path);
  else document.setIn(path, document.createNode(value));
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** The library throws if a path leads through an alias. */
function orNothing(attempt: () => string | undefined): string | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}

/** @throws EditRefused */
function change(text: string, path: Path, value: Value | undefined, cut: Cut): string {
  const meant = withValue(valueOf(text) ?? {}, path, value);
  const tries = [() => cut(text, parsed(text)), () => rewritten(text, path, value)];
  for (const attempt of tries) {
    const changed = orNothing(attempt);
    if (changed !== undefined && sameValue(valueOf(changed), meant)) return changed;
  }
  throw new EditRefused(
    say('this place shares its value with another one (an anchor or alias): change it in the text'),
  );
}

function removeAt(text: string, path: Path): string {
  return change(text, path, undefined, removal(path));
}

function setOne(text: string, path: Path, value: Value): string {
  const isThere = valueAt(valueOf(text), path) !== undefined;
  return change(text, path, value, isThere ? replacement(path, value) : insertion(path, value));
}

function setMap(text: string, path: Path, old: Value, value: Value): string {
  const [before, after] = [Object.keys(old as object), Object.entries(value as object) as [string, Value][]];
  let changed = after.reduce((now, [key, inside]) => setValue(now, [...path, key], inside), text);
  for (const key of before)
    if (!Object.hasOwn(value as object, key)) changed = setValue(changed, [...path, key], undefined);
  return changed;
}

function setList(text: string, path: Path, old: readonly Value[], value: readonly Value[]): string {
  let changed = value.reduce<string>((now, inside, at) => setValue(now, [...path, at], inside), text);
  for (let at = old.length - 1; at >= value.length; at -= 1) changed = removeAt(changed, [...path, at]);
  return changed;
}

/**
 * The text with another value at a place. An equal value stays as it is written.
 * @param path keys and list positions, from the top
 * @param value undefined takes the place away
 * @throws EditRefused
 */
export function setValue(text: string, path: Path, value: Value | undefined): string {
  const data = valueOf(text);
  const old = valueAt(data, path);
  if (value === undefined) return old === undefined ? text : removeAt(text, path);
  if (old !== undefined && sameValue(old, value)) return text;
  if (isMap(old) && isMap(value) && sharesKey(old, value)) return setMap(text, path, old, value);
  if (isList(old) && isList(value) && old.length > 0 && value.length > 0)
    return setList(text, path, old, value);
  return setOne(text, path, value);
}

/** Groups of a job that are wrong while they are empty: without a schedule there is no `schedule`. */
const optionalGroups: readonly (string | number | undefined)[] = ['schedule', 'drill', 'protect'];

/** The text without a field of the form, and without the optional groups around it that hold nothing then. */
export function removeField(text: string, path: Path): string {
  const [of, , group] = path;
  let changed = setValue(text, path, undefined);
  const kept = of === 'jobs' && optionalGroups.includes(group) ? 2 : path.length;
  for (let length = path.length - 1; length > kept; length -= 1) {
    const around = path.slice(0, length);
    const left = valueAt(valueOf(changed), around);
    if (!isMap(left) || Object.keys(left).length > 0) break;
    changed = setValue(changed, around, undefined);
  }
  return changed;
}

const sharesKey = (a: object, b: object) => Object.keys(a).some((key) => Object.hasOwn(b, key));

/**
 * The text with another name for a key: of a host, of a job.
 * @throws EditRefused where the name is taken
 */
export function renameKey(text: string, path: Path, name: string): string {
  const key = rangeOf(pairAt(parsed(text), path)?.key);
  const parent = valueAt(valueOf(text), path.slice(0, -1));
  if (!key || !isMap(parent) || Object.hasOwn(parent, name))
    throw new EditRefused(say('{name} already exists', { name }));
  return splice(text, key[0], key[1], flowText(name));
}
