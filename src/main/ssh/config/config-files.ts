/** The files that ssh_config(5) is read from: reading, and finding those that an Include names. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

interface ConfigFile {
  readonly text: string;
  /** True if somebody else may write to it: OpenSSH refuses such a file of the user. */
  readonly isWritableByOthers: boolean;
}

export interface ConfigFiles {
  /** @returns undefined if there is no such file, or it may not be read */
  read(path: string): ConfigFile | undefined;
  /** The paths that a pattern of glob(3) matches, in the order of their bytes. */
  find(pattern: string): string[];
}

/** What OpenSSH reads by default. */
export interface SshConfiguration {
  readonly files: ConfigFiles;
  /** ~/.ssh/config. */
  readonly userFile: string;
  /** /etc/ssh/ssh_config; none is read by default. */
  readonly systemFile?: string | undefined;
}

const othersMayWrite = 0o022;

function isWritableByOthers(path: string): boolean {
  const { uid, mode } = statSync(path);
  const self = process.getuid?.();
  // Windows has neither owners nor these bits.
  if (self === undefined) return false;
  return (uid !== 0 && uid !== self) || (mode & othersMayWrite) !== 0;
}

function read(path: string): ConfigFile | undefined {
  try {
    return { text: readFileSync(path, 'utf8'), isWritableByOthers: isWritableByOthers(path) };
  } catch {
    return undefined;
  }
}

const hasWildcard = (segment: string) => /[*?[]/.test(segment);

function segmentPattern(segment: string): RegExp {
  const expression = segment.replace(/\[!?\]?[^\]]*\]|[\\^$+.()|\]{}[*?]/g, (part) => {
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (part.length > 1) return part.replace(/^\[!/, '[^').replace(/\\/g, '\\\\');
    return `\\${part}`;
  });
  return new RegExp(`^${expression}$`, 's');
}

function namesIn(folder: string, segment: string): string[] {
  const pattern = segmentPattern(segment);
  try {
    return readdirSync(folder)
      .filter((name) => (segment.startsWith('.') || !name.startsWith('.')) && pattern.test(name))
      .sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  } catch {
    return [];
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function find(pattern: string): string[] {
  let paths = ['/'];
  for (const segment of pattern.split('/').filter((part) => part !== '')) {
    const below = (path: string) => `${path === '/' ? '' : path}/${segment}`;
    paths = hasWildcard(segment)
      ? paths.flatMap((path) => namesIn(path, segment).map((name) => join(path, name)))
      : paths.map(below);
  }
  return paths.filter(exists);
}

/** The files of this machine. */
export const realFiles: ConfigFiles = { read, find };

/** The configuration of the user that runs this program. */
export function sshConfiguration(): SshConfiguration {
  return {
    files: realFiles,
    userFile: join(homedir(), '.ssh', 'config'),
    systemFile: '/etc/ssh/ssh_config',
  };
}
