/** What a JSON schema says several times is said once, below `$defs`: an event has the same fields in each of its types. Pure. */
import type { JsonSchema } from './json-schemas.ts';

/** A shorter schema is easier to read where it is: characters of its JSON. */
const shortestShared = 200;

interface Part {
  /** Of the property that has it first. */
  readonly name: string;
  readonly schema: JsonSchema;
  uses: number;
}

/** The description belongs to the property: it stays next to the reference. */
const undescribed = ({ description: _own, ...schema }: JsonSchema): JsonSchema => schema;

const keyOf = (schema: JsonSchema): string => JSON.stringify(undescribed(schema));

/** The same schema with each schema directly within it replaced. */
function mapped(schema: JsonSchema, change: (each: JsonSchema, name?: string) => JsonSchema): JsonSchema {
  const { properties, anyOf, items, additionalProperties: others } = schema;
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, each]) => [name, change(each, name)]),
      ),
    }),
    ...(anyOf && { anyOf: anyOf.map((each) => change(each)) }),
    ...(items && { items: change(items) }),
    ...(typeof others === 'object' && { additionalProperties: change(others) }),
  };
}

/** A part that is within another one counts once, however often that one is used. */
function countParts(schema: JsonSchema, name: string, parts: Map<string, Part>): void {
  mapped(schema, (each, own = name) => {
    const key = keyOf(each);
    const known = parts.get(key);
    if (known) known.uses += 1;
    else {
      parts.set(key, { name: own, schema: undescribed(each), uses: 1 });
      countParts(each, own, parts);
    }
    return each;
  });
}

/** @returns a schema that accepts the same values */
export function withSharedParts(schema: JsonSchema): JsonSchema {
  const parts = new Map<string, Part>();
  countParts(schema, 'value', parts);
  const names = new Map<string, string>();
  for (const [key, { name, uses }] of parts) {
    if (uses < 2 || key.length < shortestShared) continue;
    const alike = [...names.values()].filter((each) => each.replace(/-\d+$/, '') === name).length;
    names.set(key, alike === 0 ? name : `${name}-${alike + 1}`);
  }
  const shared = (each: JsonSchema): JsonSchema => {
    const name = names.get(keyOf(each));
    if (name === undefined) return mapped(each, shared);
    return {
      ...(each.description !== undefined && { description: each.description }),
      $ref: `#/$defs/${name}`,
    };
  };
  const definitions = [...names].map(([key, name]): [string, JsonSchema] => [
    name,
    mapped(parts.get(key)?.schema ?? {}, shared),
  ]);
  return {
    ...mapped(schema, shared),
    ...(definitions.length > 0 && { $defs: Object.fromEntries(definitions) }),
  };
}

/** The same schema with each reference replaced by what it refers to. */
export function withoutReferences({ $defs = {}, ...schema }: JsonSchema): JsonSchema {
  const whole = ({ $ref, ...each }: JsonSchema): JsonSchema =>
    mapped({ ...each, ...($ref === undefined ? {} : $defs[$ref.replace('#/$defs/', '')]) }, whole);
  return whole(schema);
}
