import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { Client } from 'ssh2';
import type { Lab, LabOptions } from './lab.ts';
import { openLab } from './lab.ts';
import type { NodeName } from './gds/lab-model.ts';

/** Blocks of the volumes in tests: 8 MiB. */
export const testBlocks = 16_384;

export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'shadowtape-lab-'));
}

/** A small lab in a folder of its own. `end` closes it and removes the folder. */
export async function testLab(
  options: Partial<LabOptions> = {},
): Promise<{ lab: Lab; end: () => Promise<void> }> {
  const folder = options.folder ?? (await temporaryFolder());
  const lab = await openLab({ blocks: testBlocks, rejoinBytesPerSecond: 1e12, ...options, folder });
  return {
    lab,
    async end() {
      await lab.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Logs in to a host of the lab with its key; the host key must be the one in its known_hosts file. */
export async function logIn(lab: Lab, node: NodeName): Promise<Client> {
  const host = lab.hosts.find((entry) => entry.name === node);
  if (!host) throw new Error(`the lab has no host ${node}`);
  const known = await readFile(lab.knownHostsFile, 'utf8');
  const expected = known.split('\n').find((line) => line.startsWith(`[127.0.0.1]:${host.port} `));
  const privateKey = await readFile(lab.identityFile);
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    client
      .on('ready', () => resolve(client))
      .on('error', reject)
      .connect({
        // a socket of our own: without noDelay from the beginning the handshake alone takes 150 ms
        sock: connect({ host: host.address, port: host.port, noDelay: true }).on('error', reject),
        username: host.user,
        privateKey,
        algorithms: { cipher: ['aes128-gcm@openssh.com'] },
        hostVerifier: (key: Buffer) => expected?.split(' ')[2] === key.toString('base64'),
      });
  });
}

export interface Ran {
  readonly status: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a line over an existing connection. @param input goes to its standard input */
export function runOn(client: Client, line: string, input: Buffer | string = ''): Promise<Ran> {
  return new Promise((resolve, reject) => {
    // listeners are added within the callback: a quick command ends in the same packet that opens the channel
    client.exec(line, (error, channel) => {
      if (error) return reject(error);
      const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
      let status: number | undefined;
      channel.on('data', (bytes: Buffer) => stdout.push(bytes));
      channel.stderr.on('data', (bytes: Buffer) => stderr.push(bytes));
      channel.on('exit', (code: number | null) => (status = code ?? undefined));
      channel.on('close', () => {
        resolve({ status, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') });
      });
      channel.end(input);
    });
  });
}

/** Runs a line on a host in a connection of its own. */
export async function run(lab: Lab, node: NodeName, line: string, input: Buffer | string = ''): Promise<Ran> {
  const client = await logIn(lab, node);
  try {
    return await runOn(client, line, input);
  } finally {
    client.end();
  }
}

/** The standard output of a line that must succeed. */
export async function mustRun(
  lab: Lab,
  node: NodeName,
  line: string,
  input: Buffer | string = '',
): Promise<string> {
  const ran = await run(lab, node, line, input);
  if (ran.status !== 0) throw new Error(`${node}# ${line}: status ${ran.status}: ${ran.stderr}`);
  return ran.stdout.toString('utf8');
}

/** Steps 3-2 to 3-5 of the GDS guide, 6.6.3.7: services stopped, proxy parted, services resumed, proxy stopped. */
export async function partProxy(lab: Lab): Promise<void> {
  await mustRun(lab, 'node1', 'umount /app');
  await mustRun(lab, 'node1', 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off');
  await mustRun(lab, 'node1', 'mount /app');
  await mustRun(lab, 'node1', 'sdxvolume -F -c Class1 -v Volume2 -e allnodes');
}

/** Step 5: the shadow volume on node3. */
export async function makeShadow(lab: Lab, blocks = testBlocks): Promise<void> {
  await mustRun(lab, 'node3', 'sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3');
  await mustRun(lab, 'node3', 'sdxshadowdisk -C -c Class2 -g Group2 -d Disk3');
  await mustRun(lab, 'node3', `sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s ${blocks}`);
}

/** Step 7: the shadow volume is removed. */
export async function removeShadow(lab: Lab): Promise<void> {
  await mustRun(lab, 'node3', 'sdxshadowvolume -F -c Class2 -v Volume2');
  await mustRun(lab, 'node3', 'sdxshadowvolume -R -c Class2 -v Volume2');
  await mustRun(lab, 'node3', 'sdxshadowgroup -R -c Class2 -g Group2');
  await mustRun(lab, 'node3', 'sdxshadowdisk -R -c Class2 -d Disk3');
}
