import { describe, expect, it } from 'vitest';
import type { SecretQuestion } from '../application/console.ts';
import { LoginQuestions, type Keystore } from './login-questions.ts';

const password: SecretQuestion = {
  kind: 'password',
  host: 'node1',
  user: 'root',
  hostKey: 'ssh-ed25519 SHA256:one',
  text: 'Password of root on node1',
  attempt: 1,
};

function store(): Keystore & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    refusal: undefined,
    get: (name) => kept.get(name),
    set: (name, secret) => void (secret === undefined ? kept.delete(name) : kept.set(name, secret)),
  };
}

function open(keystore?: Keystore) {
  const notices: string[] = [];
  const logins = new LoginQuestions(keystore, {
    changed: () => undefined,
    notice: (sentence) => notices.push(sentence),
  });
  return { logins, notices };
}

/** The number of the one question that is asked. */
const numberOf = ({ waiting }: LoginQuestions) => waiting[0]?.number ?? 0;

describe('a secret', () => {
  it('is asked for once a session, and never shown', async () => {
    const { logins } = open();
    const asked = logins.askSecret(password);
    expect(logins.waiting).toEqual([
      {
        number: 1,
        kind: 'password',
        host: 'node1',
        text: 'Password of root on node1',
        fingerprint: undefined,
        mayKeep: false,
      },
    ]);
    logins.answer(numberOf(logins), 'horse', true);
    expect(await asked).toBe('horse');
    expect(logins.waiting).toEqual([]);
    expect(await logins.askSecret(password)).toBe('horse');
  });

  it('is kept in the keystore only where that is wished', async () => {
    const keystore = store();
    const first = open(keystore).logins;
    const asked = first.askSecret(password);
    expect(first.waiting).toMatchObject([{ mayKeep: true }]);
    first.answer(numberOf(first), 'horse', false);
    await asked;
    expect(keystore.kept.size).toBe(0);
    const other = first.askSecret({ ...password, host: 'node2' });
    first.answer(numberOf(first), 'staple', true);
    await other;
    expect([...keystore.kept]).toEqual([['password of root on node2 (ssh-ed25519 SHA256:one)', 'staple']]);
    const later = open(keystore).logins;
    expect(await later.askSecret({ ...password, host: 'node2' })).toBe('staple');
  });

  it('is not given to another machine of the same name', async () => {
    const { logins } = open(store());
    const asked = logins.askSecret(password);
    logins.answer(numberOf(logins), 'horse', true);
    await asked;
    void logins.askSecret({ ...password, hostKey: 'ssh-ed25519 SHA256:two' });
    expect(logins.waiting).toHaveLength(1);
  });

  it('that was wrong is asked for again, and kept no longer', async () => {
    const keystore = store();
    keystore.set('password of root on node1 (ssh-ed25519 SHA256:one)', 'old');
    const { logins } = open(keystore);
    expect(await logins.askSecret(password)).toBe('old');
    const again = logins.askSecret({ ...password, attempt: 2 });
    expect(keystore.kept.size).toBe(0);
    expect(logins.waiting).toMatchObject([{ wasWrong: true }]);
    logins.answer(numberOf(logins), 'new', true);
    expect(await again).toBe('new');
    expect(keystore.kept.get('password of root on node1 (ssh-ed25519 SHA256:one)')).toBe('new');
  });

  it('that a host asks for again at once by its own prompt was wrong too', async () => {
    const { logins } = open();
    const asked = logins.askSecret(password);
    logins.answer(numberOf(logins), 'wrong', false);
    await asked;
    expect(await logins.askSecret(password)).toBe('wrong');
    void logins.askSecret(password);
    expect(logins.waiting).toHaveLength(1);
  });

  it('is never remembered where the host asks its own question, such as for a code', async () => {
    const { logins } = open(store());
    const prompt = { ...password, kind: 'prompt' as const, text: 'Code:' };
    const asked = logins.askSecret(prompt);
    expect(logins.waiting).toMatchObject([{ kind: 'password', text: 'Code:', mayKeep: false }]);
    logins.answer(numberOf(logins), '123456', true);
    await asked;
    void logins.askSecret(prompt);
    expect(logins.waiting).toHaveLength(1);
  });

  it('cannot be kept without a keyring, and the operator is informed once', async () => {
    const refusal = 'secrets are kept for this session only: the system has no keyring';
    const { logins, notices } = open({ ...store(), refusal });
    const asked = logins.askSecret(password);
    expect(logins.waiting).toMatchObject([{ mayKeep: false }]);
    logins.answer(numberOf(logins), undefined, false);
    expect(await asked).toBeUndefined();
    void logins.askSecret(password);
    expect(notices).toEqual([refusal]);
  });
});

describe('a host key', () => {
  const key = {
    host: 'node1',
    address: '192.0.2.1',
    port: 22,
    keyType: 'ssh-ed25519',
    fingerprint: 'SHA256:x',
  };

  it('is taken for right only by a yes', async () => {
    const { logins } = open();
    for (const [answer, expected] of [
      ['yes', true],
      ['no', false],
      [undefined, false],
      ['y', false],
    ] as const) {
      const asked = logins.confirmHostKey(key);
      expect(logins.waiting).toMatchObject([{ kind: 'host-key', host: 'node1', fingerprint: 'SHA256:x' }]);
      logins.answer(numberOf(logins), answer, false);
      expect(await asked).toBe(expected);
    }
  });

  it('is refused when nobody answers any more', async () => {
    const { logins } = open();
    const asked = logins.confirmHostKey(key);
    logins.refuseAll();
    expect(await asked).toBe(false);
    expect(() => logins.answer(1, 'yes', false)).toThrow('the question was answered');
  });
});
