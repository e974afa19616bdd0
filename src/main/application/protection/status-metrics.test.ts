import { expect, it } from 'vitest';
import { metricsText } from './status-metrics.ts';
import type { VolumeStatus } from './status-service.ts';
import { version } from '../version.ts';

const volume: VolumeStatus = {
  key: 'Class1/Volume2',
  job: 'nightly',
  jobs: ['nightly'],
  class: 'Class1',
  master: 'Volume1',
  proxy: 'Volume2',
  everySeconds: 86_400,
  state: 'action required',
  reason: 'run R2 needs action',
  backup: { run: 'R1', at: '2026-11-27T02:00:00.000Z', ageSeconds: 172_800, tapeNames: ['W1'] },
  trouble: { run: 'R2', sentence: undefined },
  runningRun: undefined,
  lastRun: {
    run: 'R2',
    verdict: 'failed',
    exitStatus: 3,
    finishedAt: '2026-11-29T01:00:00.000Z',
    bytes: undefined,
    seconds: 61.5,
  },
};

const text = (volumes: VolumeStatus[], sealsHead?: string) =>
  metricsText({ site: 'pay"roll\\', at: new Date('2026-11-29T02:00:00.000Z'), volumes, sealsHead });

const site = 'site="pay\\"roll\\\\"';
const labels = `${site},class="Class1",volume="Volume1",proxy="Volume2"`;

it('each metric has its help and type before its samples, and each value is that of the volume', () => {
  const lines = text([volume], 'ab12').split('\n');
  expect(lines.at(-1)).toBe('');
  expect(lines.filter((line) => !line.startsWith('#') && !line.endsWith(' 0') && line !== '')).toEqual([
    `shadowtape_info{${site},version="${version}"} 1`,
    `shadowtape_status_timestamp_seconds{${site}} 1795917600`,
    `shadowtape_volume_state{${labels},state="action required"} 1`,
    `shadowtape_volume_service_state{${labels},state="CRITICAL"} 1`,
    `shadowtape_action_required{${labels}} 1`,
    `shadowtape_backup_timestamp_seconds{${labels}} 1795744800`,
    `shadowtape_backup_age_seconds{${labels}} 172800`,
    `shadowtape_backup_max_age_seconds{${labels}} 86400`,
    `shadowtape_last_run_verdict{${labels},verdict="failed"} 1`,
    `shadowtape_last_run_exit_status{${labels}} 3`,
    `shadowtape_last_run_end_timestamp_seconds{${labels}} 1795914000`,
    `shadowtape_last_run_duration_seconds{${labels}} 61.5`,
    `shadowtape_seals_info{${site},head="ab12"} 1`,
  ]);
  for (const [index, line] of lines.entries()) {
    const [, name = ''] = /^# HELP (\w+) /.exec(line) ?? [];
    if (name !== '') expect(lines[index + 1]).toBe(`# TYPE ${name} gauge`);
  }
});

it('a missed drill is reported like a missed night, with the time of the last verified backup', () => {
  const backup = { ...volume.backup, provenAt: '2026-11-20T14:00:00.000Z' } as VolumeStatus['backup'];
  const missedDrill = { due: '2026-11-27T14:00:00.000Z', sentence: 'the drill was missed' };
  const shown = text([{ ...volume, state: 'protected', backup, missedDrill }]);
  expect(shown).toContain(`shadowtape_volume_service_state{${labels},state="CRITICAL"} 1\n`);
  expect(shown).toContain(`shadowtape_drill_missed{${labels}} 1\n`);
  expect(shown).toContain(`shadowtape_backup_proven_timestamp_seconds{${labels}} 1795183200\n`);
  expect(text([volume])).toContain(`shadowtape_drill_missed{${labels}} 0\n`);
});

it('an unknown value is omitted, not 0', () => {
  const shown = text([{ ...volume, backup: undefined, lastRun: undefined, everySeconds: undefined }]);
  expect(shown).not.toMatch(/backup_|last_run|seals_info/);
  expect(text([])).not.toContain('shadowtape_volume_state');
});
