/** The configuration file of the command line: options that would otherwise be given with every command. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { failure } from '../../contract/errors.ts';
import { didYouMean } from '../../contract/nearest-word.ts';
import { phrase } from '../../contract/text/say.ts';
import { yamlReason } from '../site/yaml-reasons.ts';
import { colorChoices, type ColorChoice } from './terminal/display.ts';

/** The keys of the file. Each is that of an option, which takes precedence. */
interface Config {
  readonly site?: string;
  readonly state?: string;
  readonly utc?: boolean;
  readonly color?: ColorChoice;
}

const keys = ['site', 'state', 'utc', 'color'] as const;

/** The variable that names the file: empty means that there is none. */
const configVariable = 'SHADOWTAPE_CONFIG';

/** @returns undefined if SHADOWTAPE_CONFIG is empty */
function configPath(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = environment[configVariable];
  if (named !== undefined) return named === '' ? undefined : resolve(named);
  const base = environment['XDG_CONFIG_HOME'];
  // A relative path must be ignored (XDG Base Directory Specification).
  return join(base?.startsWith('/') ? base : join(homedir(), '.config'), 'shadowtape', 'config.yaml');
}

const readReasons: Readonly<Record<string, string>> = {
  ENOENT: phrase('there is no such file'),
  EACCES: phrase('permission denied'),
  EISDIR: phrase('it is a folder'),
};

/** @returns undefined if the usual place has no file. @throws CONFIG_UNREADABLE */
async function textOf(file: string, isNamed: boolean): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!isNamed && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined;
    throw failure('CONFIG_UNREADABLE', { file, reason: readReasons[code] ?? message }, {}, error);
  }
}

type Checked = (value: unknown, file: string) => Config;

/** File names in it are relative to it. `~/` is the home folder. */
function pathOf(value: string, file: string): string {
  return value.startsWith('~/') ? join(homedir(), value.slice(2)) : resolve(dirname(file), value);
}

const wrong = (file: string, key: string, expected: string) =>
  failure('CONFIG_VALUE_WRONG', { file, key, expected });

const checks: Readonly<Record<(typeof keys)[number], Checked>> = {
  site: (value, file) => ({ site: path(value, file, 'site') }),
  state: (value, file) => ({ state: path(value, file, 'state') }),
  utc(value, file) {
    if (typeof value !== 'boolean') throw wrong(file, 'utc', phrase('true or false'));
    return { utc: value };
  },
  color(value, file) {
    const color = colorChoices.find((choice) => choice === value);
    if (color === undefined) throw wrong(file, 'color', colorChoices.join(', '));
    return { color };
  },
};

function path(value: unknown, file: string, key: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(file, key, phrase('a path'));
  return pathOf(value, file);
}

/** @throws CONFIG_NOT_YAML, CONFIG_KEY_UNKNOWN, CONFIG_VALUE_WRONG */
async function configOf(text: string, file: string): Promise<Config> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) {
    const [{ line, col } = { line: 1, col: 1 }] = error.linePos ?? [];
    const { reason, evidence } = yamlReason(error);
    throw failure('CONFIG_NOT_YAML', { file, line, column: col, reason }, evidence);
  }
  const content: unknown = document.toJS() ?? {};
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw failure('CONFIG_NOT_YAML', {
      file,
      line: 1,
      column: 1,
      reason: phrase('there are no keys, such as "site: FILE"'),
    });
  const parts = Object.entries(content).map(([key, value]) => {
    const known = keys.find((one) => one === key);
    if (known === undefined)
      throw failure('CONFIG_KEY_UNKNOWN', {
        file,
        key,
        nearest: didYouMean(key, keys),
        allowed: keys.join(', '),
      });
    return checks[known](value, file);
  });
  return Object.assign({}, ...parts) as Config;
}

/**
 * Reads the configuration file.
 * @returns nothing if there is none
 * @throws CONFIG_UNREADABLE, CONFIG_NOT_YAML, CONFIG_KEY_UNKNOWN, CONFIG_VALUE_WRONG
 */
export async function readConfig(environment: NodeJS.ProcessEnv = process.env): Promise<Config> {
  const file = configPath(environment);
  if (file === undefined) return {};
  const text = await textOf(file, environment[configVariable] !== undefined);
  return text === undefined ? {} : configOf(text, file);
}
