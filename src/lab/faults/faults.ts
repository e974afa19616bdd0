import { failure } from '../../contract/errors.ts';
import { didYouMean } from '../../contract/nearest-word.ts';
import { nodeNames } from '../gds/lab-model.ts';
import type { NodeName } from '../gds/lab-model.ts';
import { knownLocales, languageOf } from '../hosts/languages.ts';

/** What is after the `=` of a fault. */
type FaultValue = 'none' | 'number' | 'word' | 'host' | 'host:number' | 'host:command' | 'host:language';

interface FaultKind {
  readonly value: FaultValue;
  readonly sentence: string;
  /** A number below this, or above `most`, would have no effect. */
  readonly least?: number;
  readonly most?: number;
}

/** Every fault of the lab. Record numbers count from 1, since the tape was opened. */
export const faultTable = {
  'tape-error': { value: 'number', least: 1, sentence: 'writing record N fails with an I/O error' },
  'tape-read-error': { value: 'number', least: 1, sentence: 'reading record N fails with an I/O error' },
  'tape-corrupt': {
    value: 'number',
    least: 1,
    sentence: 'one bit of record N is flipped on its way to the medium',
  },
  'end-of-medium': { value: 'number', sentence: 'the tape is full after N records' },
  'linux-tape': {
    value: 'none',
    sentence: 'the drive and rmt behave as on Linux: end of medium, closing, operation numbers',
  },
  'write-protected': { value: 'none', sentence: 'the cartridge is write-protected' },
  'no-tape': { value: 'none', sentence: 'the drive is empty' },
  'slow-threading': {
    value: 'number',
    least: 1,
    sentence: 'a tape that is put into the drive is there for mt once it was asked N times',
  },
  'tape-not-blank': { value: 'none', sentence: "the tape holds somebody else's file" },
  'tape-alert': {
    value: 'number',
    least: 1,
    most: 60,
    sentence: 'the drive raises flag N of TapeAlert, whenever it is asked',
  },
  'slow-tape': { value: 'number', least: 1, sentence: 'the drive runs at N bytes per second' },
  'connection-lost': {
    value: 'host:number',
    sentence: 'the connection breaks once, after N bytes on a channel of the host',
  },
  'host-down': { value: 'host', sentence: 'nothing listens on the port of the host' },
  hang: { value: 'host:command', sentence: 'the command never answers' },
  fail: { value: 'host:command', sentence: 'the command fails; append `:STATUS` for its exit status (1)' },
  'fail-once': {
    value: 'host:command',
    sentence: 'the command fails the next time; append `:STATUS` for its exit status (1)',
  },
  'not-found': { value: 'host:command', sentence: 'the command is not installed (127)' },
  ignore: { value: 'host:command', sentence: 'the command prints nothing, does nothing and exits 0' },
  'ignore-once': {
    value: 'host:command',
    sentence: 'the next time, the command prints nothing, does nothing and exits 0',
  },
  'cut-once': {
    value: 'host:command',
    sentence: 'the next time, half of the output and the exit status arrive, and the output never ends',
  },
  unreadable: {
    value: 'word',
    sentence: 'these records of 32,768 bytes of a shadow volume cannot be read: 3,17',
  },
  'no-titles': { value: 'none', sentence: 'sdxinfo prints nothing if it has no object to show' },
  'no-serial': { value: 'none', sentence: 'iostat shows no serial numbers' },
  'disk-size': { value: 'none', sentence: 'node3 sees the first disk of a shadow with a different size' },
  'disk-name': {
    value: 'none',
    sentence: 'sdxinfo on node3 shows the first disk of a shadow with a different name',
  },
  'shadow-first-block': {
    value: 'number',
    least: 1,
    sentence: 'the first shadow volume begins N blocks too late',
  },
  'shadow-blocks': {
    value: 'number',
    sentence: 'the first shadow volume has N blocks, whatever was requested',
  },
  'wrong-disk': {
    value: 'none',
    sentence: 'the disks of the first shadow volume map other data, and sdxinfo does not show it',
  },
  'proxy-parted': { value: 'none', sentence: 'the proxies are already parted' },
  slice: { value: 'word', sentence: "sdxinfo shows this status word for the proxy's slice" },
  'unknown-status': { value: 'word', sentence: 'sdxinfo shows this status word for the proxy volume' },
  'shadow-status': {
    value: 'word',
    sentence: 'sdxinfo on node3 shows this status word for the shadow volume',
  },
  'shadow-disk-status': {
    value: 'word',
    sentence: 'sdxinfo on node3 shows this status word for the disks of a shadow',
  },
  'missing-column': { value: 'word', sentence: 'sdxinfo leaves this column out' },
  'host-key-changed': { value: 'host', sentence: 'the host shows a different host key' },
  'login-refused': { value: 'host', sentence: 'the host accepts no key' },
  'asks-password': { value: 'host', sentence: 'the host accepts no key, only the password "shadowtape"' },
  greeting: { value: 'host', sentence: 'a login prints a line before the output of each command' },
  'max-sessions': {
    value: 'host:number',
    sentence: 'a connection to the host carries at most N channels',
  },
  language: {
    value: 'host:language',
    sentence:
      'logins on the host get this LANG, and commands answer in that language: de_DE.UTF-8, fr_FR.UTF-8, ja_JP.UTF-8',
  },
  reboot: { value: 'host', sentence: 'the host reboots, at once' },
  'dump-abort': {
    value: 'number',
    most: 99,
    sentence: 'ufsdump and sfxdump abort with status 3 when N percent are done',
  },
  'dump-silent': {
    value: 'none',
    sentence: 'ufsdump and sfxdump exit 0 halfway, without saying that the dump is done',
  },
  'slow-rejoin': { value: 'number', least: 1, sentence: 'the copy of a rejoin runs at N bytes per second' },
  'tar-sockets': {
    value: 'number',
    least: 1,
    sentence: 'the last N files are sockets: tar reports them, skips them and exits 0',
  },
  'tar-long-links': {
    value: 'number',
    least: 1,
    sentence:
      'the first N files are symbolic links that are too long: tar reports them, skips them and exits 0',
  },
  'tar-changed': {
    value: 'number',
    least: 1,
    sentence: 'the last N files become shorter while tar reads them: tar reports it, adds zeros and exits 0',
  },
  'tar-unread': {
    value: 'none',
    sentence: 'tar cannot read the last file: it reports it, writes zeros instead and exits 0',
  },
  'extract-alters': {
    value: 'none',
    sentence: 'tar and ufsrestore change a byte of the last file that they extract, and exit 0',
  },
  'rejoin-invalid': { value: 'none', sentence: 'the copy of a rejoin ends with an INVALID slice' },
  'restore-invalid': {
    value: 'none',
    sentence: 'the copy of a RejoinRestore ends with INVALID slices of the master',
  },
  'restore-skips': {
    value: 'none',
    sentence: 'a RejoinRestore copies nothing, and its slices become STOP all the same',
  },
} as const satisfies Record<string, FaultKind>;

export type FaultName = keyof typeof faultTable;

export interface Fault {
  readonly name: FaultName;
  /** What is after the `=`, whole. */
  readonly value: string;
  readonly host: NodeName | undefined;
  readonly number: number | undefined;
  /** Beginning of a command line, words joined by blanks. */
  readonly command: string | undefined;
  readonly status: number;
  /** The locale of `language`: de_DE.UTF-8. */
  readonly locale: string | undefined;
}

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(faultTable, name);
}

function wrongValue(spec: string, reason: string): Error {
  return failure('LAB_FAULT_VALUE_WRONG', { fault: spec, reason });
}

function hostOf(spec: string, text: string): NodeName {
  const host = nodeNames.find((node) => node === text);
  if (!host) throw wrongValue(spec, `"${text}" is not one of ${nodeNames.join(', ')}`);
  return host;
}

function numberOf(
  spec: string,
  text: string,
  { least = 0, most = Infinity }: Partial<FaultKind> = {},
): number {
  if (!/^\d{1,15}$/.test(text)) throw wrongValue(spec, `"${text}" is not a whole number`);
  const number = Number(text);
  if (number < least) throw wrongValue(spec, `below ${least} it has no effect`);
  if (number > most) throw wrongValue(spec, `above ${most} it has no effect`);
  return number;
}

function commandFault(spec: string, name: FaultName, value: string): Fault {
  const parts = /^([^:]*):(.+?)(?::(\d{1,3}))?$/.exec(value);
  if (!parts) throw wrongValue(spec, 'it needs HOST:COMMAND');
  const [, host = '', command = '', status = '1'] = parts;
  const fault = { name, value, host: hostOf(spec, host), number: undefined, command, locale: undefined };
  return { ...fault, status: Number(status) };
}

/**
 * Reads `NAME` or `NAME=VALUE`.
 * @throws LAB_FAULT_UNKNOWN, LAB_FAULT_VALUE_WRONG
 */
export function parseFault(spec: string): Fault {
  const [name = '', ...rest] = spec.split('=');
  const value = rest.join('=');
  if (!isFaultName(name)) {
    const names = Object.keys(faultTable);
    throw failure('LAB_FAULT_UNKNOWN', {
      fault: name,
      nearest: didYouMean(name, names),
      faults: names.join(', '),
    });
  }
  const unset = { host: undefined, number: undefined, command: undefined, locale: undefined };
  const plain = { name, value, ...unset, status: 1 };
  const kind = faultTable[name].value;
  if (kind === 'none') {
    if (value !== '') throw wrongValue(spec, 'it takes no value');
    return plain;
  }
  if (value === '') throw wrongValue(spec, 'it needs a value');
  if (kind === 'number') return { ...plain, number: numberOf(spec, value, faultTable[name]) };
  if (kind === 'host') return { ...plain, host: hostOf(spec, value) };
  if (kind === 'host:command') return commandFault(spec, name, value);
  if (kind === 'host:number') {
    const [host = '', count = ''] = value.split(':');
    return { ...plain, host: hostOf(spec, host), number: numberOf(spec, count) };
  }
  if (kind === 'host:language') {
    const [host = '', locale = ''] = value.split(':');
    if (!languageOf(new Map([['LANG', locale]])))
      throw wrongValue(spec, `"${locale}" is not one of ${knownLocales.join(', ')}`);
    return { ...plain, host: hostOf(spec, host), locale };
  }
  return plain;
}

const isSwitch = (fault: Fault): boolean => fault.command === undefined && fault.host === undefined;

/** Possible subjects of a fault: anything else would be accepted without an effect. */
export interface FaultSubjects {
  /** True for the name of a program that a fault can affect: not for a shell's builtins. */
  isProgram(name: string): boolean;
  /** True for the title of a column of sdxinfo. */
  isColumn(title: string): boolean;
  /** True for a fault that only exists on the other platform. */
  isForeign?(name: FaultName): boolean;
}

/** The faults that are switched on. `set` and `clear` work while the lab runs. */
export class Faults {
  #active: Fault[] = [];
  readonly #subjects: FaultSubjects | undefined;
  readonly #always: readonly FaultName[];
  readonly #listeners = new Set<(fault: Fault, on: boolean) => void>();

  /**
   * @param subjects undefined: any subject is accepted
   * @param always permanent properties of this lab: neither listed nor cleared
   */
  constructor(subjects?: FaultSubjects, always: readonly FaultName[] = []) {
    this.#subjects = subjects;
    this.#always = always;
  }

  /**
   * Switches a fault on. A fault without a host replaces an earlier one of its name.
   * @param spec `NAME` or `NAME=VALUE`
   * @throws LAB_FAULT_UNKNOWN, LAB_FAULT_VALUE_WRONG
   */
  set(spec: string): void {
    const fault = parseFault(spec);
    this.#requireSubject(spec, fault);
    this.#active = this.#active.filter(
      (other) => !(other.name === fault.name && (isSwitch(fault) || other.value === fault.value)),
    );
    // a reboot is over as soon as it has happened
    if (fault.name !== 'reboot') this.#active.push(fault);
    for (const listener of this.#listeners) listener(fault, true);
  }

  #requireSubject(spec: string, { name, value, command }: Fault): void {
    if (this.#always.includes(name) || this.#subjects?.isForeign?.(name))
      throw wrongValue(spec, 'the hosts of this lab run Linux, where it has no effect');
    const program = command?.split(' ')[0] ?? '';
    const { isProgram, isColumn } = this.#subjects ?? {};
    // A line of which half the output arrives may begin with anything.
    if (command !== undefined && name !== 'cut-once' && isProgram?.(program) === false)
      throw wrongValue(spec, `no host runs a program "${program}"`);
    if (name === 'missing-column' && isColumn?.(value) === false)
      throw wrongValue(spec, `sdxinfo has no column "${value}"`);
  }

  /** Switches off all faults of a name, or with `NAME=VALUE` that one. */
  clear(spec: string): void {
    const [name = '', ...rest] = spec.split('=');
    if (!isFaultName(name)) parseFault(spec);
    const value = rest.length > 0 ? rest.join('=') : undefined;
    const goes = (fault: Fault): boolean =>
      fault.name === name && (value === undefined || fault.value === value);
    const gone = this.#active.filter(goes);
    this.#active = this.#active.filter((fault) => !goes(fault));
    for (const fault of gone) for (const listener of this.#listeners) listener(fault, false);
  }

  /** The specs of all faults that are on. */
  list(): string[] {
    return this.#active.map(({ name, value }) => (value === '' ? name : `${name}=${value}`));
  }

  has(name: FaultName, host?: NodeName): boolean {
    return this.#always.includes(name) || this.#find(name, host) !== undefined;
  }

  numberOf(name: FaultName, host?: NodeName): number | undefined {
    return this.#find(name, host)?.number;
  }

  localeOf(host: NodeName): string | undefined {
    return this.#find('language', host)?.locale;
  }

  wordOf(name: FaultName): string | undefined {
    return this.#find(name)?.value;
  }

  /** The fault with one of these names that applies to a command line; a one-time fault is consumed. */
  forCommand(host: NodeName, argv: readonly string[], names: readonly FaultName[]): Fault | undefined {
    const line = `${argv.join(' ')} `;
    const found = this.#active.find(
      (fault) => names.includes(fault.name) && fault.host === host && line.startsWith(`${fault.command} `),
    );
    if (found?.name.endsWith('-once')) this.#active = this.#active.filter((fault) => fault !== found);
    return found;
  }

  /** Consumes a one-time fault. */
  takeOnce(name: FaultName, host: NodeName): void {
    this.#active = this.#active.filter((fault) => !(fault.name === name && fault.host === host));
  }

  /** Called for each fault that is switched on or off. */
  onChange(listener: (fault: Fault, on: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #find(name: FaultName, host?: NodeName): Fault | undefined {
    return this.#active.find((fault) => fault.name === name && (host === undefined || fault.host === host));
  }
}
