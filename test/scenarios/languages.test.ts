/** Hosts whose logins have their own language: what the program reads is English nevertheless. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodeName } from '../../src/lab/gds/lab-model.ts';
import { knownLocales } from '../../src/lab/hosts/languages.ts';
import { withJob } from '../support/failures.ts';
import {
  clusterState,
  jobOf,
  normalState,
  openScene,
  runScene,
  type Scene,
  type SceneRun,
  type SiteTree,
} from '../support/lab-run.ts';
import { sampled } from '../support/sampled.ts';
import { byServer, leftOnServer } from '../support/server-run.ts';
import { complaintOf, sentInLoginLanguage } from '../support/sent-language.ts';

const nodes: readonly NodeName[] = ['node1', 'node2', 'node3'];

/** What the lab's dd calls the records that it has read. */
const recordsRead = {
  'de_DE.UTF-8': '3+0 Datensätze ein',
  'fr_FR.UTF-8': '3+0\u00a0enregistrements lus',
  'ja_JP.UTF-8': '3+0 レコード入力',
} as const;

const warnings = ({ events }: SceneRun): string[] =>
  events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));

describe.each(knownLocales)('hosts that speak %s', (locale) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await openScene({ faults: nodes.map((node) => `language=${node}:${locale}`) });
  });
  afterAll(() => scene.close());

  it('have a dd that answers in that language', async () => {
    const volume = '/dev/sfdsk/Class1/rdsk/Volume1';
    const said = await complaintOf(scene, 'node1', `dd if=${volume} of=/dev/null bs=1024 count=3`);
    expect(said.split('\n')[0]).toBe(recordsRead[locale]);
  });

  const ways = [
    ['raw-dd', 'console', 'plain'],
    ['raw-dd', 'server', 'labelled'],
    ['ufs-tar', 'console', 'labelled'],
    ['ufs-tar', 'server', 'plain'],
  ] as const;
  it.each(sampled(ways, 2))(
    'are backed up and verified: %s, route %s, layout %s',
    async (job, route, layout) => {
      await scene.lab.insertCartridge(`${job}-${route}-${layout}`);
      const change = (site: SiteTree): void => {
        if (route === 'server') byServer(site);
        jobOf(site, job)['media'] = { layout };
      };
      const end = await runScene(scene, { job, route, change });
      expect({ verdict: end.verdict, exitStatus: end.exitStatus, warnings: warnings(end) }).toEqual({
        verdict: 'verified',
        exitStatus: 0,
        warnings: [],
      });
      await scene.lab.copyingFinished();
      expect(await clusterState(scene)).toEqual(normalState);
      expect(await leftOnServer(scene)).toEqual([]);
    },
  );

  it('are understood when the tape is full', async () => {
    await scene.lab.insertCartridge('short');
    scene.lab.faults.set('end-of-medium=20');
    const end = await runScene(scene, { change: withJob({ onFailure: 'unwind' }) });
    scene.lab.faults.clear('end-of-medium');
    expect(end).toMatchObject({ exitStatus: 2, error: { code: 'TAPE_END_OF_MEDIUM' } });
  });

  it('run the commands of the site in the language of the login, and all others in English', async () => {
    await scene.lab.insertCartridge('scripts');
    const from = scene.lab.commands.length;
    const change = withJob({
      services: { stop: [['echo', 'stop']], resume: [['echo', 'resume']] },
      scripts: [{ before: 'dump', host: 'node3', command: ['echo', 'before the dump'] }],
    });
    expect(await runScene(scene, { change })).toMatchObject({ verdict: 'verified' });
    expect(sentInLoginLanguage(scene.lab, from)).toEqual([
      'node1 echo stop',
      'node2 echo stop',
      'node1 echo resume',
      'node2 echo resume',
      "node3 echo 'before the dump'",
    ]);
  });
});
