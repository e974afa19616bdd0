import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../contract/events.ts';
import {
  halfShadow,
  joined,
  mountOf,
  parted as stopped,
  shadow,
  started as running,
  worldOf,
} from '../model/guide-cluster.test-support.ts';
import { fromPart, fromVerify, parted, ready, shadowed, story } from './resume-story.test-support.ts';

describe('before the part', () => {
  it('the run begins again with 3-1', () => {
    expect(story().point(worldOf(joined))).toEqual(fromPart);
    expect(story().done('3-2').point(worldOf(joined))).toEqual(fromPart);
    expect(story().done('3-2').start('3-3').send('3-3', 'unheard').point(worldOf(joined))).toEqual(fromPart);
  });

  it('a proxy that somebody else has parted does not count as this run’s', () => {
    expect(story().done('3-2').point(worldOf(stopped))).toBe('Volume2 is parted, but not by this run');
  });
});

describe('once the proxy is parted', () => {
  it('a part whose end is not known does not count as this run’s, unless the operator confirms it', () => {
    const unheard = story().done('3-2').start('3-3').send('3-3', 'unheard');
    expect(unheard.point(worldOf(running))).toBe(
      'the result of step 3-3 is not known: nothing proves that this run parted Volume2',
    );
    const of = unheard.events.findLast(({ type }) => type === 'intent')?.seq ?? 0;
    unheard.add({ type: 'observed', findings: [], settled: [{ of, ended: 'good' }] });
    expect(unheard.point(worldOf(running))).toEqual([
      'tape',
      '3-4',
      'fingerprint',
      '3-5',
      '4',
      '5',
      ...fromVerify,
    ]);
  });

  it('a run whose part failed does not continue from it', () => {
    expect(story().done('3-2').start('3-3').send('3-3', 1).point(worldOf(running))).toBe(
      'step 3-3 failed, but Volume2 is parted',
    );
  });

  it('the fingerprint is taken again unless it is complete', () => {
    expect(parted().fingerprint().point(worldOf(running))).toEqual(['tape', '3-5', '4', '5', ...fromVerify]);
    expect(parted().fingerprint(1).point(worldOf(running))).toContain('fingerprint');
  });

  it('a proxy that is stopped without a fingerprint no longer proves anything', () => {
    expect(parted().point(worldOf(stopped))).toBe(
      'Volume2 is stopped, and the journal has no complete fingerprint: a shadow cannot be proven',
    );
  });

  it('the fingerprint of an earlier part does not count', () => {
    const twice = ready().done('8-1').done('3-2', '3-3', '3-4');
    expect(twice.point(worldOf(running))).toContain('fingerprint');
    expect(twice.point(worldOf(stopped))).toMatch(
      /^Volume2 is stopped, and the journal has no complete fingerprint/,
    );
  });

  it('a proxy that runs again after a reboot is stopped again', () => {
    expect(ready().point(worldOf(running))).toEqual(['tape', '3-5', '4', '5', ...fromVerify]);
    expect(ready().point(worldOf(stopped))).toEqual(['tape', '4', '5', ...fromVerify]);
  });

  it('what was parted and is joined again is lost', () => {
    expect(shadowed().point(worldOf(joined))).toBe(
      'Volume2 is joined again: the data from the moment of the part is lost',
    );
  });
});

describe('once the shadow has been begun', () => {
  it('a complete one is verified again, even if a node rebooted', () => {
    expect(shadowed().point(worldOf(stopped, shadow))).toEqual(['tape', ...fromVerify]);
    expect(shadowed().done('verify').point(worldOf(running, shadow))).toEqual(['tape', '3-5', ...fromVerify]);
  });

  it('one that is neither shown nor shown to be gone is not touched', () => {
    expect(shadowed().point(worldOf(stopped, '', { isBackupSeen: false }))).toBe(
      'node3 does not show whether objects of Class2 exist: sdxinfo printed nothing',
    );
  });

  it('one that a reboot removed is created again', () => {
    expect(shadowed().point(worldOf(stopped))).toEqual(['tape', '4', '5', ...fromVerify]);
  });

  it('an incomplete one is removed first', () => {
    expect(ready().start('5').send('5', 'unheard').point(worldOf(stopped, halfShadow))).toEqual([
      'tape',
      '7',
      '4',
      '5',
      ...fromVerify,
    ]);
  });

  it('one of an earlier part does not belong to this one', () => {
    const again = shadowed().done('7', '8-1', '3-2', '3-3', '3-4', 'fingerprint', '3-5');
    expect(again.point(worldOf(stopped, shadow))).toBe(
      'node3 shows objects of Class2 that this run did not create',
    );
  });

  it('objects that this run has not made are not removed', () => {
    expect(ready().point(worldOf(stopped, shadow))).toBe(
      'node3 shows objects of Class2 that this run did not create',
    );
  });
});

describe('in the middle of the dump', () => {
  it('the tape is checked again, and the shadow verified again', () => {
    const amid = shadowed().done('verify').start('6a').send('6a', 'unheard');
    expect(amid.point(worldOf(stopped, shadow))).toEqual(['tape', ...fromVerify]);
  });

  it('a shadow that was writable is unmounted, removed and created again', () => {
    const amid = shadowed('files').done('verify', '6b-1', '6b-3').start('6b-4');
    const todo = amid.point(worldOf(stopped, shadow, { mounts: [mountOf('/mnt1')] }));
    expect(todo.slice(0, 6)).toEqual(['tape', '6b-5', '7', '4', '5', 'verify']);
  });

  it('a shadow that fsck has written to can no longer be verified', () => {
    const amid = shadowed('live').done('verify', '6b-1', '6b-2');
    expect(amid.point(worldOf(stopped, shadow))).toBe(
      'fsck wrote to the shadow: the fingerprint no longer proves it',
    );
  });
});

describe('a job that has the whole proxy hashed', () => {
  const read = () =>
    shadowed('whole').done('verify').start('6a').send('6a').counted().end('6a').done('read-back', '7');
  const around = ['start-proxy', 'hash-proxy', 'stop-proxy'];

  it('is resumed with the hash if it was not done', () => {
    expect(read().point(worldOf(stopped))).toEqual([...around, '8-1', '8-2', 'drive-after', 'unlock']);
    expect(read().done('start-proxy').start('hash-proxy').point(worldOf(running))).toEqual([
      ...around,
      ...['8-1', '8-2', 'drive-after', 'unlock'],
    ]);
  });

  it('only stops the proxy if it was done or has proven a tape mismatch', () => {
    const hashed = () => read().done('start-proxy').start('hash-proxy');
    const left = ['stop-proxy', '8-1', '8-2', 'drive-after', 'unlock'];
    expect(hashed().end('hash-proxy').point(worldOf(running))).toEqual(left);
    expect(hashed().end('hash-proxy', 'failed', 'PROXY_DIFFERS').point(worldOf(running))).toEqual(left);
  });

  it('does not hash a proxy that is joined again', () => {
    expect(read().point(worldOf(joined))).toEqual(['8-2', 'drive-after', 'unlock']);
  });
});

describe('once the dump is complete', () => {
  const dumped = () => shadowed().done('verify').start('6a').send('6a').counted();

  it('the tape is read back, even if the console died before it recorded the end', () => {
    const left = ['read-back', '7', '8-1', '8-2', 'drive-after', 'unlock'];
    expect(dumped().point(worldOf(stopped, shadow))).toEqual(left);
    expect(dumped().end('6a').point(worldOf(stopped, shadow))).toEqual(left);
  });

  it('but only by an earlier attempt, it is written again', () => {
    const again = dumped().start('6a').send('6a', 'unheard');
    expect(again.point(worldOf(stopped, shadow))).toEqual(['tape', ...fromVerify]);
  });

  it('but failed, or not recorded while the proxy was started again, it is written again', () => {
    expect(dumped().end('6a', 'failed').point(worldOf(stopped, shadow))).toContain('6a');
    expect(dumped().point(worldOf(running, shadow))).toEqual(['tape', '3-5', ...fromVerify]);
  });

  it('and read back with other records than the cluster held, it is written again', () => {
    const read = (code: string) => dumped().end('6a').start('read-back').end('read-back', 'failed', code);
    expect(read('DUMP_DIFFERS').point(worldOf(stopped, shadow))).toEqual(['tape', ...fromVerify]);
    expect(read('CONNECTION_LOST').point(worldOf(stopped, shadow))).toContain('read-back');
    expect(read('CONNECTION_LOST').point(worldOf(stopped, shadow))).not.toContain('6a');
  });

  it('and read back, only the cluster is left', () => {
    const read = () => dumped().end('6a').done('read-back');
    expect(read().point(worldOf(stopped, shadow))).toEqual(['7', '8-1', '8-2', 'drive-after', 'unlock']);
    expect(read().point(worldOf(stopped))).toEqual(['8-1', '8-2', 'drive-after', 'unlock']);
    expect(read().start('8-1').send('8-1', 'unheard').point(worldOf(joined))).toEqual([
      '8-2',
      'drive-after',
      'unlock',
    ]);
    expect(dumped().end('6a').done('8-1').point(worldOf(joined))).toEqual([
      'read-back',
      '8-2',
      'drive-after',
      'unlock',
    ]);
  });
});

describe('an interrupted dump on a labeled tape', () => {
  const amid = () => {
    const broken = shadowed('labelled').done('verify', 'label');
    broken.add({ type: 'label' } as NewEvent);
    return broken.start('6a').send('6a', 'unheard');
  };
  const left = ['verify', 'label', '6a', 'manifest', 'read-back', '7', '8-1', '8-2', 'drive-after', 'unlock'];

  it('may be continued, once the shadow is verified again', () => {
    expect(amid().point(worldOf(stopped, shadow))).toEqual(['tape', ...left]);
    expect(amid().reasons(worldOf(stopped, shadow))).toEqual({
      mayContinue: true,
      broken:
        'step 6a was interrupted: it continues after the last proven record on tape, or starts over if there is none',
      why: undefined,
    });
  });

  it('starts over where the shadow is gone, or the proxy is started', () => {
    const broken = 'step 6a was interrupted: the tape is written again from its beginning';
    const why = (reason: string) => `the dump cannot continue at a record: ${reason}`;
    expect(amid().reasons(worldOf(stopped))).toEqual({
      ...{ mayContinue: false, broken },
      why: why('the shadow is created again'),
    });
    expect(amid().reasons(worldOf(running, shadow))).toEqual({
      ...{ mayContinue: false, broken },
      why: why('the proxy was started since then'),
    });
    const unproven = parted('labelled')
      .done('3-5', '4', '5', 'verify', 'label')
      .start('6a')
      .send('6a', 'unheard');
    expect(unproven.reasons(worldOf(running, shadow)).why).toBe(why('the fingerprint is taken again'));
    expect(
      shadowed().done('verify').start('6a').send('6a', 'unheard').reasons(worldOf(stopped, shadow)),
    ).toEqual({ mayContinue: false, broken, why: undefined });
  });
});
