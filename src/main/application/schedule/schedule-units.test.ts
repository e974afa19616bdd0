import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkTimesOf, nightsBetween, weekdays, type Schedule } from '../../../contract/time/schedule.ts';
import {
  calendarOf,
  cronLines,
  cronLinesIn,
  crontabWith,
  serviceUnit,
  timerUnit,
  unitNameOf,
  type StartedJob,
} from './schedule-units.ts';

const schedule: Schedule = {
  hour: 2,
  minute: 30,
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  windowSeconds: 2 * 3600,
  zone: 'Europe/Berlin',
};
const started: StartedJob = {
  site: 'payroll',
  job: 'nightly',
  schedule,
  argv: [process.execPath, '/opt/shadow tape/$x%n"q.js', 'run', 'nightly', '--if-due'],
  environment: {},
};
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
const installHint = hasSystemd ? '' : ' (skipped: install the package systemd)';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowtape-units-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('systemd units', () => {
  it('start the job by its schedule, in its own zone, with each word quoted', () => {
    expect(timerUnit(started).split('\n')).toEqual(
      expect.arrayContaining([
        'OnCalendar=Mon,Tue,Wed,Thu,Fri *-*-* 02,03,04,05:30:00 Europe/Berlin',
        'Persistent=true',
        'WantedBy=timers.target',
      ]),
    );
    expect(serviceUnit({ ...started, environment: { A: 'b c' } }, 'system').split('\n')).toEqual(
      expect.arrayContaining([
        'After=network-online.target',
        'Environment="A=b c"',
        `ExecStart="${process.execPath}" "/opt/shadow tape/$$x%%n\\"q.js" "run" "nightly" "--if-due"`,
        'KillMode=mixed',
      ]),
    );
    expect(serviceUnit(started, 'user')).not.toContain('network-online');
  });

  it.each([
    ['a job', {}, 'schedule of job nightly', '# run --if-due decides'],
    [
      'drills',
      { task: 'drill' as const },
      'schedule of drills of job nightly',
      '# restore --drill --if-due decides',
    ],
    ['a digest', { title: 'the weekly digest' }, 'schedule of the weekly digest', '# Once for each week'],
  ])('say in one line what is started, and why that often: %s', (_name, what, about, why) => {
    const timer = timerUnit({ ...started, ...what, site: 'pay\r\nroll 100%' }).split('\n');
    expect(timer[1]).toBe(`Description=Shadowtape: ${about} of pay roll 100%%`);
    expect(timer[4]).toContain(why);
    expect(timer.slice(-4)).toEqual(['[X-Shadowtape]', 'Site=pay roll 100%%', 'Job=nightly', '']);
  });

  it('name no day where every day is meant', () => {
    expect(calendarOf({ days: [...weekdays], hours: [2], minute: 5 }, 'UTC')).toBe('*-*-* 02:05:00 UTC');
  });

  it("have a unit name for each site, whatever characters the site's name has", () => {
    expect(unitNameOf(started)).toBe('shadowtape-payroll-nightly');
    expect(unitNameOf({ ...started, task: 'drill' })).toBe('shadowtape-payroll-nightly:drill');
    expect(unitNameOf({ site: 'a/b', job: 'nightly' })).toMatch(/^shadowtape-a_b-[0-9a-f]{8}-nightly$/);
    expect(unitNameOf({ site: 'a/b', job: 'n' })).not.toBe(unitNameOf({ site: 'a b', job: 'n' }));
  });

  it.skipIf(!hasSystemd)(`are accepted by systemd-analyze verify${installHint}`, () => {
    const name = unitNameOf(started);
    const timer = join(folder, `${name}.timer`);
    writeFileSync(timer, timerUnit(started));
    writeFileSync(join(folder, `${name}.service`), serviceUnit(started, 'system'));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', timer], { encoding: 'utf8' });
    expect(stderr.split('\n').filter((line) => line.includes(name))).toEqual([]);
    expect(status).toBe(0);
  });

  it.skipIf(!hasSystemd)(`elapse in each window, also when the clock changes${installHint}`, () => {
    const daily: Schedule = { ...schedule, days: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] };
    for (const [from, to] of [
      ['2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z'],
      ['2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z'],
    ] as const) {
      const elapsed = checkTimesOf(daily).flatMap((times) => {
        const base = from.replace('T', ' ').replace('Z', ' UTC');
        const args = ['calendar', `--base-time=${base}`, '--iterations=12', calendarOf(times, daily.zone)];
        const text = execFileSync('systemd-analyze', args, {
          encoding: 'utf8',
          env: { ...process.env, TZ: 'UTC' },
        });
        return [...text.matchAll(/: \w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/g)].map(
          ([, date = '', time = '']) => new Date(`${date}T${time}Z`),
        );
      });
      const nights = nightsBetween(daily, new Date(from), new Date(to));
      expect(nights).toHaveLength(2);
      for (const { due, until } of nights) {
        expect(elapsed.some((at) => at >= due && at < until)).toBe(true);
        // A missed night is noticed within an hour of the end of its window.
        expect(elapsed.some((at) => at >= until && at.getTime() <= until.getTime() + 3_600_000)).toBe(true);
      }
    }
  });
});

describe('a crontab', () => {
  const other = '# mine\n0 1 * * * true\n';

  it('has the lines of the job between its marks, and keeps everything else', () => {
    const lines = cronLines(started, 'Europe/Berlin');
    expect(lines[1]).toMatch(/^30 2,3,4,5 \* \* 1,2,3,4,5 .* run nightly --if-due >\/dev\/null$/);
    expect(lines[1]).toContain('\\%n');
    expect(lines[2]).toMatch(/^@reboot /);
    const once = crontabWith(other, started, lines);
    expect(once).toBe(`${other}${lines.join('\n')}\n`);
    expect(crontabWith(`${once}0 2 * * * date\n`, started, ['# new'])).toBe(
      `${other}# new\n0 2 * * * date\n`,
    );
    expect(crontabWith(once, started, [])).toBe(other);
    expect(crontabWith('', started, lines)).toBe(`${lines.join('\n')}\n`);
    expect(cronLinesIn(once, started)).toEqual(lines);
    expect(cronLinesIn(other, started)).toEqual([]);
  });

  it('starts a job of every day on *', () => {
    const daily = cronLines({ ...started, schedule: { ...schedule, days: [...weekdays] } }, 'Europe/Berlin');
    const command = '/opt/shadow tape/$x\\%n"q.js\' run nightly --if-due >/dev/null';
    expect(daily[1]).toBe(`30 2,3,4,5 * * * ${process.execPath} '${command}`);
  });

  it('loses no line of others, wherever its marks were damaged', () => {
    const lines = cronLines(started, 'Europe/Berlin');
    const others = fc.constantFrom(
      '# mine',
      '0 1 * * * true',
      '',
      'MAILTO=ops',
      lines[0] ?? '',
      ...lines.slice(1, -1),
    );
    fc.assert(
      fc.property(fc.array(others, { maxLength: 6 }), fc.array(others, { maxLength: 6 }), (above, below) => {
        const crontab = [...above, ...lines, ...below].map((line) => `${line}\n`).join('');
        const rest = [...above, ...below].map((line) => `${line}\n`).join('');
        expect(crontabWith(crontab, started, [])).toBe(rest);
        expect(crontabWith(crontabWith(rest, started, lines), started, [])).toBe(rest);
      }),
    );
  });

  it('passes its variables in a way that csh understands, too', () => {
    const [, first = ''] = cronLines(
      { ...started, environment: { ELECTRON_RUN_AS_NODE: '1' } },
      'Europe/Berlin',
    );
    expect(first).toMatch(/^30 2,3,4,5 \* \* 1,2,3,4,5 env ELECTRON_RUN_AS_NODE=1 /);
  });

  it('checks four times an hour for a schedule of another zone', () => {
    expect(cronLines(started, 'America/New_York')[1]).toMatch(/^\*\/15 \* \* \* \* /);
  });
});
