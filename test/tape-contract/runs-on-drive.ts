/**
 * Whole runs whose tape host has a genuine drive: the nodes and the backup server are the lab's. Plain dd shows what is
 * on the tape.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Ask } from '../../src/main/application/console.ts';
import {
  clusterState,
  jobOf,
  normalState,
  openScene,
  runScene,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { sampled } from '../support/sampled.ts';
import { openNamedDrive, type ContractDrive, type NamedDrive } from './contract-drive.ts';

/** 2 MiB: 64 records. */
const blocks = 4096;

const titles = {
  plain: 'in layout plain: one file, the bytes of the master',
  labelled: 'in layout labelled: the master is file 1, between label and manifest',
  spanned:
    'over three cartridges: each holds the records that its part tells, and together they are the master',
  ejected: 'is refused before anything is touched where the cartridge is ejected',
  protected: 'is refused before anything is touched where it is write-protected',
} as const;

/**
 * A run on an emulated drive takes up to half a minute, nearly all of it the processor's: `npm test` plays the one that meets the
 * most; `npm run test:failures` all.
 */
const played = sampled(Object.values(titles), 0, (title) => title === titles.labelled);

/** The lab's site, with a host of its own for the drive. */
function onDrive({ address, port, user, key }: NamedDrive, device: string, media: object, job: object = {}) {
  return (site: SiteTree) => {
    site.hosts['library'] = { role: 'tape', address, port, user, key };
    site.tape = { host: 'library', device, drive: 'LTO-6' };
    // A login takes seconds where the host is emulated.
    site.connections = { tries: 10, everySeconds: 1 };
    Object.assign(jobOf(site), { services: 'not-needed', media, ...job });
  };
}

export function describeRuns(named: NamedDrive): void {
  describe('a run whose tape host has the drive of SHADOWTAPE_TEST_TAPE', () => {
    let drive: ContractDrive;
    let scene: Scene;
    beforeAll(async () => void (drive = await openNamedDrive(named)));
    afterAll(() => drive.close());
    beforeEach(async () => {
      await drive.fresh(20);
      // A run of a test process that was ended has left its lock.
      await drive.run('rm -rf /var/tmp/shadowtape-*');
      scene = await openScene({ platform: 'linux', blocks, jobs: ['raw-dd'] });
    });
    afterEach(() => scene.close());

    /** Digests of tape files, each read by dd from its beginning; the locks that the run has left on the tape host come last. */
    async function onTape(...files: number[]): Promise<string[]> {
      const lines = files.map(
        (file) =>
          `mt -f ${drive.quiet} rewind && { test ${file} = 0 || mt -f ${drive.quiet} fsf ${file}; } && dd if=${drive.quiet} bs=32768 2>/dev/null | sha256sum`,
      );
      const printed = await drive.run(...lines, 'ls /var/tmp');
      return printed.map(({ text }) => text.replace(/ .*/, '').trim());
    }

    it.runIf(played.includes(titles.plain))(titles.plain, async () => {
      const run = await runScene(scene, { change: onDrive(named, drive.rewinding, { layout: 'plain' }) });
      expect(run, [run.sentence, ...run.stands].join('\n')).toMatchObject({
        exitStatus: 0,
        verdict: 'verified',
      });
      expect(await onTape(0)).toEqual([scene.masterBefore, '']);
      expect(await clusterState(scene)).toEqual(normalState);
    });

    it.runIf(played.includes(titles.labelled))(titles.labelled, async () => {
      const media = { layout: 'labelled', name: 'NIGHTLY' };
      const run = await runScene(scene, { change: onDrive(named, drive.quiet, media) });
      expect(run, [run.sentence, ...run.stands].join('\n')).toMatchObject({
        exitStatus: 0,
        verdict: 'verified',
      });
      expect(await onTape(1)).toEqual([scene.masterBefore, '']);
      const [label, end] = await drive.run(
        `mt -f ${drive.quiet} rewind; dd if=${drive.quiet} bs=262144 count=1 2>/dev/null`,
        `mt -f ${drive.quiet} eod; mt -f ${drive.quiet} status`,
      );
      expect(label?.text).toContain('NIGHTLY');
      expect(end?.text).toContain('File number=3,');
      expect(await clusterState(scene)).toEqual(normalState);
    });

    it.runIf(played.includes(titles.spanned))(titles.spanned, async () => {
      await drive.fresh(1);
      const data: string[] = [];
      const keep = async () => {
        const [read] = await drive.run(
          `mt -f ${drive.quiet} rewind && mt -f ${drive.quiet} fsf 1 && dd if=${drive.quiet} bs=32768 2>/dev/null | base64`,
        );
        data.push(read?.text ?? '');
      };
      const ask: Ask = async (question) => {
        if (question.id !== 'next-tape') return { choice: 'approve', by: 'test' };
        await drive.insert();
        await keep();
        await drive.fresh(1);
        return { choice: 'ready', by: 'test' };
      };
      const media = { layout: 'labelled', name: 'NIGHTLY', span: true };
      const verify = { fingerprint: 8, readback: false };
      const run = await runScene(scene, { change: onDrive(named, drive.quiet, media, { verify }), ask });
      expect(run, [run.sentence, ...run.stands].join('\n')).toMatchObject({
        exitStatus: 0,
        verdict: 'unverified',
      });
      await keep();
      const parts = run.events.flatMap((event) => (event.type === 'tape-part' ? [event.bytes] : []));
      const bytes = data.map((text) => Buffer.from(text, 'base64'));
      expect(bytes.map(({ length }) => length)).toEqual(parts);
      expect(parts.length).toBeGreaterThanOrEqual(3);
      const master = Buffer.concat(await scene.lab.readVolume('Class1', 'Volume1').toArray());
      expect(Buffer.concat(bytes).equals(master)).toBe(true);
    });

    it.runIf(played.includes(titles.ejected))(titles.ejected, async () => {
      await drive.eject();
      try {
        const change = onDrive(named, drive.quiet, { layout: 'plain' });
        const error = { code: 'TAPE_NOT_LOADED' };
        expect(await runScene(scene, { change })).toMatchObject({ exitStatus: 1, error });
      } finally {
        await drive.insert();
      }
      expect(await clusterState(scene)).toEqual(normalState);
    });

    it.runIf(played.includes(titles.protected))(titles.protected, async () => {
      await drive.protect();
      try {
        const change = onDrive(named, drive.quiet, { layout: 'plain' });
        const error = { code: 'TAPE_WRITE_PROTECTED' };
        expect(await runScene(scene, { change })).toMatchObject({ exitStatus: 1, error });
      } finally {
        await drive.unprotect();
      }
      expect(await clusterState(scene)).toEqual(normalState);
    });
  });
}
