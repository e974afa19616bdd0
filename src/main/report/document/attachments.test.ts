import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fixtureEvents } from '../../../folds/journals.test-support.ts';
import { attached, attachedTo, fixture, sectionText } from './report-text.test-support.ts';
import { boundByRecords } from './report.test-support.ts';

describe('the attached files', () => {
  it('have every command as it was sent, with its output', () => {
    const text = attached('raw-dd', 'commands.txt');
    for (const event of fixtureEvents('raw-dd'))
      if (event.type === 'intent') expect(text).toContain(`\n${event.line}\n`);
    expect(text).toMatch(
      /\n== node3, 2026-11-22 14:53:09 UTC, step 6a, exit status 0, 1\.3 s\ndd ibs=262144 obs=32768 of=\/dev\/rmt\/0\n-- standard error\n0\+256 records in\n256\+0 records out\n/,
    );
  });

  it('have every check and every sampled record', () => {
    expect(attached('raw-dd', 'checks.csv')).toMatch(
      /^2026-11-22T14:53:\d\d\.\d{3}Z,3-1,,Proxy is joined,Join of Volume1,Join of Volume1,holds,,.+\r$/m,
    );
    const [first] = boundByRecords().flatMap((event) => (event.type === 'fingerprint' ? [event] : []));
    const records = attachedTo(boundByRecords(), 'records.csv');
    expect(records.split('\r\n')).toHaveLength(2 + (first?.blocks.length ?? 0) + 2);
    expect(records).toContain(`Volume2,second,20,32768,${'7'.repeat(64)},\r\n`);
  });

  it('are listed with their digests, which are those of the files', () => {
    const text = sectionText(fixture('raw-dd'), 'attached');
    for (const name of ['commands.txt', 'checks.csv', 'records.csv'])
      expect(text).toContain(createHash('sha256').update(attached('raw-dd', name)).digest('hex'));
  });
});
