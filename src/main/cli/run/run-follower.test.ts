import { describe, expect, it } from 'vitest';
import { furtherLines } from './run-follower.ts';

const words = { stateOption: ' --state /s', siteOption: ' --site /site.yaml' };
const resume = 'resume it: shadowtape --site /site.yaml --state /s resume RUN';
const rollBack = 'roll it back: shadowtape --site /site.yaml --state /s rollback RUN';

describe('the remaining commands after a run', () => {
  it('are both named if neither would refuse', () => {
    expect(furtherLines('RUN', words, { resume: undefined, unwind: undefined })).toEqual([
      resume,
      `or ${rollBack}`,
    ]);
  });

  it('are replaced by the reason if they would refuse', () => {
    const reason = 'run RUN cannot be resumed: fsck has written to the shadow';
    expect(furtherLines('RUN', words, { resume: reason, unwind: undefined })).toEqual([reason, rollBack]);
    expect(furtherLines('RUN', words, { resume: undefined, unwind: reason })).toEqual([resume, reason]);
  });

  it('are named with a condition if no more queries may be sent', () => {
    expect(furtherLines('RUN', words)).toEqual([
      'resume it, if its journal and the hosts allow it: shadowtape --site /site.yaml --state /s resume RUN',
      `or ${rollBack}`,
    ]);
  });
});
