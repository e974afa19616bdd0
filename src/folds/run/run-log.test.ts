import { describe, expect, it } from 'vitest';
import { eventsUntil, fixtureEvents } from '../journals.test-support.ts';
import { foldRun } from './run-fold.ts';
import { foundLines, logLines, type LogLine } from './run-log.ts';

const told = ({ kind, step, host, text }: LogLine) =>
  [kind, step, ...(host === undefined ? [] : [host]), text].join(' | ');

describe('the log of a run', () => {
  const good = logLines(foldRun(fixtureEvents('raw-dd')));

  it('has every step, command and output line in the order of the journal', () => {
    const at = good.findIndex(({ kind, step }) => kind === 'step' && step === '3-3');
    expect(told(good[at] as LogLine)).toBe('step | 3-3 | Part Volume2 from Volume1');
    const sent = good.findIndex(({ text }) => text.startsWith('sdxproxy Part'));
    expect(sent).toBeGreaterThan(at);
    expect(good.slice(sent, sent + 2).map(told)).toEqual([
      'command | 3-3 | node1 | sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
      'output | 3-3 | node1 | SDX:sdxproxy: INFO: Volume2: started volume on node node1',
    ]);
    const moments = good.flatMap((line) => (line.at === undefined ? [] : [line.at]));
    expect(moments).toEqual(moments.toSorted((one, other) => one - other));
    expect(new Set(good.map(({ key }) => key)).size).toBe(good.length);
  });

  it('has what was asked, what was answered, and the end', () => {
    expect(good.filter(({ kind }) => kind === 'question').map(told)).toContain(
      'question | verify | answered by operator: approve',
    );
    const end = good.findIndex(({ kind }) => kind === 'end');
    expect(good[end]).toMatchObject({ state: 'ok', text: expect.stringMatching(/^verified: /) as unknown });
    // What the hosts showed at the end.
    expect(good.at(-1)?.text).toBe('node3: no shadow object of Class2');
  });

  it('has the reason of a failure, and what was done about it', () => {
    const failed = logLines(foldRun(fixtureEvents('tape-error')));
    const bad = failed.filter(({ state }) => state === 'bad').map(told);
    expect(bad).toContain('step | 6a | failed: writing to the tape failed: write: I/O error');
    const back = failed.filter(({ text }) => text.startsWith('Roll back: '));
    expect(back.map(({ step }) => step)).toEqual(['7', '8-1', '8-2', 'unlock']);
  });

  it('grows while the run continues: what is there keeps its key', () => {
    const so = logLines(foldRun(eventsUntil(fixtureEvents('raw-dd'), 'step-started', '6a')));
    expect(so.map(({ key }) => key)).toEqual(good.slice(0, so.length).map(({ key }) => key));
    expect(told(so.at(-1) as LogLine)).toBe('step | 6a | Back up the raw device with dd');
  });

  it('is searched by words, in any case: all of them are in the line, its host or its step', () => {
    expect(foundLines(good, 'NODE1 part pjrm').map(told)).toEqual([
      'command | 3-3 | node1 | sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
    ]);
    expect(foundLines(good, '   ')).toBe(good);
    expect(foundLines(good, 'nowhere to be found')).toEqual([]);
  });
});
