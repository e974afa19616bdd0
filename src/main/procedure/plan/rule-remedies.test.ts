import { describe, expect, it } from 'vitest';
import { remedyOf, remedyOnScreen } from './rule-remedies.ts';

describe('the remedy of a rule, on a screen', () => {
  it('names no command of the command line', () => {
    expect(remedyOf('proxy-joined')).toMatch(/^run shadowtape runs and shadowtape runs status:3 /);
    expect(remedyOnScreen('proxy-joined')).toBe(
      'a run that was interrupted or needs action may have left it parted: find it in the history, and resume it or roll it back. If there is none, find out who parted it. Before a rejoin, check with sdxinfo that no backup server has a shadow of it',
    );
  });

  it('is that of the command line if that names none', () => {
    expect(remedyOnScreen('first-block')).toBe(remedyOf('first-block'));
  });
});
