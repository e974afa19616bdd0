/**
 * JSON schemas of what commands print with --json, made of the types that the command line prints (src/main/cli/json-output.ts) with their
 * comments. `npm run docs` writes them into docs/json; a test fails while they differ.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { formatted } from './formatted.ts';
import { withSharedParts } from './shared-schemas.ts';

const root = join(import.meta.dirname, '..', '..');
const typesFile = join(root, 'src', 'main', 'cli', 'json-output.ts');
const typesName = 'JsonOutput';

/** Where the schemas are. */
export const schemaFolder = join(root, 'docs', 'json');

/** What is used of JSON Schema 2020-12. */
export interface JsonSchema {
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** A choice of more words than this grows with each release, such as the codes of errors: any word may be there. */
const mostWords = 60;

class SchemaMaker {
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  /** Every property of an interface with the schema of its type. */
  propertiesOf(type: ts.Type): [name: string, schema: JsonSchema][] {
    return this.#checker.getPropertiesOfType(type).flatMap((property): [string, JsonSchema][] => {
      const own = this.#checker.getTypeOfSymbol(property);
      if (own.getCallSignatures().length > 0) return [];
      const description = ts.displayPartsToString(property.getDocumentationComment(this.#checker));
      const text = description === '' ? {} : { description: description.replaceAll('\n', ' ') };
      return [[property.name, { ...text, ...this.schemaOf(own) }]];
    });
  }

  schemaOf(type: ts.Type): JsonSchema {
    const { flags } = type;
    if (type.isUnion()) return this.#union(type.types);
    if (type.isLiteral()) return { const: type.value };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: this.#checker.typeToString(type) === 'true' };
    if (flags & ts.TypeFlags.StringLike) return { type: 'string' };
    if (flags & ts.TypeFlags.NumberLike) return { type: 'number' };
    if (flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' };
    if (flags & ts.TypeFlags.Null) return { type: 'null' };
    if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
    if (this.#checker.isArrayLikeType(type)) return this.#array(type);
    return this.#object(type);
  }

  #array(type: ts.Type): JsonSchema {
    const items = this.#checker.getIndexTypeOfType(type, ts.IndexKind.Number);
    return { type: 'array', ...(items ? { items: this.schemaOf(items) } : {}) };
  }

  /** JSON has no undefined: such a property is left out. */
  #union(types: readonly ts.Type[]): JsonSchema {
    const real = types.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
    const schemas = real.map((type) => this.schemaOf(type));
    const words = schemas.flatMap((schema) => ('const' in schema ? [schema.const] : []));
    if (words.length === 2 && words.includes(true) && words.includes(false) && schemas.length === 2)
      return { type: 'boolean' };
    if (words.length === schemas.length && words.length > 1)
      return words.length > mostWords ? { type: typeof words[0] } : { enum: [...words].sort() };
    const [only] = schemas;
    return schemas.length === 1 && only ? only : { anyOf: schemas };
  }

  #isRequired(property: ts.Symbol): boolean {
    const type = this.#checker.getTypeOfSymbol(property);
    const isUndefined = ({ flags }: ts.Type) => Boolean(flags & ts.TypeFlags.Undefined);
    const mayBeMissing = type.isUnion() ? type.types.some(isUndefined) : isUndefined(type);
    return !mayBeMissing && !(property.flags & ts.SymbolFlags.Optional);
  }

  #object(type: ts.Type): JsonSchema {
    const properties = Object.fromEntries(this.propertiesOf(type));
    const required = this.#checker
      .getPropertiesOfType(type)
      .filter((property) => property.name in properties && this.#isRequired(property))
      .map(({ name }) => name);
    const others = this.#checker.getIndexTypeOfType(type, ts.IndexKind.String);
    return {
      type: 'object',
      properties,
      ...(required.length > 0 ? { required } : {}),
      ...(others ? { additionalProperties: this.schemaOf(others) } : {}),
    };
  }
}

function typesInterface(source: ts.SourceFile | undefined): ts.InterfaceDeclaration {
  const found = source?.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === typesName,
  );
  if (!found) throw new Error(`${typesFile} has no ${typesName}`);
  return found;
}

/** Name of a command -> the schema of a line that it prints. */
export function jsonSchemas(): Map<string, JsonSchema> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as { config: object };
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root);
  const program = ts.createProgram([typesFile], options);
  const checker = program.getTypeChecker();
  const type = checker.getTypeAtLocation(typesInterface(program.getSourceFile(typesFile)));
  return new Map(new SchemaMaker(checker).propertiesOf(type));
}

/** @param command with its subcommand: `schedule next` */
export const schemaFile = (command: string): string => `${command.replaceAll(' ', '-')}.json`;

/** Name of a schema's file -> its text. */
export async function schemaFiles(): Promise<Map<string, string>> {
  const files = [...jsonSchemas()].map(async ([command, schema]): Promise<[string, string]> => {
    const whole = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: `shadowtape ${command} --json`,
      ...withSharedParts(schema),
    };
    const name = schemaFile(command);
    return [name, await formatted(name, JSON.stringify(whole))];
  });
  return new Map(await Promise.all(files));
}

if (process.argv[1] === import.meta.filename) {
  mkdirSync(schemaFolder, { recursive: true });
  for (const [name, text] of await schemaFiles()) writeFileSync(join(schemaFolder, name), text);
}
