/**
 * The packages of the console without a desktop, in a root without Node, npm and network.
 *
 * Packs without compression, and tries a small lab; `npm run test:packages` tries the packages as they are published, and the demo.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isInstalled, makeDeb, makeRpm, makeTar, processor } from '../../packaging/archives.ts';
import { layOut, packageFile } from '../../packaging/lay-out.ts';
import { openEmbeddedLab } from '../../src/main/application/console.ts';
import { builtCommandLine } from '../support/built-program.ts';
import { CleanRoot, cleanRootMissing, type Ended } from './clean-root.ts';

/** A folder with packages that are tried instead. */
const published = process.env['SHADOWTAPE_PACKAGES'];

function missing(): string | undefined {
  if (published === undefined && builtCommandLine() === undefined) return 'the built program: npm run build';
  return cleanRootMissing();
}
const lacking = missing();
const hasRpm = isInstalled('rpmbuild');
const hasSystemd = spawnSync('systemd-analyze', ['--version']).error === undefined;
const isDue = lacking === undefined || Boolean(process.env['CI']);

describe.skipIf(!isDue)(
  `packages in a clean root${lacking === undefined ? '' : ` (needs ${lacking})`}`,
  () => {
    let root: CleanRoot;
    let work: string;
    let deb: string;
    let tar: string;
    let rpm: string;

    function makePackages(): void {
      const folder = join(work, `shadowtape-${packageFile.version}-linux-${process.arch}`);
      layOut({ folder, epoch: 1_800_000_000 });
      const options = { folder, epoch: 1_800_000_000, isCompressed: false };
      makeDeb({ ...options, file: deb });
      makeTar({ ...options, file: tar });
      if (hasRpm) makeRpm({ ...options, file: rpm });
    }

    /** @throws with what it has printed, where it fails */
    async function inRoot(script: string): Promise<Ended> {
      const end = await root.run(script);
      expect(end.exitStatus, `${script}\n${end.stdout}${end.stderr}`).toBe(0);
      return end;
    }

    beforeAll(async () => {
      work = mkdtempSync(join(tmpdir(), 'shadowtape-packages-'));
      const named = (ending: string) =>
        readdirSync(published ?? work).find((name) => name.endsWith(ending)) ?? '';
      deb = published === undefined ? join(work, 'shadowtape.deb') : join(published, named('.deb'));
      tar = published === undefined ? join(work, 'shadowtape.tar') : join(published, named('.tar.gz'));
      rpm = published === undefined ? join(work, 'shadowtape.rpm') : join(published, named('.rpm'));
      if (published === undefined) makePackages();
      root = new CleanRoot();
      await inRoot(`dpkg --force-unsafe-io --install ${root.take(deb)}`);
    });
    afterAll(() => {
      root.remove();
      rmSync(work, { recursive: true, force: true });
    });

    it('has nothing that the package could lean on', async () => {
      expect((await root.run('command -v node npm')).stdout).toBe('');
      expect((await root.run('exec 3<> /dev/tcp/192.0.2.1/80')).exitStatus).not.toBe(0);
    });

    it('installs files that dpkg finds unchanged', async () => {
      expect((await inRoot('dpkg --verify shadowtape')).stdout).toBe('');
    });

    it('runs a backup that ends verified, finds it in the history, and sets its report', async () => {
      const lab = join(root.path, 'root', '.local', 'state', 'shadowtape', 'lab');
      if (published === undefined) {
        const { lab: opened } = await openEmbeddedLab({ folder: lab, fresh: true, faults: [], blocks: 4096 });
        await opened?.close();
      }
      const fresh = published === undefined ? '' : '--fresh-lab';
      const { stdout } = await inRoot(`shadowtape run ${fresh} --yes`);
      expect(stdout).toMatch(/^verified: /m);
      expect((await inRoot('shadowtape runs')).stdout).toMatch(/^\d{8}-\d{6}-volume2 +verified /);
      await inRoot('shadowtape report latest -o /tmp/run.pdf');
      expect(
        readFileSync(join(root.path, 'tmp', 'run.pdf'))
          .subarray(0, 5)
          .toString(),
      ).toBe('%PDF-');
    });

    it('has its man pages', async () => {
      expect((await inRoot('man shadowtape')).stdout).toMatch(
        /^NAME\n +shadowtape - Backs PRIMECLUSTER GDS volumes/m,
      );
      expect((await inRoot('man shadowtape-state-export')).stdout).toContain(
        'shadowtape state export FILE.tar.gz',
      );
    });

    it('completes words in bash, as the completion of the system loads it', async () => {
      const script = `. /usr/share/bash-completion/completions/shadowtape
      COMP_WORDS=(shadowtape rollb); COMP_CWORD=1; _shadowtape; echo "\${COMPREPLY[@]}"`;
      expect((await inRoot(script)).stdout).toBe('rollback\n');
    });

    it('starts from the unpacked archive, through a link, with options of another Node in the environment', async () => {
      const script = `mkdir -p /opt; tar --extract --file=${root.take(tar)} --directory=/opt
      ln -s /opt/shadowtape-*/bin/shadowtape /usr/local-shadowtape
      NODE_OPTIONS=--no-such-option /usr/local-shadowtape --version`;
      expect((await inRoot(script)).stdout).toBe(`${packageFile.version}\n`);
    });

    it.skipIf(!hasSystemd && !process.env['CI'])(
      `has units that systemd accepts${hasSystemd ? '' : ' (apt install systemd)'}`,
      () => {
        const folder = join(root.path, 'usr/lib/systemd/system');
        const units = readdirSync(folder).filter((name) => name.startsWith('shadowtape'));
        expect(units).toHaveLength(3);
        // The targets that they name are those of this machine.
        cpSync('/lib/systemd/system', folder, {
          recursive: true,
          filter: (path) => !/\.(?:service|wants)$/.test(path),
        });
        const instances = units.map((name) => name.replace('@', '@payroll'));
        const { stdout, stderr } = spawnSync(
          'systemd-analyze',
          ['verify', '--man=no', `--root=${root.path}`, ...instances],
          { encoding: 'utf8' },
        );
        expect(`${stdout}${stderr}`).toBe('');
        const [, calendar = ''] =
          /^OnCalendar=(.*)$/m.exec(readFileSync(join(folder, 'shadowtape@.timer'), 'utf8')) ?? [];
        expect(spawnSync('systemd-analyze', ['calendar', calendar]).status).toBe(0);
      },
    );

    it('lists its parts with their licenses', () => {
      const documentation = join(root.path, 'usr/share/doc/shadowtape');
      const { components } = JSON.parse(readFileSync(join(documentation, 'sbom.cdx.json'), 'utf8')) as {
        components: { name: string; group?: string; version: string }[];
      };
      const licensed = components.map(({ group, name, version }) =>
        [...(group === undefined ? [] : [group]), `${name}-${version}.txt`].join('__'),
      );
      expect(licensed.filter((name) => !existsSync(join(documentation, 'licenses', name)))).toEqual([]);
      expect(licensed.some((name) => name.startsWith('ssh2-'))).toBe(true);
    });

    it.runIf(published !== undefined)(
      'has packages of at most 80 MB, which a second build makes again, byte for byte',
      () => {
        execFileSync(process.execPath, ['packaging/make-packages.ts', join(work, 'again')], {
          stdio: 'ignore',
        });
        for (const file of [deb, tar, ...(hasRpm ? [rpm] : [])]) {
          expect(statSync(file).size).toBeLessThanOrEqual(80_000_000);
          const again = readFileSync(join(work, 'again', file.slice(file.lastIndexOf('/') + 1)));
          expect(again.equals(readFileSync(file))).toBe(true);
        }
      },
      600_000,
    );

    it('leaves nothing of the program when it is removed', async () => {
      await inRoot('dpkg --purge shadowtape');
      expect(existsSync(join(root.path, 'usr/lib/shadowtape'))).toBe(false);
      expect(existsSync(join(root.path, 'usr/bin/shadowtape'))).toBe(false);
    });

    describe.skipIf(!hasRpm && !process.env['CI'])(`the rpm${hasRpm ? '' : ' (apt install rpm)'}`, () => {
      const rpmOf = (...words: string[]) =>
        // Debian's rpm says on the standard error that it is not Debian's way.
        execFileSync('rpm', ['--root', root.path, ...words], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        });

      it('needs the C library of enough age, and nothing of this machine', () => {
        const needed = execFileSync('rpm', ['--query', '--package', '--requires', rpm], { encoding: 'utf8' });
        const own = needed.split('\n').filter((line) => line !== '' && !line.startsWith('rpmlib('));
        expect(own.sort()).toEqual(['glibc >= 2.28', 'libgcc', 'libstdc++']);
        const about = '%{NAME} %{VERSION} %{ARCH} %{BUILDHOST} %{LICENSE}';
        expect(
          execFileSync('rpm', ['--query', '--package', '--queryformat', about, rpm], { encoding: 'utf8' }),
        ).toBe(`shadowtape ${packageFile.version} ${processor().rpm} localhost ${packageFile.license}`);
      });

      it('installs files that rpm finds unchanged, and that run', async () => {
        // The libraries of the root are Debian's, which rpm does not know.
        rpmOf('--install', '--nodeps', rpm);
        expect(rpmOf('--verify', '--nodeps', 'shadowtape')).toBe('');
        expect((await inRoot('shadowtape --version')).stdout).toBe(`${packageFile.version}\n`);
        expect((await inRoot('man shadowtape-run')).stdout).toMatch(/^NAME\n +shadowtape-run - run a job/m);
        expect((await inRoot('shadowtape complete -- rollb')).stdout).toBe('rollback\n');
        expect(readdirSync(join(root.path, 'usr/lib/systemd/system'))).toContain('shadowtape@.timer');
      });

      it('leaves nothing of the program when it is erased', () => {
        rpmOf('--erase', 'shadowtape');
        for (const path of ['usr/bin/shadowtape', 'usr/lib/shadowtape', 'usr/share/doc/shadowtape'])
          expect(existsSync(join(root.path, path))).toBe(false);
      });
    });
  },
);
