/** Runs of the program against the real hosts, and what they leave there, seen without the program. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import type { RunEvent } from '../../src/contract/events.ts';
import { openConsole, StateFolder, type Ask, type EndedRun } from '../../src/main/application/console.ts';
import type { AskSecret } from '../../src/main/ssh/host-profile.ts';
import { realSite, type RealSiteOptions } from './real-cluster.ts';
import type { RealHostName, RealHosts } from './real-hosts.ts';

export interface RealScene {
  readonly state: StateFolder;
  readonly siteFile: string;
}

/** A site file and a state folder of their own, which go away with the hosts. */
export async function openRealScene(
  real: RealHosts,
  name: string,
  options: RealSiteOptions,
): Promise<RealScene> {
  const siteFile = join(real.folder, `${name}.yaml`);
  await writeFile(siteFile, stringify(realSite(real, options)));
  return { state: new StateFolder(join(real.folder, `${name}.state`)), siteFile };
}

export interface RealRun extends EndedRun {
  readonly events: readonly RunEvent[];
}

type Console = Awaited<ReturnType<typeof openConsole>>;
type Following = Parameters<Console['run']>[0];

/** Who answers what a run asks; nobody by default. */
export interface RealAnswers {
  readonly ask?: Ask;
  readonly askSecret?: AskSecret;
  /** False: a host key that is not known is refused. */
  readonly acceptsHostKeys?: boolean;
}

async function inConsole(
  { state, siteFile }: RealScene,
  { ask, askSecret, acceptsHostKeys = true }: RealAnswers,
  work: (console: Console, following: Following) => Promise<EndedRun>,
  onEvent: (event: RunEvent) => void = () => undefined,
): Promise<RealRun> {
  const console = await openConsole({
    state,
    siteFile,
    lab: { fresh: false, faults: [] },
    confirmHostKey: () => Promise.resolve(acceptsHostKeys),
    askSecret: askSecret ?? (() => Promise.resolve(undefined)),
  });
  const events: RunEvent[] = [];
  const never = new AbortController().signal;
  const following = {
    ask,
    approveVerified: false,
    cancel: never,
    halt: never,
    onEvent: (event: RunEvent) => {
      events.push(event);
      onEvent(event);
    },
  };
  try {
    return { ...(await work(console, following)), events };
  } finally {
    await console.close();
  }
}

/** Runs the site's job until it ends. @param onEvent receives each event of the run */
export const runReal = (
  scene: RealScene,
  answers: RealAnswers = {},
  onEvent?: (event: RunEvent) => void,
): Promise<RealRun> =>
  inConsole(scene, answers, (console, following) => console.run({ ...following, job: 'nightly' }), onEvent);

/** Resumes the only run of the scene, or rolls it back. */
export const recoverReal = (scene: RealScene, mode: 'resume' | 'unwind'): Promise<RealRun> =>
  inConsole(scene, {}, async (console, following) => {
    const [run = ''] = await scene.state.runs();
    return console[mode]({ ...following, run });
  });

/** Lets a drive take no further record once it has so many. @returns waits until it refuses to take one, and lets it continue */
export async function holdTape(real: RealHosts, host: RealHostName, records: number) {
  const [hold, held] = [`${real.tapeFile(host)}.hold`, `${real.tapeFile(host)}.held`];
  await rm(held, { force: true });
  await writeFile(hold, String(records));
  return {
    reached: () => expect.poll(() => existsSync(held)).toBe(true),
    release: () => rm(hold, { force: true }),
  };
}

/**
 * Puts a cartridge into a drive, instead of the one that is there.
 * @param image its file next to the others, blank where there is none
 * @param megabytes its capacity, of a million bytes each
 */
export const insertTape = (real: RealHosts, host: RealHostName, image: string, megabytes: number) =>
  writeFile(`${real.tapeFile(host)}.insert`, `${image} ${megabytes}\n`);

/** SHA-256 of a file of the cartridge in a drive, as mt and dd of its host read it. @param file number of the tape file, from 0 */
export async function digestOfTape(real: RealHosts, host: RealHostName, file = 0): Promise<string> {
  const position = `mt -f /dev/nst0 asf ${file}`;
  const read = `dd if=/dev/nst0 bs=1M status=none`;
  const printed = await real.type(host, `sh -c '${position} && ${read} | sha256sum'`);
  return printed.slice(0, 64);
}

/** What is true of the hosts, for one comparison at the end of a scenario. */
export interface RealState {
  readonly proxy: string;
  readonly slice: string;
  readonly classes: readonly string[];
  readonly masterUnchanged: boolean;
  readonly proxyEqualsMaster: boolean;
  /** What is in /var/tmp of node1 and node3, where locks and scripts are kept. */
  readonly leftovers: string;
}

export const normalRealState: RealState = {
  proxy: 'Join',
  slice: 'STOP',
  classes: ['Class1'],
  masterUnchanged: true,
  proxyEqualsMaster: true,
  leftovers: '',
};

/** @param before digest of the master before the run */
export async function realState(real: RealHosts, before: string): Promise<RealState> {
  const { classes } = JSON.parse(await readFile(join(real.folder, 'shared', 'state.json'), 'utf8')) as {
    classes: Record<string, { volumes: Record<string, { proxy: string; state: string }> }>;
  };
  const proxy = classes['Class1']?.volumes['Volume2'];
  const master = await real.digestOf('Volume1');
  return {
    proxy: proxy?.proxy ?? 'none',
    slice: proxy?.state ?? 'none',
    classes: Object.keys(classes),
    masterUnchanged: master === before,
    proxyEqualsMaster: master === (await real.digestOf('Volume2')),
    leftovers: (await real.type('node1', 'ls /var/tmp')) + (await real.type('node3', 'ls /var/tmp')),
  };
}

/** The programs and the kernel of the hosts, with their versions; GDS and the tape drive are stand-ins. */
export async function realPrograms(real: RealHosts): Promise<string> {
  const versions = ['sshd -V', 'dd --version', 'tar --version', 'mt --version', 'mkfs.ext3 -V', 'uname -sr'];
  const script = versions.map((line) => `${line} 2>&1 | head -n 1`).join('; ');
  const lines = (await real.type('node3', `env LC_ALL=C sh -c '${script}'`)).trim().split('\n');
  return lines.map((line) => line.replace(/,.*/, '')).join(', ');
}

/** Loop devices, processes and mounts of the hosts that this machine has, and their folder. */
export async function leftovers({ folder }: RealHosts): Promise<string[]> {
  const name = basename(folder);
  const run = promisify(execFile);
  const lists = [
    await run('losetup', ['--list', '--noheadings', '--output', 'NAME,BACK-FILE']),
    await run('ps', ['-eo', 'args', '--no-headers']),
    { stdout: await readFile('/proc/self/mountinfo', 'utf8') },
    { stdout: existsSync(folder) ? folder : '' },
  ];
  return lists.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line.includes(name)));
}
