import { describe, expect, it } from 'vitest';
import { parseSite } from './site-file.ts';
import { scheduleOf } from './schedule-schema.ts';
import { refusalOf, sampleSiteText } from './site.test-support.ts';

function scheduleIn(yaml: string) {
  const text = sampleSiteText.replace('    approve:', `    schedule: ${yaml}\n    approve:`);
  const schedule = parseSite('site.yaml', text).jobs['nightly']?.schedule;
  return schedule && scheduleOf(schedule, 'Asia/Tokyo');
}

describe('the schedule of a job', () => {
  it('is read as people write it', () => {
    expect(scheduleIn('{ at: "02:00", days: mon-fri, window: 6 h }')).toEqual({
      hour: 2,
      minute: 0,
      days: ['mon', 'tue', 'wed', 'thu', 'fri'],
      windowSeconds: 6 * 3600,
      zone: 'Asia/Tokyo',
    });
    expect(scheduleIn('{ at: 23:45, days: "Sun, fri-sat", window: 90 min, zone: Europe/Berlin }')).toEqual({
      hour: 23,
      minute: 45,
      days: ['fri', 'sat', 'sun'],
      windowSeconds: 90 * 60,
      zone: 'Europe/Berlin',
    });
    expect(scheduleIn('{ at: "02:00" }')).toMatchObject({ windowSeconds: 6 * 3600, days: { length: 7 } });
    expect(scheduleIn('{ at: "02:00", days: sat-mon }')?.days).toEqual(['mon', 'sat', 'sun']);
  });

  it.each([
    [{ at: '24:00' }, 'at', 'must be a time from 00:00 to 23:59 in quotes, such as "02:00"'],
    [{ at: '02:00', days: 'mon-' }, 'days', 'must be days such as "mon-fri", "sat,sun" or "daily"'],
    [{ at: '02:00', days: 'weekend' }, 'days', 'must be days such as "mon-fri", "sat,sun" or "daily"'],
    [{ at: '02:00', window: '25 h' }, 'window', 'must be at most 24 hours, such as "6 hours" or "90 min"'],
    [{ at: '02:00', window: '6' }, 'window', 'must be at most 24 hours, such as "6 hours" or "90 min"'],
    [{ at: '02:00', zone: 'Berlin' }, 'zone', 'must be the name of a time zone such as "Europe/Berlin"'],
  ])('%j is refused', (schedule, key, reason) => {
    const refusal = refusalOf((site) => (site.jobs.nightly.schedule = schedule));
    expect(refusal?.sentence).toBe(`site.yaml: jobs.nightly.schedule.${key}: ${reason}`);
  });
});
