/** A backup server for detached work: a genuine sshd, reached through a relay that can drop the connection. */
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startOpensshServer, type OpensshServerOptions } from '../../../../test/support/openssh-server.ts';
import { startRelay } from '../../../../test/support/relay.ts';
import { createCksum, type PosixCksum } from '../../../streams/digests/posix-cksum.ts';
import { SshHosts } from '../../ssh/ssh-hosts.ts';
import { CommandRunner } from '../hosts/command-runner.ts';
import { startWork, stopWork } from './detached-control.ts';
import { dumpWork, type DumpWorkOrder } from '../model/detached-dump.ts';
import type { WorkPlace } from './detached-watch.ts';
import type { DetachedWork } from '../model/detached-work.ts';
import { noJournal } from '../../journal/journal.ts';

export interface DetachedServer {
  /** Temporary folder; removed with the server. */
  readonly folder: string;
  /** A session of its own, as another process of this program would have it. */
  place(): WorkPlace;
  /** A folder of detached work below the temporary one. */
  workFolder(name: string): string;
  /** Sends a line as it is, with the ssh of this machine. @returns what the line prints */
  ask(line: string): Promise<string>;
  /** Cuts every connection without notice. */
  drop(): void;
  /** Cuts every connection, and refuses new ones until it is called again with false. */
  refuse(refusing: boolean): void;
  close(): Promise<void>;
}

const run = promisify(execFile);

/** @param options of the sshd */
export async function startDetachedServer(options: OpensshServerOptions = {}): Promise<DetachedServer> {
  const server = await startOpensshServer(options);
  const relay = await startRelay(server.port);
  const all: SshHosts[] = [];
  const never = new AbortController().signal;
  const place = (): WorkPlace => {
    const profile = {
      name: 'node3',
      address: '127.0.0.1',
      port: relay.port,
      user: server.user,
      login: { keyFiles: [{ path: server.identityFile, required: true }], password: false },
      algorithms: 'modern',
      keepaliveSeconds: 15,
      connectSeconds: 20,
    } as const;
    const hosts = new SshHosts({
      profiles: new Map([['node3', profile]]),
      knownHostsFile: join(server.folder, 'own', 'known_hosts'),
      userKnownHostsFiles: [],
      confirmHostKey: async () => true,
      askSecret: async () => undefined,
    });
    all.push(hosts);
    const runner = new CommandRunner(noJournal(), hosts, () => ({ cancel: never, halt: never }));
    return { runner, host: 'node3', platform: process.platform === 'linux' ? 'linux' : 'solaris' };
  };
  return {
    folder: server.folder,
    place,
    workFolder: (name) => join(server.folder, `shadowtape-${name}.work`),
    async ask(line) {
      const trusting = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'];
      const login = ['-p', String(server.port), '-i', server.identityFile, `${server.user}@127.0.0.1`];
      const { stdout } = await run('ssh', ['-F', '/dev/null', ...trusting, ...login, line]);
      return stdout;
    },
    drop: relay.drop,
    refuse: relay.refuse,
    async close() {
      await Promise.all(all.map((hosts) => hosts.close()));
      await relay.close();
      await server.close();
    },
  };
}

/** Removes the folder as somebody else would. */
export const removeFolder = ({ folder }: DetachedWork) => rmSync(folder, { recursive: true });

export const recordBytes = 32_768;
/** Queries in quick succession. */
export const soon = { intervalSeconds: 0.05 };

/** The contents of the test volume: not a whole number of records. */
export const volume = randomBytes(3_000_000);

export function cksum(bytes: Buffer): PosixCksum {
  const sum = createCksum();
  sum.add(bytes);
  return sum.end();
}

export async function thrownBy(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** One test's volume, tape, work folder, and a FIFO from which a reader gets what the test gives it, when it gives it. */
export class WorkBench {
  readonly place: WorkPlace;
  readonly folder: string;
  readonly device: string;
  readonly tape: string;
  readonly source: string;
  readonly #started: DetachedWork[] = [];

  constructor(server: DetachedServer, name: string) {
    this.place = server.place();
    this.folder = server.workFolder(name);
    this.device = join(server.folder, `volume-${name}`);
    this.tape = join(server.folder, `tape-${name}`);
    this.source = join(server.folder, `source-${name}`);
    writeFileSync(this.device, volume);
    execFileSync('mkfifo', [this.source]);
  }

  dump(more: Partial<DumpWorkOrder> = {}): DetachedWork {
    return dumpWork({
      folder: this.folder,
      reader: { argv: ['dd', `if=${this.device}`, `bs=${recordBytes}`] },
      tapeDevice: this.tape,
      recordBytes,
      digest: 'cksum',
      platform: 'linux',
      ...more,
    });
  }

  /** A dump whose reader waits for the test. */
  slowDump(): DetachedWork {
    return this.dump({ reader: { argv: ['cat', this.source] } });
  }

  async start(work: DetachedWork, at: WorkPlace = this.place): Promise<DetachedWork> {
    this.#started.push(work);
    await startWork(at, 'step', work);
    return work;
  }

  /** Nothing that was started may outlive its test. */
  async end(): Promise<void> {
    for (const work of this.#started) await stopWork(this.place, 'step', work, soon);
  }
}
