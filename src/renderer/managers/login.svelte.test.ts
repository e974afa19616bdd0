import { describe, expect, it } from 'vitest';
import { fakeBridge, Refusal, type Answers } from '../../../test/support/ui/fake-bridge.ts';
import type { LoginQuestion } from '../../contract/screens.ts';
import { LoginManager } from './login.svelte.ts';

const question = (number: number, kind: LoginQuestion['kind'] = 'password'): LoginQuestion => ({
  number,
  kind,
  host: `node${number}`,
  text: `Password for root on node${number}`,
  fingerprint: undefined,
  mayKeep: true,
});
const [first, second] = [question(1, 'host-key'), question(2)];

function openLogin(answers: Answers) {
  const bridge = fakeBridge(answers);
  const open: { questions: readonly LoginQuestion[] } = { questions: [first, second] };
  return { bridge, open, login: new LoginManager(bridge, () => open.questions) };
}

describe('the questions of logins', () => {
  it('are shown one at a time, and an answered one is not shown again while its answer is in transit', async () => {
    const { bridge, login } = openLogin({ login: () => null });
    expect([login.question, login.waiting]).toEqual([first, 1]);
    const sent = login.answer(first, 'yes');
    expect([login.question, login.waiting]).toEqual([second, 0]);
    await sent;
    await login.answer(second, 'secret', true);
    expect([login.question, login.waiting, login.error]).toEqual([undefined, 0, undefined]);
    expect(bridge.asked).toEqual([
      { channel: 'login', request: { number: 1, answer: 'yes', keep: false } },
      { channel: 'login', request: { number: 2, answer: 'secret', keep: true } },
    ]);
  });

  it('are refused by an empty answer', async () => {
    const { bridge, login } = openLogin({ login: () => null });
    await login.answer(second, undefined);
    expect(bridge.asked).toEqual([{ channel: 'login', request: { number: 2, keep: false } }]);
    expect(login.question).toEqual(first);
  });

  it('reappear if the answer did not arrive, with the reason', async () => {
    const trouble = { now: true };
    const { login } = openLogin({
      login: () => {
        if (trouble.now) throw new Refusal({ code: 'QUESTION_OVER', sentence: 'the question is closed' });
        return null;
      },
    });
    await login.answer(first, 'yes');
    expect([login.question, login.waiting]).toEqual([first, 1]);
    expect(login.error).toEqual({
      code: 'QUESTION_OVER',
      sentence: 'the question is closed',
      hint: '',
      evidence: {},
    });
    trouble.now = false;
    await login.answer(first, 'yes');
    expect([login.question, login.error]).toEqual([second, undefined]);
  });

  it('reappear if the connection broke', async () => {
    const bridge = { ...fakeBridge({}), request: () => Promise.reject(new Error('no wire')) };
    const login = new LoginManager(bridge, () => [first]);
    await login.answer(first, 'yes');
    expect([login.question, login.error?.sentence]).toEqual([first, 'no wire']);
  });
});
