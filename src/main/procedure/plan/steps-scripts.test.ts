/** Where the site's own commands come among the steps of a run, and of a resumed one. */
import { describe, expect, it } from 'vitest';
import { guideAssignment } from '../model/guide-cluster.test-support.ts';
import type { Step } from '../model/step.ts';
import { withScriptsLeft } from './steps-scripts.ts';
import { stepsOf } from './steps.ts';

const script = (place: object, command: string) => ({ host: 'node1', command, ...place });
const runOf = () =>
  stepsOf(
    guideAssignment({
      scripts: [
        script({ before: 'part' }, 'one'),
        script({ after: 'part' }, 'two'),
        script({ before: 'dump' }, 'three'),
        script({ before: 'part' }, 'four'),
      ],
    }),
  );
const ids = (of: readonly Step[]) => of.map(({ id }) => id);

describe('the scripts of a job', () => {
  it('are before the first and after the last step of their phases, in their order', () => {
    const part = ['3-1', '3-2', '3-3', '3-4', 'fingerprint', '3-5'];
    const all = ids(runOf());
    expect(all.slice(all.indexOf('script-1'), all.indexOf('read-back'))).toEqual([
      ...['script-1', 'script-4', ...part, 'script-2', '4', '5', 'verify', 'script-3', '6a'],
    ]);
    expect(all.filter((id) => id.startsWith('script'))).toHaveLength(4);
  });

  it('are commands of the site, and name their setting', () => {
    const scripts = runOf().filter(({ id }) => id.startsWith('script'));
    expect(scripts[0]).toEqual({
      id: 'script-1',
      phase: 'part',
      title: 'Script before phase part',
      why: 'set in the site file (scripts)',
      source: 'site file',
      performance: 'commands',
      commands: [{ host: 'node1', argv: ['one'], guide: false, changes: true, ofSite: true }],
    });
    expect(scripts.map(({ title, phase }) => [title, phase])).toEqual([
      ['Script before phase part', 'part'],
      ['Script before phase part', 'part'],
      ['Script after phase part', 'part'],
      ['Script before phase dump', 'dump'],
    ]);
  });
});

describe('the scripts of a run that is resumed', () => {
  function resumed(todo: readonly string[], isLeft: (id: string) => boolean = () => true) {
    const steps = runOf();
    const left = steps.filter(({ id }) => todo.includes(id));
    return ids(withScriptsLeft(steps, left, ({ id }) => isLeft(id)));
  }

  it('each come before their later steps', () => {
    expect(resumed(['3-5', '5', 'verify', '6a'])).toEqual([
      ...['script-1', 'script-4', '3-5', 'script-2', '5', 'verify', 'script-3', '6a'],
    ]);
    expect(resumed(['7'])).toEqual(['script-1', 'script-4', 'script-2', 'script-3', '7']);
    expect(resumed(['3-1', '3-2'])).toEqual(['script-1', 'script-4', '3-1', '3-2', 'script-2', 'script-3']);
  });

  it('are identified by their ids alone', () => {
    const [first] = runOf();
    if (!first) throw new Error('a run has steps');
    const steps = ['script-12', 'a-script-1', 'script-1-after', '7'].map((id) => ({ ...first, id }));
    expect(ids(withScriptsLeft(steps, steps.slice(3), () => true))).toEqual(['script-12', '7']);
  });

  it('are those that have not run, and that do not run in any case', () => {
    expect(resumed(['6a'], (id) => id === 'script-3')).toEqual(['script-3', '6a']);
    expect(resumed(['script-3', '6a'])).toEqual(['script-1', 'script-4', 'script-2', 'script-3', '6a']);
    expect(resumed(['3-5'], () => false)).toEqual(['3-5']);
  });
});
