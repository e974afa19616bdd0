/**
 * Rights of commands on a host whose login is not root: which commands need them, and the words in front of those that do. Every other
 * command runs as the login itself. Pure.
 */

/** How a command gets its rights. `none`: the login has them. */
export const becomeWays = ['none', 'sudo', 'pfexec'] as const;
export type Become = (typeof becomeWays)[number];

/** sudo -n refuses instead of asking for a password (sudo(8)). pfexec(1) never asks. */
const prefixes: Readonly<Record<Become, readonly string[]>> = {
  none: [],
  sudo: ['sudo', '-n'],
  pfexec: ['pfexec'],
};

/** What the program makes for itself on a host begins with this: locks and folders of detached work. The login makes them. */
const ownPaths = '/var/tmp/shadowtape-';

/** The name ($0) of scripts that need no rights: they work in folders of the login. */
export const scriptOfLogin = 'shadowtape';

type Words = readonly string[];
type IsFree = (words: Words) => boolean;

const operandsOf = (words: Words): Words => words.filter((word) => !word.startsWith('-'));

const within =
  (...places: readonly string[]) =>
  (path: string): boolean =>
    !path.includes('/../') && places.some((place) => path === place || path.startsWith(place));

const onlyWithin =
  (...places: readonly string[]): IsFree =>
  (words) => {
    const paths = operandsOf(words);
    return paths.length > 0 && paths.every(within(...places));
  };

/** Everybody may read these. */
const publicFiles = ['/etc/machine-id', '/etc/mnttab', '/proc/mounts', '/proc/sys/kernel/random/boot_id'];

/** What dd opens; a dd without a file reads or writes a stream, and is judged by its other side. */
const filesOfDd = (words: Words): Words => words.flatMap((word) => /^(?:if|of)=(.*)$/s.exec(word)?.[1] ?? []);

const always: IsFree = () => true;
const withoutOperands: IsFree = (words) => words.length === 0;

/** Program -> whether it needs no rights with these words. A program that is not listed needs them. */
const free: Readonly<Record<string, IsFree>> = {
  ...Object.fromEntries(
    // They print what everybody may know; cd is a line of the guide that is not sent.
    'cd command echo hostid hostname iostat kstat lsblk mkfifo ps readlink true uname who'
      .split(' ')
      .map((name) => [name, always]),
  ),
  // They read a pipe.
  cksum: withoutOperands,
  sha256sum: withoutOperands,
  digest: (words) => operandsOf(words).length === 1,
  tee: onlyWithin(ownPaths),
  cat: (words) => words.length > 0 && words.every((word) => publicFiles.includes(word)),
  // Names of devices, and what is in the folder of the locks.
  ls: (words) => operandsOf(words).every((path) => path === '/var/tmp' || within('/dev', ownPaths)(path)),
  mkdir: onlyWithin(ownPaths),
  rmdir: onlyWithin(ownPaths),
  rm: onlyWithin(ownPaths),
  dd: (words) => {
    const files = filesOfDd(words);
    return files.length > 0 && files.every(within('/dev/zero', '/dev/null', ownPaths));
  },
  sh: ([option, script = '', name]) =>
    option === '-c' && (name === scriptOfLogin || script.startsWith(': shadowtape-login-shell;')),
};

/** True if a command works only with the rights of an administrator. What is not known to do without them needs them. */
export function needsRights([program = '', ...words]: readonly string[]): boolean {
  return !(Object.hasOwn(free, program) && free[program]?.(words));
}

/**
 * The words of a command as they are sent to a host, save for its language.
 * @param become how the host's commands get their rights
 */
export function withRights(argv: readonly string[], become: Become = 'none'): readonly string[] {
  const prefix = prefixes[become];
  // A command of the site file may begin with the same word.
  const hasRights = prefix.length === 0 || argv[0]?.replace(/^.*\//, '') === prefix[0];
  return hasRights || !needsRights(argv) ? argv : [...prefix, ...argv];
}

/** How sudo says, in English, that it does not run a command (sudo 1.8 and 1.9: check.c, sudoers.c, conversation.c). */
const refusals =
  /^(?:sudo: (?:a password is required|a terminal is required|no tty present|sorry, you must have a tty|.*(?:account validation failure|permission denied)).*|Sorry, user .* (?:is not allowed to execute|may not run sudo).*|.* is not in the sudoers file.*)$/m;

/** Why sudo did not run a command, in its own words; undefined if it says nothing of the kind. @param stderr what was printed */
export const refusalOf = (stderr: string): string | undefined => refusals.exec(stderr)?.[0].trim();

/** True if sudo finds no program of that name: it ends with 1 then, where a shell ends with 127. */
export const isUnknownToSudo = (stderr: string): boolean => /^sudo: .*: command not found$/m.test(stderr);
