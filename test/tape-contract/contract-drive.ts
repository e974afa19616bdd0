/**
 * A Linux tape drive that the contract is tried on: the lab's virtual one, or a genuine one that the environment names. Both are reached by
 * the program's own ssh sessions.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openLab } from '../../src/lab/lab.ts';
import type { HostProfile } from '../../src/main/ssh/host-profile.ts';
import { SshHosts } from '../../src/main/ssh/ssh-hosts.ts';
import type { SshSession } from '../../src/main/ssh/ssh-session.ts';

/** What one command line printed, its standard error included. */
interface Printed {
  readonly status: number;
  readonly text: string;
}

/** What a person at the drive does with the cartridge in it. */
interface CartridgeHand {
  /** Puts in a blank cartridge of so many MiB. */
  fresh(mebibytes: number): Promise<void>;
  eject(): Promise<void>;
  /** Puts the cartridge back that was taken out. */
  insert(): Promise<void>;
  protect(): Promise<void>;
  unprotect(): Promise<void>;
}

export interface ContractDrive extends CartridgeHand {
  /** Its device that does not rewind when it is closed, and the one that does. */
  readonly quiet: string;
  readonly rewinding: string;
  readonly session: SshSession;
  /** Runs lines of sh one after the other, in one command, since a command takes a second where the drive's host is emulated. */
  run(...lines: readonly string[]): Promise<Printed[]>;
  close(): Promise<void>;
}

/** How a genuine drive is reached; see "Run one part" in CONTRIBUTING.md. */
export interface NamedDrive {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly key: string;
  readonly quiet: string;
  readonly hand: CartridgeHand;
}

const run = promisify(execFile);

/** A command of the environment that does what its argument says: new MIB, eject, insert, protect, unprotect. */
function handOf(command: string): CartridgeHand {
  const does =
    (...words: string[]) =>
    async () =>
      void (await run(command, words));
  return {
    fresh: (mebibytes) => does('new', String(mebibytes))(),
    eject: does('eject'),
    insert: does('insert'),
    protect: does('protect'),
    unprotect: does('unprotect'),
  };
}

/** The drive that the environment names; undefined if it names none. @throws where it names one by half */
export function namedDrive(environment: NodeJS.ProcessEnv = process.env): NamedDrive | undefined {
  const text = environment['SHADOWTAPE_TEST_TAPE'];
  if (text === undefined || text === '') return undefined;
  const { protocol, username, hostname, port, pathname } = new URL(text);
  const key = environment['SHADOWTAPE_TEST_TAPE_KEY'];
  const hand = environment['SHADOWTAPE_TEST_TAPE_CARTRIDGE'];
  if (protocol !== 'ssh:' || !/^\/dev\/nst\d+$/.test(pathname))
    throw new Error(`SHADOWTAPE_TEST_TAPE must be ssh://USER@HOST:PORT/dev/nst0, and is ${text}`);
  if (!key || !hand)
    throw new Error('SHADOWTAPE_TEST_TAPE needs SHADOWTAPE_TEST_TAPE_KEY and SHADOWTAPE_TEST_TAPE_CARTRIDGE');
  const place = { address: hostname, port: Number(port || 22), user: username || 'root' };
  return { ...place, key, quiet: pathname, hand: handOf(hand) };
}

type Place = Pick<NamedDrive, 'address' | 'port' | 'user' | 'key'>;

/** The host of the drive; its key is accepted, whatever it is: nothing is written there but its tape. */
function hostsOf({ address, port, user, key }: Place, folder: string): SshHosts {
  const profile: HostProfile = {
    name: 'tape',
    address,
    port,
    user,
    login: { keyFiles: [{ path: key, required: true }], password: false },
    algorithms: 'modern',
    keepaliveSeconds: 60,
    connectSeconds: 240,
  };
  return new SshHosts({
    profiles: new Map([['tape', profile]]),
    knownHostsFile: join(folder, 'known_hosts'),
    userKnownHostsFiles: [],
    confirmHostKey: () => Promise.resolve(true),
    askSecret: () => Promise.resolve(undefined),
  });
}

async function runLines(session: SshSession, lines: readonly string[]): Promise<Printed[]> {
  const script = lines.map((line) => `{ ${line}; } 2>&1; printf '\\n=== status %s\\n' "$?"`).join('\n');
  const { stdout, stderr } = await session.exec(['sh', '-c', script]);
  const printed = [...stdout.toString('utf8').matchAll(/([^]*?)\n=== status (\d+)\n/g)];
  if (printed.length !== lines.length)
    throw new Error(`the drive's host said: ${stdout.toString()}${stderr}`);
  return printed.map(([, text = '', status]) => ({ status: Number(status), text }));
}

async function openDrive(
  place: Place,
  quiet: string,
  hand: CartridgeHand,
  close: (folder: string) => Promise<void>,
): Promise<ContractDrive> {
  const folder = await mkdtemp(join(tmpdir(), 'shadowtape-tape-contract-'));
  const hosts = hostsOf(place, folder);
  const session = hosts.session('tape');
  return {
    ...hand,
    quiet,
    rewinding: quiet.replace('/dev/nst', '/dev/st'),
    session,
    run: (...lines) => runLines(session, lines),
    async close() {
      await hosts.close();
      await close(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The drive of a Linux host of the lab. */
export async function openVirtualDrive(): Promise<ContractDrive> {
  const labFolder = await mkdtemp(join(tmpdir(), 'shadowtape-tape-lab-'));
  const lab = await openLab({ folder: labFolder, platform: 'linux', blocks: 4096 });
  const node3 = lab.hosts.find(({ name }) => name === 'node3');
  if (!node3) throw new Error('the lab has a host with a drive');
  const hand: CartridgeHand = {
    fresh: (mebibytes) => lab.insertCartridge('contract', { blank: true, bytes: mebibytes * 1_048_576 }),
    eject: () => lab.ejectCartridge(),
    insert: () => lab.insertCartridge('contract'),
    protect: () => Promise.resolve(lab.faults.set('write-protected')),
    unprotect: () => Promise.resolve(lab.faults.clear('write-protected')),
  };
  const place = { address: node3.address, port: node3.port, user: node3.user, key: lab.identityFile };
  return openDrive(place, '/dev/nst0', hand, async () => {
    await lab.close();
    await rm(labFolder, { recursive: true, force: true });
  });
}

export const openNamedDrive = (drive: NamedDrive): Promise<ContractDrive> =>
  openDrive(drive, drive.quiet, drive.hand, () => Promise.resolve());
