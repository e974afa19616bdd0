/** What is reported of how an interrupted run continues, and which facts decide it. */
import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../contract/events.ts';
import { edited, readFixture } from '../../gds/fixtures/read-fixture.ts';
import {
  halfShadow,
  joined,
  mountOf,
  parted as stopped,
  shadow,
  started as running,
  worldOf,
} from '../model/guide-cluster.test-support.ts';
import {
  fromVerify,
  parted,
  ready,
  severalJoined,
  severalParted,
  severalShadows,
  shadowed,
  story,
} from './resume-story.test-support.ts';

const nothingFound = { completed: [], mayContinue: false, underWay: undefined };
const rebuilt = 'node3 shows no shadow (a reboot removes it): it is created again';
const removed =
  'what is left of the shadow is removed and created again: only a shadow that was never writable is verified';
const verifiedAgain = 'the shadow Class2/Volume2 is complete: it is verified again';
const writable = edited(`${shadow}\n${readFixture('shadow-with-mode')}`, ' ro ', ' rw ');

describe('a run that starts again', () => {
  const begins = 'Volume2 is still joined: starting again with step 3-1';

  it('names the first step of the guide', () => {
    expect(story().told(worldOf(joined))).toEqual({
      ...{ ...nothingFound, step: '3-1', reasons: [begins], fingerprints: undefined },
    });
  });

  it('leaves services stopped that are known to be stopped', () => {
    const stay = 'services that are stopped stay stopped until step 3-4';
    const reasons = (of: ReturnType<typeof story>) => of.told(worldOf(joined)).reasons;
    expect(reasons(story().start('3-2').send('3-2', 'unheard'))).toEqual([begins, stay]);
    expect(reasons(story().start('3-2').command('3-2', 'umount /app', 'unheard'))).toEqual([begins]);
    const byOperator = story();
    const question = { question: 'services-stopped', choices: ['stopped'], answer: 'stopped', by: 'Marion' };
    byOperator.add({ type: 'answered', step: '3-2', ...question } as NewEvent);
    expect(reasons(byOperator)).toEqual([begins, stay]);
  });
});

describe('a run whose proxy is parted', () => {
  it('reports what happens to the shadow', () => {
    const reasons = (backup: string, of = shadowed()) => of.told(worldOf(stopped, backup)).reasons;
    expect(reasons(shadow)).toEqual([verifiedAgain]);
    expect(reasons('')).toEqual([rebuilt]);
    expect(reasons(halfShadow)).toEqual([removed]);
    expect(reasons('', ready())).toEqual([]);
    expect(shadowed().told(worldOf(stopped, shadow))).toEqual({
      ...{ ...nothingFound, step: 'verify', reasons: [verifiedAgain], fingerprints: ['Volume2'] },
    });
    expect(parted().told(worldOf(running)).fingerprints).toBeUndefined();
  });

  it('reports that the proxy was started, if the run had stopped it', () => {
    const restarted = 'Volume2 is started, as after a reboot of a node: it is stopped again (step 3-5)';
    expect(ready().told(worldOf(running)).reasons).toEqual([restarted]);
    const toStop = () => parted().done('fingerprint');
    expect(toStop().told(worldOf(running)).reasons).toEqual([]);
    expect(toStop().start('3-5').send('3-5', 1).told(worldOf(running)).reasons).toEqual([]);
    expect(toStop().start('3-5').send('3-5', 'unheard').told(worldOf(running)).reasons).toEqual([]);
    expect(toStop().told(worldOf(running)).step).toBe('3-5');
  });

  it('reports which dump was interrupted', () => {
    const amid = shadowed().done('verify').start('6a').send('6a', 'unheard');
    expect(amid.told(worldOf(stopped, shadow)).reasons).toEqual([
      verifiedAgain,
      'step 6a was interrupted: the tape is written again from its beginning',
    ]);
  });

  it('resumes the services first if they are stopped', () => {
    const held = () => story().done('3-2', '3-3', 'fingerprint', '3-5');
    expect(held().point(worldOf(stopped)).slice(0, 3)).toEqual(['tape', '3-4', '4']);
    const dumped = held().done('4', '5', 'verify').start('6a').send('6a').counted();
    expect(dumped.point(worldOf(stopped, shadow)).slice(0, 2)).toEqual(['3-4', 'read-back']);
  });

  it('is refused where a node shows another state, with what was seen', () => {
    expect(shadowed().point(worldOf(stopped, shadow, { node2: joined }))).toBe(
      'Proxy is parted: expected Part of Volume1, seen Part of Volume1 on node1; Join of Volume1 on node2',
    );
  });

  it('runs the scripts of the site that have not run yet', () => {
    const scripts = (of: ReturnType<typeof story>) =>
      [of.point(worldOf(stopped))].flat().filter((id) => id.startsWith('script'));
    expect(scripts(ready('scripts'))).toEqual(['script-1', 'script-2']);
    expect(scripts(ready('scripts').done('script-1'))).toEqual(['script-2']);
    expect(scripts(ready('scripts').start('script-1').end('script-1', 'failed'))).toHaveLength(2);
    expect(scripts(ready('scripts').done('script-1').start('script-2').end('script-2', 'failed'))).toEqual([
      'script-2',
    ]);
  });
});

describe('a shadow that is verified again', () => {
  const todo = (of: ReturnType<typeof story>, world = worldOf(stopped, shadow)) =>
    [of.point(world)].flat().slice(0, 3);

  it('is one that was not made writable since it was created', () => {
    expect(todo(shadowed('files').start('6b-1').send('6b-1'))).toEqual(['tape', '7', '4']);
    expect(todo(shadowed('files').start('6b-1').send('6b-1').done('7', '5'))).toEqual([
      'tape',
      'verify',
      '6b-1',
    ]);
    // Other commands that stop it do not make it writable.
    expect(todo(shadowed().start('7').send('7', 'unheard'))).toEqual(['tape', 'verify', '6a']);
  });

  it('is one that is mounted nowhere, and has no mount point of the run', () => {
    expect(todo(shadowed('files').start('6b-3').send('6b-3'))).toEqual(['tape', '6b-5', '7']);
    const mounted = worldOf(stopped, shadow, { mounts: [mountOf('/else')] });
    expect(todo(shadowed(), mounted)).toEqual(['tape', '7', '4']);
  });

  it('is one that meets every rule except those of the proxy', () => {
    expect(todo(shadowed(), worldOf(stopped, writable))).toEqual(['tape', '7', '4']);
    expect(todo(shadowed(), worldOf(running, shadow))).toEqual(['tape', '3-5', 'verify']);
  });

  it('is one that this run has created', () => {
    const others = 'node3 shows objects of Class2 that this run did not create';
    const failed = ready().start('5').send('5', 1);
    expect(failed.point(worldOf(stopped, shadow))).not.toBe(others);
    const [first] = ['sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3'];
    const refused = ready()
      .start('5')
      .command('5', first ?? '', 1);
    expect(refused.point(worldOf(stopped, shadow))).toBe(others);
    expect(refused.told(worldOf(stopped)).reasons).toEqual([]);
  });
});

describe('a shadow that was written to', () => {
  const seen = worldOf(stopped, shadow);
  const after = (line: string) => shadowed().done('verify').start('6d-2').command('6d-2', line).point(seen);

  it.each([
    ['sfxadm', 'sfxadm /dev/sfdsk/Class2/rdsk/Volume2'],
    ['fsck', 'fsck -F ufs -y /dev/sfdsk/Class2/rdsk/Volume2'],
    ['fsck.ext3', 'fsck.ext3 -p /dev/sfdsk/Class2/dsk/Volume2'],
  ])('by %s no longer matches its fingerprint', (program, line) => {
    expect(after(line)).toBe(`${program} wrote to the shadow: the fingerprint no longer proves it`);
  });

  it('is not one that was only read, or checked without repair', () => {
    expect(after('fsck -F ufs /dev/sfdsk/Class2/rdsk/Volume2')).toEqual(['tape', ...fromVerify]);
    expect(after('ask -y')).toEqual(['tape', ...fromVerify]);
  });
});

describe('a dump that is complete', () => {
  const counted = () => shadowed().done('verify').start('6a').send('6a').counted();
  const complete = 'step 6a is complete: the journal has the count of the tape host';
  const unread = 'the tape was not read back completely';
  const seen = worldOf(stopped, shadow);

  it('is reported as complete, whether the journal says that it is done or not', () => {
    const told = { mayContinue: false, underWay: undefined, step: 'read-back', fingerprints: ['Volume2'] };
    expect(counted().told(seen)).toEqual({ ...told, reasons: [complete, unread], completed: ['6a'] });
    expect(counted().end('6a').told(seen)).toEqual({ ...told, reasons: [complete, unread], completed: [] });
  });

  it('is read back once it was written, not before', () => {
    const read = () => counted().end('6a').done('read-back');
    expect(read().told(seen)).toMatchObject({ step: '7', reasons: [complete] });
    expect(read().start('6a').send('6a').counted().end('6a').told(seen).reasons).toEqual([complete, unread]);
    expect(counted().end('6a').start('read-back').end('read-back', 'failed').told(seen).reasons).toEqual([
      ...[complete, unread],
    ]);
  });

  it('was written again because its tape was found to differ', () => {
    const differs = counted().end('6a').start('read-back').end('read-back', 'failed', 'DUMP_DIFFERS');
    expect(differs.start('6a').send('6a').counted().told(seen)).toMatchObject({ step: 'read-back' });
  });

  it('is one whose count is from its last attempt', () => {
    const again = counted().end('6a', 'failed').start('6a').send('6a');
    expect(again.point(seen)).toEqual(['tape', ...fromVerify]);
    const handed = shadowed().done('verify').start('6a').send('6a');
    handed.add({ type: 'digest', step: '6a', volume: 'Volume2', hop: 'handed', records: 1 } as NewEvent);
    expect(handed.point(seen)).toEqual(['tape', ...fromVerify]);
    const ofRead = shadowed().done('verify').start('6a').send('6a');
    ofRead.add({
      type: 'digest',
      step: 'read-back',
      volume: 'Volume2',
      hop: 'counted',
      records: 1,
    } as NewEvent);
    expect(ofRead.point(seen)).toEqual(['tape', ...fromVerify]);
  });

  it('is one whose records were compared with those of the cluster, where they were kept', () => {
    const kept = () => {
      const based = shadowed().done('verify').start('6a').send('6a');
      based.add({ type: 'baseline', step: '6a', volume: 'Volume2' } as unknown as NewEvent);
      return based.counted();
    };
    const check = (rule: string) => ({ type: 'check', step: '6a', rule }) as unknown as NewEvent;
    expect(kept().told(seen).step).toBe('verify');
    const others = kept();
    others.add(check('first-block'));
    expect(others.told(seen).step).toBe('verify');
    const compared = kept();
    compared.add(check('baseline-records'));
    expect(compared.told(seen)).toMatchObject({ step: 'read-back', completed: ['6a'] });
    expect(kept().end('6a').told(seen).step).toBe('read-back');
  });

  it('may have been read through a shadow that the run had made writable', () => {
    const files = shadowed('files').done('verify', '6b-1', '6b-3').start('6b-4').send('6b-4').counted();
    const mounted = worldOf(stopped, writable, { mounts: [mountOf('/mnt1')] });
    expect(files.point(mounted)).toEqual([
      ...['6b-5', 'read-back', '7', '8-1', '8-2', 'drive-after', 'unlock'],
    ]);
    expect(files.told(mounted).completed).toEqual(['6b-4']);
  });

  it('is proven by its manifest, on a labeled tape', () => {
    const labelled = () =>
      shadowed('labelled').done('verify', 'label').start('6a').send('6a').counted().end('6a');
    const from = (of: ReturnType<typeof story>) => of.told(seen).step;
    expect(from(labelled())).toBe('verify');
    expect(from(labelled().start('manifest').end('manifest', 'failed'))).toBe('verify');
    expect(from(labelled().done('manifest'))).toBe('read-back');
    expect(from(labelled().done('manifest').start('6a').send('6a').counted().end('6a'))).toBe('verify');
  });

  it('is read from the tape that the library loads', () => {
    const ids = (of: ReturnType<typeof story>, world = seen) => [of.point(world)].flat();
    expect(ids(story('library'), worldOf(joined)).slice(0, 2)).toEqual(['load-tape', 'tape']);
    expect(ids(ready('library'), worldOf(stopped)).slice(0, 2)).toEqual(['load-tape', 'tape']);
    const amid = shadowed('library').done('verify', 'label').start('6a').send('6a').counted().end('6a');
    expect(ids(amid.done('manifest')).slice(0, 2)).toEqual(['load-tape', 'read-back']);
    expect(ids(amid.done('manifest', 'read-back'))[0]).toBe('7');
  });

  it('leaves only the cluster to do where the proxy is joined again', () => {
    expect(counted().end('6a').done('read-back', '7', '8-1').told(worldOf(joined))).toMatchObject({
      step: '8-2',
      reasons: [complete, 'Volume2 is joined again'],
    });
    expect(counted().end('6a').done('read-back').told(seen).reasons).toEqual([complete]);
  });
});

describe('a run of several volumes', () => {
  const amid = () => shadowed('several').done('verify').start('6a:Volume4').send('6a:Volume4').counted();
  const both = () => amid().end('6a:Volume4').start('6a:Volume6').send('6a:Volume6').counted(1);
  const seen = worldOf(severalParted, severalShadows);

  it('is complete once each of its dumps is', () => {
    expect(both().told(seen)).toMatchObject({
      step: 'read-back',
      completed: ['6a:Volume6'],
      fingerprints: ['Volume4', 'Volume6'],
      reasons: [
        'step 6a:Volume4 is complete: the journal has the count of the tape host',
        'step 6a:Volume6 is complete: the journal has the count of the tape host',
        'the tape was not read back completely',
      ],
    });
    expect(amid().end('6a:Volume4').start('6a:Volume6').send('6a:Volume6').told(seen)).toMatchObject({
      step: 'verify',
      reasons: [
        'the shadows Class2/Volume4 and Class2/Volume6 are complete: they are verified again',
        'step 6a:Volume6 was interrupted: the tape is written again from its beginning',
      ],
    });
    expect(amid().end('6a:Volume4').told(seen).reasons.at(-1)).toBe(
      'step 6a:Volume4 was interrupted: the tape is written again from its beginning',
    );
  });

  it('starts again where all are joined', () => {
    expect(story('several').told(worldOf(severalJoined)).reasons).toEqual([
      'Volume4 and Volume6 are still joined: starting again with step 3-1',
    ]);
  });

  it('is lost where one is joined again before the tape is written', () => {
    const one = edited(severalParted, 'Volume3 Part ', 'Volume3 Join ');
    expect(amid().point(worldOf(one, severalShadows))).toBe(
      'Volume4 is joined again: the data from the moment of the part is lost',
    );
    const left = ['8-1', '8-2', 'drive-after', 'unlock'];
    expect(both().end('6a:Volume6').done('read-back', '7').point(worldOf(one))).toEqual(left);
  });
});

describe('a job that has the whole proxy hashed', () => {
  const read = () =>
    shadowed('whole').done('verify').start('6a').send('6a').counted().end('6a').done('read-back', '7');

  it('reports that it was not compared', () => {
    expect(read().told(worldOf(stopped)).reasons.at(-1)).toBe(
      'the whole proxy was not compared with the dump',
    );
    const hashed = read()
      .done('start-proxy')
      .start('hash-proxy')
      .end('hash-proxy', 'failed', 'CONNECTION_LOST');
    expect(hashed.told(worldOf(running)).reasons.at(-1)).toBe(
      'the whole proxy was not compared with the dump',
    );
  });

  it('leaves a running hash to the step that stops the proxy, if that is joined again', () => {
    const hashing = read().done('start-proxy').start('hash-proxy');
    const work = {
      host: 'node1',
      volume: 'Volume2',
      purpose: 'hash',
      folder: '/var/tmp/h',
      what: 'starting',
    };
    hashing.add({ type: 'work', step: 'hash-proxy', ...work } as NewEvent);
    expect(hashing.point(worldOf(joined))).toEqual(['stop-proxy', '8-2', 'drive-after', 'unlock']);
  });
});
