import { describe, expect, it } from 'vitest';
import { paletteEntries, type PaletteContext } from './palette-entries.ts';

const context: PaletteContext = {
  jobs: [
    { name: 'nightly', class: 'Class1', volumes: ['Volume1', 'Volume2'] },
    { name: 'payroll', class: 'Class3', volumes: ['Volume3', 'Volume4'] },
  ],
  runs: ['20261128-180400-volume2'],
  isLab: false,
  hasTabs: false,
  subjectOf: (screen) => (screen === 'report' ? '20261128-180400-volume2' : undefined),
};
const titles = (typed: string, more: Partial<PaletteContext> = {}) =>
  paletteEntries({ ...context, ...more }, typed).map(({ title }) => title);

describe('the palette', () => {
  it('offers runs, screens, jobs and actions if nothing is typed', () => {
    expect(titles('').slice(0, 3)).toEqual(['Show run 20261128-180400-volume2', 'Protection', 'Topology']);
    expect(titles('')).toContain('Plan job payroll');
    expect(titles('').some((title) => title.startsWith('Search'))).toBe(false);
  });

  it('finds a job by its class and volume, beginnings first', () => {
    expect(titles('class3 volume4')).toEqual([
      'Plan job payroll',
      'Search runs for “class3 volume4”',
      'Search files on tape for “class3 volume4”',
    ]);
    expect(titles('t').slice(0, 3)).toEqual(['Topology', 'Tape', 'Trends']);
  });

  it('gives the reason why a job cannot be backed up now', () => {
    const [job] = context.jobs;
    const jobs = job ? [{ ...job, refusal: 'Volume2 is not joined' }] : [];
    const [entry] = paletteEntries({ ...context, jobs }, 'nightly');
    expect([entry?.title, entry?.note]).toEqual(['Plan job nightly', 'No backup now: Volume2 is not joined']);
  });

  it('searches runs and files for the typed text', () => {
    expect(paletteEntries(context, ' ledger.db ').map(({ deed }) => deed)).toEqual([
      { searchRuns: 'ledger.db' },
      { screen: 'files', subject: 'ledger.db' },
    ]);
  });

  it('leads to the report of the run that is shown', () => {
    expect(paletteEntries(context, 'report')[0]?.deed).toEqual({
      screen: 'report',
      subject: '20261128-180400-volume2',
    });
  });

  it('offers the lab in the lab, and another tab in a browser', () => {
    expect(titles('lab panel')[0]).toBe('Search runs for “lab panel”');
    expect(titles('lab panel', { isLab: true })[0]).toBe('Open the lab panel');
    expect(titles('another tab', { hasTabs: true })[0]).toBe('Open in another tab');
  });

  it('has a unique name for each entry', () => {
    const ids = paletteEntries({ ...context, isLab: true, hasTabs: true }, 'a').map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
