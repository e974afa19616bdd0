import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../contract/events.ts';
import { eventsUntil, fixtureEvents, nextEvent } from '../../../folds/journals.test-support.ts';
import { reportOf } from './report-document.ts';
import { reportTimes } from './report-times.ts';
import { attached, fixture, journalHash, reportOfEvents, sectionText } from './report-text.test-support.ts';
import {
  boundByBaseline,
  boundByRecords,
  manyVolumes,
  threeTapes,
  withLayout,
} from './report.test-support.ts';

describe('times', () => {
  const text = (zone?: string) => {
    const events = fixtureEvents('raw-dd');
    return reportOf({ run: events[0]?.run ?? '', events, journalHash, zone });
  };

  it('are those of one zone, with its offset; the instant of the part is in UTC as well', () => {
    const report = text('Europe/Berlin');
    expect(report.times).toBe('times are Europe/Berlin');
    const summary = sectionText(report, 'summary');
    expect(summary).toContain('Instant of the part: 2026-11-22 15:53:08 +01:00 (14:53:08 UTC)');
    expect(summary).toContain(
      'When: 2026-11-22 15:53:07 +01:00 to 2026-11-22 15:53:12 +01:00 (4.8 s); all times are local, zone Europe/Berlin',
    );
    expect(sectionText(report, 'steps')).toMatch(/\| 15:53:07 \|/);
    expect(JSON.stringify(report)).not.toMatch(/\(UTC\)"/);
  });

  it('are UTC where no zone is named, as those of earlier releases', () => {
    expect(text().times).toBe('times are UTC');
    expect(text('Etc/UTC')).toEqual(text());
    expect(sectionText(text(), 'summary')).toContain('Instant of the part: 2026-11-22 14:53:08 UTC\n');
  });

  it('on a later day than the run began have that day', () => {
    const times = reportTimes('Europe/Berlin');
    const [began, later] = ['2026-11-22T22:30:00Z', '2026-11-22T23:10:04Z'].map(Date.parse);
    expect(times.clock(later ?? 0, began)).toBe('11-23 00:10:04');
  });
});

describe('the first page', () => {
  it('says how a good run ended, what was backed up, where it lies, when and by whom', () => {
    const text = sectionText(fixture('raw-dd'), 'summary');
    expect(text).toContain(
      'Result: Verified (exit status 0): Volume2 is on the tape in /dev/rmt/0 on node3, and every record was read back and compared',
    );
    expect(text).toContain(
      'Volume: Volume2 (proxy of Volume1): 8,388,608 bytes (8 MiB), method 6a (raw device, dd)',
    );
    expect(text).toContain('Stored on: the tape in /dev/rmt/0 on node3, file 0; without a label');
    expect(text).toContain('2026-11-22 14:53:07 UTC to 2026-11-22 14:53:12 UTC');
    expect(text).toContain('started by operator@console; the shadow approved by operator');
    expect(text).toMatch(
      /read back from tape \| 8,388,608 \| 256 \| d8f2176a \| [0-9a-f]{64} \| equal: bytes, records, CRC-32, SHA-256/,
    );
    expect(text).toContain('Shadow verified: 15 of 15 rules hold, 3 of 3 sampled records match');
    expect(text).toContain(
      'At the end: Volume2: joined to Volume1, in sync; node3: no shadow object of Class2',
    );
    expect(text).toContain(journalHash);
    expect(text).toContain('Tape\nOperator\nChecked by');
  });

  it('answers what is asked first: the instant of the part, the outage, the tape, the coverage, how to restore', () => {
    const text = sectionText(reportOfEvents(boundByRecords()), 'summary');
    expect(text).toContain(
      [
        'Instant of the part: 2026-11-22 14:53:08 UTC',
        'Service outage: 0.3 s, from the stop to the resume',
        'Waiting for people: 0.0 s, 1 answer',
      ].join('\n'),
    );
    expect(text).toContain(
      'Fingerprint: 5 of 256 records (1.95 %), 4 distinct, largest gap 84 records (2.6 MiB)',
    );
    expect(text).toContain(
      'shadowtape restore 20261122-145307-volume2 --to IMAGE\nmt -f /dev/rmt/0n rewind && dd if=/dev/rmt/0n bs=32768 > IMAGE',
    );
  });

  it('has for each of three volumes its digest and the commands that restore it', () => {
    const text = sectionText(fixture('three-volumes'), 'summary');
    const digests = fixtureEvents('three-volumes').flatMap((event) =>
      event.type === 'digest' && event.hop === 'readback' ? [event.sha256 ?? '-'] : [],
    );
    expect(new Set(digests).size).toBe(3);
    for (const digest of digests) expect(text).toContain(digest);
    expect(text).toContain(
      [
        '# Volume4',
        'shadowtape restore 20261122-145339-volume2 --volume Volume4 --to IMAGE',
        'mt -f /dev/rmt/0n rewind && mt -f /dev/rmt/0n fsf 2 && dd if=/dev/rmt/0n bs=32768 > IMAGE',
      ].join('\n'),
    );
  });

  it('names no restore, and no tape to put away, where nothing whole is on tape', () => {
    const text = sectionText(fixture('tape-error'), 'summary');
    expect(text).not.toContain('shadowtape restore');
    expect(sectionText(fixture('tape-error'), 'tapes')).not.toContain('Read a file of the tape');
    expect(text).toMatch(/\nOperator\nChecked by$/);
  });

  it('has one count of what a failed dump wrote: that of the tape host', () => {
    const report = fixture('tape-error');
    expect(sectionText(report, 'summary')).toContain(
      'There are no digests: the dump did not complete. 99 records of it are on tape.',
    );
    expect(sectionText(report, 'throughput')).toMatch(/\n6a \| Dump \| \S+ \| [^|]+ \| 3,244,032 \| /);
    expect(sectionText(report, 'troubles')).toContain('99+0 records out');
  });

  it.each([
    ['tape-error', 'Result: Failed, rolled back (exit status 2)'],
    ['halted-unwound', 'Result: Failed, rolled back (exit status 2)'],
    ['three-volumes', 'Result: Verified (exit status 0)'],
  ] as const)('of %s', (name, line) => {
    expect(sectionText(fixture(name), 'summary')).toContain(line);
  });

  it('says plainly that a run has not ended', () => {
    const report = reportOfEvents(eventsUntil(fixtureEvents('raw-dd'), 'intent', '6a'));
    expect(report.ended).toBe(false);
    expect(sectionText(report, 'summary')).toMatch(
      /^Result: Not ended \(no exit status\): The journal shows no end\. .* in step 6a \(Back up the raw device with dd\)/,
    );
    expect(sectionText(report, 'stands')).toBe('The run has no end: the current state was not checked.');
  });

  it('names an operator who must act, and the commands that are left', () => {
    const report = reportOfEvents(eventsUntil(fixtureEvents('halted-unwound'), 'run-finished'));
    expect(sectionText(report, 'summary')).toContain('Action required (exit status 3)');
    expect(sectionText(report, 'stands')).toContain('# on node3\nsdxshadowvolume -F -c Class2 -v Volume2');
  });
});

it('lists errors with their hints, the rollback and what was where', () => {
  const report = fixture('tape-error');
  const text = sectionText(report, 'troubles');
  expect(text).toContain('TAPE_WRITE_FAILED: writing to the tape failed: write: I/O error');
  expect(text).toContain('7 | Remove the shadow volume Volume2 | ');
  expect(sectionText(report, 'stands')).toContain('Volume2: joined to Volume1, in sync');
});

describe('a dump below the minimum streaming rate of the drive', () => {
  const slow = withLayout();

  it('is a warning, though the journal has none', () => {
    const report = reportOfEvents(slow);
    expect(slow.some(({ type }) => type === 'warning')).toBe(false);
    expect(sectionText(report, 'summary')).toContain('1 warning: see “Warnings and errors”.');
    expect(sectionText(report, 'troubles')).toMatch(
      /\n\S+ \| 6a \| The dump averaged \d\.\d MB\/s, below the drive’s minimum streaming rate of 40\.0 MB\/s\. The drive was shoe-shining; the data is not affected\./,
    );
  });

  it('is none where the rate of the drive is not known', () => {
    expect(sectionText(fixture('raw-dd'), 'troubles')).toContain('No warnings.');
  });
});

it('has each step with host, command, start, duration and exit status', () => {
  expect(sectionText(fixture('raw-dd'), 'steps')).toMatch(
    / \| sdxproxy Part -c Class1 -p Volume2 -a pjrm=off \| node1 \| 14:53:08 \| \d\.\d s \| exit 0/,
  );
});

it('has the beginning of a script, and all of it in the attached commands', () => {
  expect(sectionText(fixture('server'), 'steps')).toMatch(
    / \| sh -c 'umask 077 … a script of \d+ lines, in full in the attached commands \| node3 \| /,
  );
  expect(attached('server', 'commands.txt')).toMatch(/\nsh -c 'umask 077\nmkdir \/var\/tmp\/shadowtape-/);
});

it('says what was wanted and what went wrong where there is no backup', () => {
  const text = sectionText(fixture('halted-unwound'), 'summary');
  expect(text).toContain('To be backed up: class Class1');
  expect(text).toMatch(/\nStep 6a failed: \S/);
  expect(text).toContain('There are no digests: the dump did not complete.');
});

it('has every file of a labeled tape with its digest', () => {
  const text = sectionText(fixture('three-volumes'), 'tapes');
  expect(text).toContain(
    '0 | label | 1 | 32,768 | 3362a38a14a7b9ed5f8e320054c076ad413c9bc07d1ee693454ac08c374975ba',
  );
  expect(text).toMatch(/2 \| Volume4, method 6a \| 32 \| 1,048,576 \| [0-9a-f]{64}/);
  expect(text).toMatch(/4 \| manifest \| - \| [\d,]+ \| [0-9a-f]{64}/);
});

it('shows the parts of a volume on three tapes', () => {
  const report = reportOfEvents(threeTapes());
  expect(sectionText(report, 'summary')).toContain('Stored on tape 3: NIGHTLY-3');
  expect(sectionText(report, 'tape-2')).toContain('1 | Volume2, records 86 to 171 | 86 | 2,818,048 | -');
});

describe('many volumes', () => {
  const report = reportOfEvents(manyVolumes(50));

  it('come first as a summary, and with all they have in appendices', () => {
    expect(sectionText(report, 'summary')).toContain('50 proxy volumes');
    expect(sectionText(report, 'summary')).toContain('Digests of the first 8 of 50 volumes');
    const titles = report.sections
      .filter(({ level }) => level === 1)
      .map(({ number, title }) => `${number} ${title}`);
    expect(titles.slice(-4)).toEqual([
      '9 Attached files',
      'A Topology, all volumes',
      'B Verification, all volumes',
      'C Digests, all volumes',
    ]);
    expect(report.sections.filter(({ number }) => number.startsWith('B.'))).toHaveLength(50);
  });

  it('keep their names, whatever they are written in', () => {
    expect(sectionText(report, 'verification')).toContain(
      '給与計算ボリューム | 給与計算ボリューム | 65,536 | 2,048 |',
    );
  });
});

it('gives the same document for the same journal', () => {
  expect(fixture('server')).toEqual(fixture('server'));
});

describe('sampled records', () => {
  it('of a raw device: coverage, both sets, and what they were compared with', () => {
    const document = reportOfEvents(boundByRecords());
    expect(sectionText(document, 'verification')).toContain(
      [
        'Coverage: 5 of 256 records (1.95 %), 4 distinct, largest gap 84 records (2.6 MiB)',
        'Sets: 3 records read on both sides; 2 read only on the cluster, before the proxy was stopped',
        'As written to tape: 5 equal; expected: 5 sampled records match',
      ].join('\n'),
    );
  });

  it('of a file system: the baseline, and what was read after the dump', () => {
    const text = sectionText(reportOfEvents(boundByBaseline()), 'verification');
    expect(text).toContain(
      [
        'Baseline: 2 records, 1 distinct, before the dump; 1 changed by the commands between the verification and the dump',
        'After the dump: 2 equal; expected: 2 sampled records unchanged by the dump',
      ].join('\n'),
    );
    expect(text).not.toContain('As written to tape');
  });

  it('of a journal of an earlier release are not shown', () => {
    expect(sectionText(fixture('raw-dd'), 'verification')).not.toContain('Coverage');
  });
});

describe('a tape that was overwritten after the run', () => {
  const lossOf = (tape: string | undefined, certain = true) => ({
    tape,
    at: '2026-11-28T20:00:00.000Z',
    by: '20261128-195500-volume2',
    certain,
  });
  const lostReport = (events: readonly RunEvent[], ...losses: ReturnType<typeof lossOf>[]) =>
    reportOf({ run: events[0]?.run ?? '', events, journalHash, losses });

  it('is lost on the first page, and where the tape is described', () => {
    const document = lostReport(fixtureEvents('raw-dd'), lossOf(undefined));
    const lost = 'lost: the tape was overwritten by run 20261128-195500-volume2 on 2026-11-28';
    expect(sectionText(document, 'summary')).toContain(`Tape lost: ${lost}`);
    expect(sectionText(document, 'tapes')).toContain(`Overwritten: ${lost}`);
    expect(sectionText(fixture('raw-dd'), 'summary')).not.toContain('lost');
  });

  it('is one of several: only that one is marked', () => {
    const document = lostReport(threeTapes(), lossOf('NIGHTLY-2', false));
    const lost =
      'may be lost: tape "NIGHTLY-2" may have been overwritten by run 20261128-195500-volume2 on 2026-11-28';
    expect(sectionText(document, 'summary')).toContain(`Tape lost: ${lost}`);
    expect([1, 2, 3].map((number) => sectionText(document, `tape-${number}`).includes(lost))).toEqual([
      false,
      true,
      false,
    ]);
  });
});

it('the report of a run whose dump was paused says when, for how long and by whom', () => {
  const events = fixtureEvents('raw-dd');
  const at = events.findIndex((event) => event.type === 'step-started' && event.step === '6a');
  const before = events.slice(0, at + 1);
  const by = 'dumpHours 20:00-06:00 (UTC)';
  const paused = nextEvent(before, { type: 'pause', step: '6a', what: 'paused', by }, 0);
  const continued = nextEvent([...before, paused], { type: 'pause', step: '6a', what: 'continued' }, 90_000);
  const rest = events.slice(at + 1);
  const all = [...before, paused, continued, ...rest].map((event, index) => ({ ...event, seq: index + 1 }));
  const report = reportOfEvents(all as RunEvent[]);
  expect(sectionText(report, 'summary')).toContain('Paused: 1 min 30 s, 1 pause of the dump');
  expect(sectionText(report, 'decisions')).toContain(`1 min 30 s | ${by}`);
  expect(sectionText(fixture('raw-dd'), 'decisions')).not.toContain('Pauses');
});
