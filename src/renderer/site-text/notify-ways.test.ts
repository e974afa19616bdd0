import { expect, test } from 'vitest';
import { newWay, withWay } from './notify-ways.ts';
import { setValue, valueAt, valueOf } from './site-edit.ts';

test('a new channel is notified of what requires action', () => {
  const text = setValue('site: payroll\n', ['notify'], [newWay('command')]);
  expect(text).toBe('site: payroll\nnotify: [{ on: [failure, operator-needed], command: "" }]\n');
});

test('the other kind of channel keeps its occasions, and replaces the first', () => {
  const byCommand = { on: ['success'], command: '/opt/page' };
  expect(withWay(byCommand, 'mail')).toEqual({ on: ['success'], mail: { to: [], from: '', host: '' } });
  expect(withWay(byCommand, 'command')).toEqual(byCommand);
  const both = { on: ['failure'], command: '/opt/page', mail: { to: ['a@example.com'] } };
  expect(withWay(both, 'mail')).toEqual({ on: ['failure'], mail: { to: ['a@example.com'] } });
});

test('a mail channel is written below its list, and its parts can be set', () => {
  const begun = setValue(
    'jobs:\n  nightly:\n    class: Class1\n',
    ['jobs', 'nightly', 'notify'],
    [newWay('mail')],
  );
  const path = ['jobs', 'nightly', 'notify', 0, 'mail', 'to'];
  const text = setValue(begun, path, ['a@example.com', 'b@example.com']);
  expect(valueAt(valueOf(text), path)).toEqual(['a@example.com', 'b@example.com']);
  expect(text).toContain('    class: Class1\n    notify:');
});

test('time limits and stripe widths are written on one line while they are short', () => {
  const job =
    'jobs:\n  nightly:\n    class: Class1 # as GDS has it\n    shadow: { class: Class2, disks: { Disk3: c1t1d3 } }\n';
  const limited = setValue(job, ['jobs', 'nightly', 'timeLimits', '3-3'], '5 minutes');
  const both = setValue(limited, ['jobs', 'nightly', 'timeLimits', 'dump'], '12 hours');
  const wide = setValue(both, ['jobs', 'nightly', 'shadow', 'stripeWidth', 'Group6'], 32);
  expect(wide).toBe(`jobs:
  nightly:
    class: Class1 # as GDS has it
    shadow: { class: Class2, disks: { Disk3: c1t1d3 }, stripeWidth: { Group6: 32 } }
    timeLimits: { 3-3: 5 minutes, dump: 12 hours }
`);
});
