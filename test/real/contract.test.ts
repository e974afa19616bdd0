/**
 * The embedded lab and the stand-ins of the real hosts are typed the same commands. Both were written from the GDS
 * guide, neither from the other: where they differ, one of them misreads it.
 *
 * Not compared, since the excerpts of the guide leave it open: the words of errors and which exit status but 0 they end
 * with; what `Part` prints; the class table; columns of the long tables that only one side has (`leftOpen`); the column
 * MODE, and whether a stopped volume keeps its mode; whether a volume that is stopped already is reported as stopped;
 * whether a proxy that is started can be rejoined; what `sdxinfo` prints where there is no object; disks of type
 * single.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type Client } from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../../src/lab/lab.ts';
import { logIn, runOn } from '../../src/lab/lab.test-support.ts';
import {
  realHostsDue,
  realHostsMissing,
  startRealHosts,
  type RealHost,
  type RealHosts,
} from './real-hosts.ts';

const missing = realHostsMissing();
const blocks = 4096;
const hostNames = ['node1', 'node2', 'node3'] as const;
type HostName = (typeof hostNames)[number];

interface Answer {
  /** True for exit status 0. */
  readonly succeeded: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** One side: its three hosts, each with a connection. */
type Side = Readonly<Record<HostName, Client>>;

function connected({ server }: RealHost): Promise<Client> {
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    client.on('ready', () => resolve(client)).on('error', reject);
    void readFile(server.identityFile).then((privateKey) =>
      client.connect({ host: '127.0.0.1', port: server.port, username: server.user, privateKey }),
    );
  });
}

async function answerOf(side: Side, host: HostName, line: string): Promise<Answer> {
  const { status, stdout, stderr } = await runOn(side[host], `env LC_ALL=C ${line}`);
  return { succeeded: status === 0, stdout: stdout.toString('utf8'), stderr };
}

/** The objects that both sides have; the lab has further pairs. */
const shared = new Set(['Disk1', 'Disk2', 'Disk3', 'Group1', 'Group2', 'Volume1', 'Volume2']);

/** Columns that follow the ones of the guide's samples on one side alone. */
const leftOpen = new Set(['PSLICE', 'SNUM', 'PJRM', 'MASTER', 'TYPE', 'WIDTH', 'ACTDISK']);

type Row = Readonly<Record<string, string>>;

/** The tables of sdxinfo: kind of object -> its columns and rows. */
function tablesOf(text: string): Map<string, { columns: readonly string[]; rows: readonly Row[] }> {
  const tables = text.split('\n\n').map((table) => {
    const [titles = [], , ...lines] = table
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
    const rows = lines.map((line) => Object.fromEntries(titles.map((title, at) => [title, line[at] ?? ''])));
    return [rows[0]?.['OBJ'] ?? 'none', { columns: titles, rows }] as const;
  });
  return new Map(tables);
}

const isShared = (row: Row) => {
  const name = row['VOLUME'] ?? (row['NAME'] === '*' ? row['GROUP'] : row['NAME']);
  return shared.has(name ?? '');
};

/** What both sides must agree in; the order of rows is undefined (D.6). */
function comparable(text: string, other: string): object {
  const [tables, others] = [tablesOf(text), tablesOf(other)];
  return Object.fromEntries(
    [...tables]
      .filter(([kind]) => kind !== 'class')
      .map(([kind, { columns, rows }]) => {
        const theirs = others.get(kind)?.columns ?? [];
        const compared = columns.filter(
          (title) => title !== 'MODE' && (theirs.includes(title) || !leftOpen.has(title)),
        );
        const lines = rows
          .filter(isShared)
          .map((row) => compared.map((title) => `${title}=${row[title]}`).join(' '));
        return [kind, lines.sort()];
      }),
  );
}

describe.runIf(realHostsDue(missing))(
  `the lab and the stand-ins of the real hosts agree${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  { timeout: 300_000 },
  () => {
    let folder: string;
    let lab: Lab | undefined;
    let real: RealHosts | undefined;
    let sides: { lab: Side; real: Side };

    beforeAll(async () => {
      if (missing !== undefined) throw new Error(missing);
      folder = await mkdtemp(join(tmpdir(), 'shadowtape-contract-'));
      const opened = (lab = await openLab({
        folder,
        blocks,
        platform: 'linux',
        rejoinBytesPerSecond: 1e12,
      }));
      const clients = await Promise.all(hostNames.map((name) => logIn(opened, name)));
      const ofLab = Object.fromEntries(hostNames.map((name, at) => [name, clients[at]])) as unknown as Side;
      const { stdout } = await answerOf(ofLab, 'node1', 'sdxinfo -D -c Class1 -o Volume2');
      const diskBlocks = Number(tablesOf(stdout).get('disk')?.rows[0]?.['DEVBLKS']);
      const started = (real = await startRealHosts({ blocks, diskBlocks, only: hostNames }));
      const others = await Promise.all(hostNames.map((name) => connected(started.hosts[name])));
      sides = {
        lab: ofLab,
        real: Object.fromEntries(hostNames.map((name, at) => [name, others[at]])) as unknown as Side,
      };
      // The lab begins with a mounted master.
      await answerOf(sides.lab, 'node1', 'umount /app');
    });
    afterAll(async () => {
      for (const side of Object.values(sides ?? {})) for (const client of Object.values(side)) client.end();
      await real?.close();
      await lab?.close();
      if (folder) await rm(folder, { recursive: true, force: true });
    });

    const both = async (host: HostName, line: string) => {
      const [ofLab, ofReal] = await Promise.all([
        answerOf(sides.lab, host, line),
        answerOf(sides.real, host, line),
      ]);
      return { ofLab, ofReal };
    };

    /** Both carry the command out, and print the same. */
    const same = async (host: HostName, line: string) => {
      const { ofLab, ofReal } = await both(host, line);
      const words = `${host}# ${line}\nlab: ${ofLab.stderr}\nstand-in: ${ofReal.stderr}`;
      expect([ofLab.succeeded, ofReal.succeeded], words).toEqual([true, true]);
      if (line.startsWith('sdxproxy Part')) return;
      const [expected, actual] = line.startsWith('sdxinfo')
        ? [comparable(ofReal.stdout, ofLab.stdout), comparable(ofLab.stdout, ofReal.stdout)]
        : [ofReal.stdout, ofLab.stdout];
      expect(actual, words).toEqual(expected);
    };

    /** Both refuse the command in the form of the guide (4.5, E.4). */
    const refused = async (host: HostName, line: string) => {
      const { ofLab, ofReal } = await both(host, line);
      for (const [side, { succeeded, stdout, stderr }] of Object.entries({ ofLab, ofReal })) {
        const words = `${side}: ${host}# ${line}: ${stdout}${stderr}`;
        expect(succeeded, words).toBe(false);
        expect(stdout, words).toBe('');
        const program = /\bsdx\w+/.exec(line)?.[0];
        if (program) expect(stderr, words).toMatch(new RegExp(`^SDX:${program}: ERROR: .+\n$`));
      }
    };

    /** What each side prints by itself, such as a sum over its own bytes. */
    const printed = async (host: HostName, line: string) => {
      const { ofLab, ofReal } = await both(host, line);
      expect([ofLab.succeeded, ofReal.succeeded], `${ofLab.stderr}${ofReal.stderr}`).toEqual([true, true]);
      return [ofLab.stdout, ofReal.stdout];
    };

    const device = (className: string) => `/dev/sfdsk/${className}/rdsk/Volume2`;
    const sum = (name: string) => `sh -c 'dd if=${name} bs=32768 2>/dev/null | cksum'`;
    const look = (host: HostName, ...more: string[]) => same(host, ['sdxinfo -DGVS -c', ...more].join(' '));

    it('before the part: a joined proxy can be viewed, and nothing else', async () => {
      await same('node1', 'sdxinfo -V -c Class1 -o Volume2 -e long');
      await same('node1', 'sdxinfo -S -c Class1 -o Volume2');
      await same('node2', 'sdxinfo -D -G -o Volume1');
      await same('node2', 'sdxinfo -D -G -o Volume1 -e long');
      await look('node2', 'Class1');
      await refused('node1', 'sdxproxy Rejoin -c Class1 -p Volume2');
      await refused('node1', 'sdxproxy Part -c Class1 -p Volume1 -a pjrm=off');
      await refused('node1', 'sdxproxy Part -c Class1 -p Volume2,Volume99 -a pjrm=off');
      await refused('node1', 'sdxproxy Part -c Class1 -p Volume2 -a jrm=off');
      await refused('node1', 'sdxproxy RestoreCancel -c Class1 -p Volume2');
      await refused('node1', 'sdxvolume -N -c Class1 -v Volume2');
      await refused('node1', 'sdxvolume -F -c Class1 -v Volume2 -e node=node3');
      await refused('node1', 'sdxvolume -B -c Class1 -v Volume2');
      await refused('node1', 'sdxinfo -H');
      await refused('node1', 'sdxinfo -V -c Class1 -o Volume99');
      await refused('node1', `dd if=${device('Class1')} count=1`);
      await refused('node3', 'sdxinfo -V -c Class1');
      await refused('node3', 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off');
    });

    it('steps 3-3 to 4: the proxy is parted, can be read on both nodes, and is stopped on both', async () => {
      const master = await printed('node1', sum('/dev/sfdsk/Class1/rdsk/Volume1'));
      await same('node1', 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off');
      await look('node1', 'Class1');
      await look('node2', 'Class1', '-e', 'long');
      expect(await printed('node2', sum(device('Class1')))).toEqual(master);
      await refused('node2', 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off');
      await refused(
        'node2',
        `sh -c 'exec 3< ${device('Class1')}; sdxvolume -F -c Class1 -v Volume2 -e allnodes'`,
      );
      await refused('node2', `sh -c 'exec 3< ${device('Class1')}; sdxproxy Rejoin -c Class1 -p Volume2'`);
      await same('node1', 'sdxvolume -F -c Class1 -v Volume2 -e allnodes');
      await refused('node1', `dd if=${device('Class1')} count=1`);
      await refused('node2', `dd if=${device('Class1')} count=1`);
      await same('node1', 'sdxinfo -c Class1 -o Volume2');
      await same('node1', 'sdxinfo -c Class1 -o Volume2 -e long');
      await same('node2', 'sdxvolume -N -c Class1 -v Volume2 -e mode=ro');
      await same('node2', 'sdxvolume -F -c Class1 -v Volume2 -e node=node2');
    });

    it('step 5: the shadow is built from the disk up, and holds what the proxy holds', async () => {
      await refused('node3', 'sdxshadowdisk -C -c Class2 -g Group2 -d Disk3');
      await refused('node3', 'sdxshadowdisk -M -c Class2 -d sdx=Disk3');
      await refused('node3', 'sdxshadowdisk -M -c Class2 -d sdb=Disk1');
      await same('node3', 'sdxshadowdisk -M -c Class2 -d sdd=Disk3');
      await refused('node3', 'sdxshadowdisk -M -c Class2 -d sdd=Disk4');
      await refused('node3', 'sdxshadowdisk -M -c Class3 -d sdd=Disk3');
      await refused('node3', 'sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 4096');
      await same('node3', 'sdxshadowdisk -C -c Class2 -g Group2 -d Disk3');
      await refused('node3', 'sdxshadowdisk -C -c Class2 -g Group3 -d Disk3');
      await refused('node3', 'sdxshadowgroup -M -c Class2 -g Group3');
      await refused('node3', 'sdxshadowgroup -C -c Class2 -h Group3 -l Group2');
      await refused('node3', 'sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 99999999');
      await refused('node3', 'sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 0');
      await refused('node3', 'sdxshadowvolume -M -c Class2 -g Group2 -v _Volume2 -s 4096');
      await same('node3', 'sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 4096');
      await refused('node3', 'sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 512');
      await refused('node3', 'sdxshadowvolume -S -c Class2 -v Volume2 -s 8192');
      await refused('node3', 'sdxshadowvolume -N -c Class2 -v Volume2 -e allnodes');
      await look('node3', 'Class2');
      await look('node3', 'Class2', '-e', 'long');
      await refused('node1', 'sdxinfo -c Class2');
      await refused('node3', `dd if=/dev/zero of=${device('Class2')} bs=32768 count=1 conv=notrunc`);
      expect(await printed('node3', sum(device('Class2')))).toEqual(
        await printed('node1', sum('/dev/sfdsk/Class1/rdsk/Volume1')),
      );
    });

    it('step 7: the shadow is removed from the volume down', async () => {
      await refused('node3', 'sdxshadowvolume -R -c Class2 -v Volume2');
      await refused('node3', 'sdxshadowgroup -R -c Class2 -g Group2');
      await refused('node3', 'sdxshadowdisk -R -c Class2 -d Disk3');
      await refused('node3', `sh -c 'exec 3< ${device('Class2')}; sdxshadowvolume -F -c Class2 -v Volume2'`);
      await same('node3', 'sdxshadowvolume -F -c Class2 -v Volume2');
      await refused('node3', `dd if=${device('Class2')} count=1`);
      await same('node3', 'sdxshadowvolume -N -c Class2 -v Volume2 -e mode=rw');
      await look('node3', 'Class2');
      await same('node3', 'sdxshadowvolume -F -c Class2 -v Volume2');
      await look('node3', 'Class2');
      await same('node3', 'sdxshadowvolume -R -c Class2 -v Volume2');
      await same('node3', 'sdxshadowgroup -R -c Class2 -g Group2');
      await look('node3', 'Class2');
      await same('node3', 'sdxshadowdisk -R -c Class2 -d Disk3');
      await refused('node3', 'sdxinfo -c Class2');
    });

    it('the backup server takes a shadow that is not like the proxy, and nests groups as the guide allows', async () => {
      await same('node3', 'sdxshadowdisk -M -c Class2 -d sdd=Disk3');
      await same('node3', 'sdxshadowdisk -C -c Class2 -g Group2 -d Disk3');
      await same('node3', 'sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 1024');
      await look('node3', 'Class2');
      await same('node3', 'sdxshadowvolume -F -c Class2 -v Volume2');
      await same('node3', 'sdxshadowvolume -R -c Class2 -v Volume2');
      await same('node3', 'sdxshadowgroup -R -c Class2 -g Group2');
      await refused('node3', 'sdxshadowdisk -C -c Class2 -g Group2 -d Disk3 -a type=mirror,width=8');
      await same('node3', 'sdxshadowdisk -C -c Class2 -g Group1 -d Disk3 -a type=stripe,width=8');
      await refused('node3', 'sdxshadowgroup -C -c Class2 -h Group2 -l Group1 -a type=stripe');
      await refused('node3', 'sdxshadowgroup -C -c Class2 -h Group2 -l Group1 -a type=concat');
      await same('node3', 'sdxshadowgroup -C -c Class2 -h Group2 -l Group1 -a type=mirror');
      await refused('node3', 'sdxshadowvolume -M -c Class2 -g Group1 -v Volume2 -s 4096');
      await refused('node3', 'sdxshadowgroup -R -c Class2 -g Group1');
      await look('node3', 'Class2');
      await same('node3', 'sdxshadowgroup -R -c Class2 -g Group2');
      await same('node3', 'sdxshadowgroup -R -c Class2 -g Group1');
      await same('node3', 'sdxshadowdisk -R -c Class2 -d Disk3');
    });

    it('step 8: the rejoin returns while the copy runs, and the proxy is in sync in the end', async () => {
      const hold = join(real?.folder ?? '', 'shared', 'copy.hold');
      await writeFile(hold, '');
      lab?.faults.set('slow-rejoin=1');
      await same('node2', 'sdxproxy Rejoin -c Class1 -p Volume2');
      await look('node1', 'Class1', '-e', 'long');
      await refused('node1', 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off');
      await refused('node1', 'sdxproxy Rejoin -c Class1 -p Volume2');
      await refused('node1', 'sdxvolume -F -c Class1 -v Volume2');
      lab?.faults.clear('slow-rejoin');
      await rm(hold);
      await expect
        .poll(() => printed('node1', 'sdxinfo -S -c Class1 -o Volume2'))
        .toEqual([expect.stringMatching(/Volume2 +STOP\n$/), expect.stringMatching(/Volume2 +STOP\n$/)]);
      await look('node1', 'Class1', '-e', 'long');
    });
  },
);
