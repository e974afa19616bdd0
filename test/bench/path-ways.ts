/** The ways that bytes can take from one host to another, each measured in processes of its own: a pipe of two ssh, and the console's path. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { Readable } from 'node:stream';
import { build } from 'vite';
import { electronRuntime } from '../support/electron-runtime.ts';
import { opensshProfile } from '../support/openssh-hosts.ts';
import type { OpensshServer } from '../support/openssh-server.ts';
import type { CopyCost, CopyOrder } from './path-copy.ts';

/** Seconds of elapsed and of CPU time; the CPU time is that of this machine's clients alone, not of the hosts. */
export interface WayCost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** undefined for a pipe of several processes. */
  readonly rssBytes: number | undefined;
}

export interface Way {
  readonly name: string;
  measure(): Promise<WayCost>;
}

export interface PathHosts {
  readonly reads: OpensshServer;
  readonly writes: OpensshServer;
  /** Ports that lead to the servers; their own, or those of a proxy. */
  readonly readPort: number;
  readonly writePort: number;
  /** A file with the host keys of the servers at these ports. */
  readonly knownHosts: string;
  /** What is read. */
  readonly file: string;
  readonly bytes: number;
}

const cipher = 'aes128-gcm@openssh.com';

function sshWords(server: OpensshServer, port: number, knownHosts: string): string {
  return [
    'ssh -F none -o BatchMode=yes -o Compression=no -o StrictHostKeyChecking=yes',
    `-o UserKnownHostsFile=${knownHosts} -c ${cipher} -i ${server.identityFile} -p ${port} ${server.user}@127.0.0.1`,
  ].join(' ');
}

/** `0m1.234s`, as the built-in times prints it. */
function seconds(words: string): number {
  const [, minutes = 0, rest = 0] = /(\d+)m([\d.]+)s/.exec(words) ?? [];
  return Number(minutes) * 60 + Number(rest);
}

/** A line of the shell as a way. */
function wayOfLine(name: string, line: string): Way {
  return {
    name,
    async measure() {
      const begun = performance.now();
      const { stdout } = await promisify(execFile)('bash', ['-o', 'pipefail', '-ec', `${line}\ntimes`]);
      const elapsed = (performance.now() - begun) / 1000;
      // The second line is that of the children.
      const cpu = (stdout.trim().split('\n').at(-1) ?? '').split(' ').map(seconds);
      return { seconds: elapsed, cpuSeconds: (cpu[0] ?? 0) + (cpu[1] ?? 0), rssBytes: undefined };
    },
  };
}

/** What an administrator would type. @param between a program between the two, whose name comes first */
export function pipeOfSsh(
  { reads, writes, readPort, writePort, knownHosts, file }: PathHosts,
  between = '',
): Way {
  const line = [
    `${sshWords(reads, readPort, knownHosts)} dd if=${file} bs=262144`,
    ...(between === '' ? [] : [between]),
    `${sshWords(writes, writePort, knownHosts)} dd ibs=262144 obs=32768 of=/dev/null`,
  ].join(' | ');
  return wayOfLine(between === '' ? 'ssh | ssh' : `ssh | ${between.split(' ')[0]} | ssh`, line);
}

/** Restoring a volume from tape, as an administrator would. */
export function pipeOfRestore({ reads, writes, readPort, writePort, knownHosts, file }: PathHosts): Way {
  const line = [
    `${sshWords(reads, readPort, knownHosts)} dd if=${file} bs=32768`,
    `${sshWords(writes, writePort, knownHosts)} dd ibs=262144 obs=32768 of=/dev/null`,
  ].join(' | ');
  return wayOfLine('restore, ssh | ssh', line);
}

/** Reading a tape file back, as an administrator would. */
export function pipeOfReadBack({ reads, readPort, knownHosts, file }: PathHosts): Way {
  const line = `${sshWords(reads, readPort, knownHosts)} dd if=${file} bs=32768 | sha256sum`;
  return wayOfLine('ssh dd | sha256sum', line);
}

/** With 64 MiB between the two. @returns undefined if mbuffer is not installed */
export function pipeThroughMbuffer(hosts: PathHosts): Way | undefined {
  const { error } = spawnSync('mbuffer', ['--version'], { stdio: 'ignore' });
  return error ? undefined : pipeOfSsh(hosts, 'mbuffer -q -m 64M');
}

function orderOf({ reads, writes, readPort, writePort, knownHosts, file, bytes }: PathHosts): CopyOrder {
  return {
    profiles: [
      opensshProfile(reads, { name: 'reads', address: '127.0.0.1', port: readPort }),
      opensshProfile(writes, { name: 'writes', address: '127.0.0.1', port: writePort }),
    ],
    knownHostsFiles: [knownHosts],
    threadsFromBytes: 0,
    file,
    bytes,
  };
}

async function copyCost(program: string, args: readonly string[], order: CopyOrder): Promise<CopyCost> {
  const child = spawn(program, [...args, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = text(child.stderr as Readable);
  const told = text(child.stdout as Readable);
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(`the copy ended with ${status}: ${await said}`);
  return JSON.parse((await told).trim().split('\n').at(-1) ?? '') as CopyCost;
}

/** Reads back through a thread, and takes both checksums. */
export async function readBackInNode(hosts: PathHosts): Promise<Way> {
  const script = await builtCopy();
  return {
    name: `read back, Node ${process.versions.node}`,
    measure: () => copyCost(process.execPath, [script], { ...orderOf(hosts), readsBack: true }),
  };
}

/** The tape is read record by record, and the last one may be short. */
export async function restoreInNode(hosts: PathHosts): Promise<Way> {
  const script = await builtCopy();
  return {
    name: `restore, console, Node ${process.versions.node}`,
    measure: () => copyCost(process.execPath, [script], { ...orderOf(hosts), restores: true }),
  };
}

export async function consoleInNode(hosts: PathHosts): Promise<Way> {
  const script = await builtCopy();
  return {
    name: `console, Node ${process.versions.node}`,
    measure: () => copyCost(process.execPath, [script], orderOf(hosts)),
  };
}

/** Electron reads no TypeScript, and in Node reading it would be measured, too: the copy is built as the program is. @returns its file */
function builtCopy(): Promise<string> {
  built ??= buildCopy();
  return built;
}

let built: Promise<string> | undefined;

async function buildCopy(): Promise<string> {
  const outDir = join(process.cwd(), 'node_modules', '.cache', 'shadowtape-bench');
  await mkdir(outDir, { recursive: true });
  const input = {
    'path-copy': join(import.meta.dirname, 'path-copy.ts'),
    'data-worker': join(process.cwd(), 'src', 'main', 'data-path', 'data-worker.ts'),
  };
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      target: 'node20.18',
      rollupOptions: {
        input,
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'shared/[name]-[hash].js' },
      },
    },
  });
  // A folder below node_modules does not take the type of this package.
  await writeFile(join(outDir, 'package.json'), '{ "type": "module" }');
  return join(outDir, 'path-copy.js');
}

/** @returns undefined if there is no Electron, or no screen for it */
export async function consoleInElectron(hosts: PathHosts): Promise<Way | undefined> {
  const { executable, missing } = electronRuntime();
  if (missing !== undefined) return undefined;
  const script = await builtCopy();
  // Chromium's own sandbox does not start for root.
  const args = ['--no-sandbox', '--disable-gpu', script];
  return {
    name: 'console, Electron',
    measure: () => copyCost(executable, args, orderOf(hosts)),
  };
}
