/** Whether a dump that kept running without a console is reattached: only while everything it reads is as it was verified. */
import { describe, expect, it } from 'vitest';
import { edited, readFixture } from '../../gds/fixtures/read-fixture.ts';
import {
  mountOf,
  parted as stopped,
  shadow,
  started as running,
  worldOf,
} from '../model/guide-cluster.test-support.ts';
import { shadowed, story } from './resume-story.test-support.ts';

const seen = worldOf(stopped, shadow);
const left = ['6a', 'dump-ended', 'read-back', '7', '8-1', '8-2', 'clear', 'drive-after', 'unlock'];
const dumping = () => shadowed('server').done('verify').start('6a').work('starting').send('6a', 'unheard');
const again = ['dump-ended', 'tape', 'verify', ...left];
const writable = edited(`${shadow}\n${readFixture('shadow-with-mode')}`, ' ro ', ' rw ');

describe('a dump that kept running without a console', () => {
  it('is reattached while it runs, and once it has ended', () => {
    const told = { step: '6a', completed: [], fingerprints: ['Volume2'], mayContinue: false, underWay: '6a' };
    expect(dumping().told(seen, 'running')).toEqual({
      ...told,
      reasons: ['the dump of Volume2 still runs on node3: it is reattached'],
    });
    expect(dumping().told(seen, 'ended')).toEqual({
      ...told,
      reasons: ['the dump of Volume2 has ended on node3: it is reattached'],
    });
    expect(dumping().point(seen, 'running')).toEqual(left);
  });

  it.each(['absent', 'unbegun', 'failed', 'died'] as const)(
    'is ended and started again where it is found %s',
    (state) => {
      expect(dumping().point(seen, state)).toEqual(again);
      expect(dumping().told(seen, state)).toMatchObject({ step: 'verify', underWay: undefined });
    },
  );

  it('is ignored where it was not queried, or the run had not reached it', () => {
    expect(dumping().point(seen)).toEqual(again);
    expect(shadowed('server').done('verify').point(seen, 'running')).toEqual(again.slice(1));
  });

  it('is not reattached where it was already checked, except in an earlier attempt', () => {
    const judged = () => dumping().work('ended').end('6a', 'failed', 'DUMP_DIFFERS');
    expect(judged().point(seen, 'ended')).toEqual(again);
    expect(dumping().work('ended').point(seen, 'ended')).toEqual(left);
    expect(dumping().end('6a', 'failed', 'RUN_HALTED').point(seen, 'running')).toEqual(left);
    expect(judged().start('6a').work('starting').point(seen, 'running')).toEqual(left);
  });

  it('is not reattached where the shadow is not as it was verified', () => {
    expect(dumping().point(worldOf(stopped), 'running')).toEqual([
      'dump-ended',
      'tape',
      '4',
      '5',
      'verify',
      ...left,
    ]);
    expect(dumping().point(worldOf(stopped, writable), 'running')).not.toEqual(left);
  });

  it('continues while the services are resumed, and the proxy stopped again', () => {
    const held = story('server').done('3-2', '3-3', 'fingerprint', '3-5', '4', '5', 'verify').start('6a');
    const amid = held.work('starting').send('6a', 'unheard');
    expect(amid.point(seen, 'running')).toEqual(['3-4', ...left]);
    const restarted = dumping().told(worldOf(running, shadow), 'running');
    expect(restarted).toMatchObject({
      step: '3-5',
      reasons: [
        'the dump of Volume2 still runs on node3: it is reattached',
        'Volume2 is started, as after a reboot of a node: it is stopped again (step 3-5)',
      ],
    });
    expect(dumping().point(worldOf(running, shadow), 'running')).toEqual(['3-5', ...left]);
  });
});

describe('a dump of a file system that kept running without a console', () => {
  const files = () => shadowed('serverFiles').done('verify', '6b-1', '6b-3').start('6b-4').work('starting');
  const mounts = [mountOf('/mnt1')];

  it('reads a shadow that the run has made writable, and mounted', () => {
    const point = files().point(worldOf(stopped, writable, { mounts }), 'running');
    expect([point].flat().slice(0, 3)).toEqual(['6b-4', 'dump-ended', '6b-5']);
    expect(files().point(worldOf(stopped, writable), 'running')).toContain('7');
    expect([files().point(worldOf(stopped, writable), 'running')].flat()[0]).toBe('dump-ended');
  });

  it('reads it unmounted where it is dumped as a whole', () => {
    const whole = shadowed('serverDump').done('verify', '6c-1').start('6c-3').work('starting');
    expect([whole.point(worldOf(stopped, writable), 'running')].flat()[0]).toBe('6c-3');
  });
});
