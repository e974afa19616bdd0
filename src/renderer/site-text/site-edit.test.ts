import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EditRefused, renameKey, removeField, setValue, valueAt, valueOf, type Path } from './site-edit.ts';
import type { Value } from './yaml-text.ts';

const file = `# Payroll, written by Aiko
site: payroll
platform: solaris              # solaris | linux

hosts:
  # the cluster
  node1: { role: primary, user: root }
  node3: { role: backup, address: backup.example.com, ssh: legacy } # old Sun SSH
tape: { host: node3, device: /dev/rmt/0, drive: LTO-4 }
jobs:
  nightly:
    class: Class1               # never Class0
    volumes: [{ master: Volume1, proxy: Volume2 }]
    shadow:
      class: Class2
      disks:
        Disk3: c1t1d3           # seen by node3 as well
    services: { stop: [umount /app], resume: [mount /app] }
    scripts:
      - { before: part, host: node1, command: /opt/quiesce }  # ask Aiko
      - { after: part, host: node1, command: /opt/resume }
none: { here: {} } # yet
`;

/** The lines that differ, as a reader of a diff sees them. */
function difference(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ];
}

const edit = (path: Path, value: Value | undefined) => difference(file, setValue(file, path, value));

describe('a change of one value', () => {
  test('touches its own line only, and keeps the comment after it in its column', () => {
    expect(edit(['platform'], 'linux')).toEqual([
      '- platform: solaris              # solaris | linux',
      '+ platform: linux                # solaris | linux',
    ]);
  });

  test('to the same value leaves every byte', () => {
    expect(setValue(file, ['jobs', 'nightly', 'class'], 'Class1')).toBe(file);
  });

  test('inside a set of keys on one line leaves the rest of that line', () => {
    expect(edit(['hosts', 'node3', 'address'], '192.0.2.7')).toEqual([
      '-   node3: { role: backup, address: backup.example.com, ssh: legacy } # old Sun SSH',
      '+   node3: { role: backup, address: 192.0.2.7, ssh: legacy } # old Sun SSH',
    ]);
  });

  test('of a missing value adds it after its neighbors', () => {
    expect(edit(['jobs', 'nightly', 'method'], '6c')).toEqual(['+     method: 6c']);
    expect(edit(['hosts', 'node1', 'port'], 2222)).toEqual([
      '-   node1: { role: primary, user: root }',
      '+   node1: { role: primary, user: root, port: 2222 }',
    ]);
    expect(edit(['jobs', 'nightly', 'verify', 'readback'], false)).toEqual([
      '+     verify: { readback: false }',
    ]);
  });

  test('that removes a value leaves no trace', () => {
    expect(edit(['hosts', 'node3', 'ssh'], undefined)).toEqual([
      '-   node3: { role: backup, address: backup.example.com, ssh: legacy } # old Sun SSH',
      '+   node3: { role: backup, address: backup.example.com } # old Sun SSH',
    ]);
    expect(edit(['hosts', 'node1', 'role'], undefined)).toEqual([
      '-   node1: { role: primary, user: root }',
      '+   node1: { user: root }',
    ]);
  });
});

describe('lists and sets of keys', () => {
  test('a list that grows keeps the comments of its entries', () => {
    const scripts = valueAt(valueOf(file), ['jobs', 'nightly', 'scripts']) as readonly Value[];
    const added = { before: 'dump', host: 'node3', command: '/opt/cool' };
    expect(edit(['jobs', 'nightly', 'scripts'], [...scripts, added])).toEqual([
      '+       - { before: dump, host: node3, command: /opt/cool }',
    ]);
  });

  test('a list that shrinks loses its last entry', () => {
    const [first] = valueAt(valueOf(file), ['jobs', 'nightly', 'scripts']) as readonly Value[];
    expect(edit(['jobs', 'nightly', 'scripts'], [first ?? null])).toEqual([
      '-       - { after: part, host: node1, command: /opt/resume }',
    ]);
  });

  test('a disk is added below the others', () => {
    expect(edit(['jobs', 'nightly', 'shadow', 'disks', 'Disk4'], 'c1t1d4')).toEqual([
      '+         Disk4: c1t1d4',
    ]);
  });

  test('a long job becomes a block, its short parts stay on one line', () => {
    const job = {
      class: 'Class1',
      volumes: [{ master: 'Volume3', proxy: 'Volume4' }],
      shadow: { class: 'Class2', disks: { Disk5: 'c1t1d5' } },
    };
    expect(edit(['jobs', 'weekly'], job)).toEqual(
      [
        '+   weekly:',
        '+     volumes: [{ master: Volume3, proxy: Volume4 }]',
        '+     shadow: { class: Class2, disks: { Disk5: c1t1d5 } }',
      ].toSpliced(1, 0, '+     class: Class1'),
    );
  });

  test('services that become a question', () => {
    expect(edit(['jobs', 'nightly', 'services'], 'ask')).toEqual([
      '-     services: { stop: [umount /app], resume: [mount /app] }',
      '+     services: ask',
    ]);
  });

  test('removing the last field of a schedule or of drills leaves no empty group, which would be refused', () => {
    const scheduled = setValue(file, ['jobs', 'nightly', 'schedule', 'at'], '02:00');
    expect(removeField(scheduled, ['jobs', 'nightly', 'schedule', 'at'])).toBe(file);
    const at = ['jobs', 'nightly', 'drill', 'schedule', 'at'];
    const days = ['jobs', 'nightly', 'drill', 'schedule', 'days'];
    const drilled = setValue(setValue(file, at, '14:00'), days, 'sat');
    expect(valueAt(valueOf(removeField(drilled, at)), ['jobs', 'nightly', 'drill'])).toEqual({
      schedule: { days: 'sat' },
    });
    expect(removeField(removeField(drilled, at), days)).toBe(file);
  });

  test('removing the last job leaves an empty set', () => {
    expect(valueAt(valueOf(setValue(file, ['jobs', 'nightly'], undefined)), ['jobs'])).toEqual({});
  });
});

describe('text of other shapes', () => {
  test('an empty file gets its first key', () => {
    expect(setValue('', ['site'], 'payroll')).toBe('site: payroll\n');
  });

  test('a key without a value is filled where it is', () => {
    const text = 'site: x\njobs: # none yet\ntape: { host: n }\n';
    const changed = setValue(text, ['jobs', 'nightly', 'class'], 'Class1');
    expect(valueAt(valueOf(changed), ['jobs'])).toEqual({ nightly: { class: 'Class1' } });
    expect(changed).toContain('# none yet');
  });

  test('an empty set that is unfolded keeps the comment of its line', () => {
    const job = { class: 'Class1', volumes: [{ master: 'Volume1', proxy: 'Volume2' }], note: 'x'.repeat(60) };
    const changed = setValue('jobs: {}   # none yet\nsite: x\n', ['jobs', 'nightly'], job);
    expect(changed.split('\n').slice(0, 3)).toEqual(['jobs: # none yet', '  nightly:', '    class: Class1']);
    expect(valueOf(changed)).toEqual({ jobs: { nightly: job }, site: 'x' });
  });

  test('a file whose last line has no line feed', () => {
    expect(setValue('site: x', ['platform'], 'linux')).toBe('site: x\nplatform: linux\n');
  });

  test('a value that two places share by an alias is not changed at one of them alone', () => {
    const text = 'a: &root { user: root }\nb: *root\n';
    expect(() => setValue(text, ['b', 'user'], 'backup')).toThrow(EditRefused);
    expect(() => setValue(text, ['a', 'user'], 'backup')).toThrow(EditRefused);
  });

  test('words with another meaning in YAML are quoted', () => {
    const words = [
      'yes, please',
      'null',
      '0755',
      'a: b',
      '# no comment',
      '',
      '- x',
      '[',
      'x, y',
      '*star',
      'a\nb',
    ];
    for (const word of words)
      expect(
        valueAt(valueOf(setValue(file, ['hosts', 'node1', 'user'], word)), ['hosts', 'node1', 'user']),
      ).toBe(word);
  });
});

describe('another name', () => {
  test('of a job changes only its key', () => {
    expect(difference(file, renameKey(file, ['jobs', 'nightly'], 'weekly'))).toEqual([
      '-   nightly:',
      '+   weekly:',
    ]);
  });

  test('that is taken is refused', () => {
    expect(() => renameKey(file, ['hosts', 'node1'], 'node3')).toThrow('node3 already exists');
  });
});

const scalar = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.integer(),
  fc.boolean(),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,10}$/);
const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const places: Path[] = [
  ['site'],
  ['platform'],
  ['hosts', 'node3'],
  ['hosts', 'node3', 'ssh'],
  ['hosts', 'node9', 'user'],
  ['jobs', 'nightly', 'scripts', 0],
  ['jobs', 'nightly', 'scripts', 2],
  ['jobs', 'nightly', 'shadow', 'disks'],
  ['jobs', 'nightly', 'shadow', 'disks', 'Disk3'],
  ['jobs', 'nightly', 'services', 'stop'],
  ['jobs', 'weekly'],
  ['none', 'here', 'yet'],
];
const anyPlace = fc.constantFrom(...places);
const comments = (text: string) => text.match(/#.*$/gm) ?? [];

test('any value at any place reads back as intended, and is written once', () => {
  fc.assert(
    fc.property(anyPlace, anyValue, (path, value) => {
      const changed = setValue(file, path, value);
      expect(valueAt(valueOf(changed), path)).toEqual(value);
      expect(setValue(changed, path, value)).toBe(changed);
    }),
    { numRuns: 100 },
  );
});

test('two changes in a row both have their intended effect', () => {
  fc.assert(
    fc.property(anyPlace, anyValue, anyValue, (path, first, second) => {
      const changed = setValue(setValue(file, path, first), path, second);
      expect(valueAt(valueOf(changed), path)).toEqual(second);
    }),
    { numRuns: 50 },
  );
});

test('a change of a single value keeps every comment', () => {
  const single = places.filter((path) => typeof valueAt(valueOf(file), path) !== 'object');
  const tame = fc.stringMatching(/^[A-Za-z0-9 _./:,-]{0,20}$/);
  fc.assert(
    fc.property(fc.constantFrom(...single), tame, (path, value) => {
      expect(comments(setValue(file, path, value))).toEqual(comments(file));
    }),
  );
});
