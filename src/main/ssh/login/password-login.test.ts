import type { AuthContext } from 'ssh2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AskSecret, SecretQuestion } from '../host-profile.ts';
import { failureOf, newKey, Workbench } from '../ssh-server.test-support.ts';
import { connect, hostKey, keyFile } from './login.test-support.ts';

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench.end());

describe('logging in with a password', () => {
  const admitPassword = (attempt: AuthContext) => {
    if (attempt.method === 'password' && attempt.password === 'tango') attempt.accept();
    else attempt.reject(['password']);
  };

  it('asks for it, and again after a wrong one', async () => {
    const server = await bench.server({ authenticate: admitPassword });
    const asked: SecretQuestion[] = [];
    await connect(bench, server, { password: true }, async (question) => {
      asked.push(question);
      return asked.length === 1 ? 'foxtrot' : 'tango';
    });
    const text = 'Password of root on node1';
    const question = { kind: 'password', host: 'node1', hostKey, user: 'root', text };
    expect(asked).toEqual([
      { ...question, attempt: 1 },
      { ...question, attempt: 2 },
    ]);
  });

  it('asks once only without an answer, and never shows a secret', async () => {
    const server = await bench.server({ authenticate: admitPassword });
    await failureOf(connect(bench, server, { password: true }));
    expect(bench.questions).toHaveLength(1);
    const error = await failureOf(connect(bench, server, { password: true }, async () => 'foxtrot'));
    expect(error?.message).toBe('node1 does not let root log in: every method was refused; tried: password');
    expect(JSON.stringify(error?.toInfo())).not.toContain('foxtrot');
  });

  it('does not ask where the profile says so', async () => {
    const server = await bench.server({ authenticate: admitPassword });
    await failureOf(connect(bench, server, { password: false }, async () => 'tango'));
    expect(server.logins()).toBe(0);
  });

  it('answers the questions of the host itself', async () => {
    const server = await bench.server({
      authenticate: (attempt) => {
        if (attempt.method !== 'keyboard-interactive') return attempt.reject(['keyboard-interactive']);
        attempt.prompt(
          [
            { prompt: 'Token: ', echo: true },
            { prompt: 'Password: ', echo: false },
          ],
          (answers) => {
            if (answers.join() === '123,tango') attempt.accept();
            else attempt.reject();
          },
        );
      },
    });
    await connect(bench, server, { password: true }, async ({ text }) =>
      text === 'Token:' ? '123' : 'tango',
    );
    expect(server.logins()).toBe(1);
  });

  it('shows what the host says before its questions, and tries again after a typing error', async () => {
    const server = await bench.server({
      authenticate: (attempt) => {
        if (attempt.method !== 'keyboard-interactive') return attempt.reject(['keyboard-interactive']);
        attempt.prompt(
          [{ prompt: 'Password: ', echo: false }],
          'Login of node1',
          'Expires today.',
          ([password]) =>
            attempt.prompt([{ prompt: 'Code: ', echo: true }], ([code]) => {
              if (password === 'tango' && code === '42') attempt.accept();
              else attempt.reject(['keyboard-interactive']);
            }),
        );
      },
    });
    const asked: string[] = [];
    const askSecret: AskSecret = async ({ text, attempt }) => {
      asked.push(`${attempt} ${text}`);
      if (text === 'Code:') return '42';
      return attempt === 1 ? 'tagno' : 'tango';
    };
    await connect(bench, server, { password: true }, askSecret);
    expect(server.logins()).toBe(1);
    const said = 'Login of node1 - Expires today. - Password:';
    expect(asked).toEqual([`1 ${said}`, '1 Code:', `2 ${said}`, '2 Code:']);
  });

  it('shows a key and then a password where the host wants both', async () => {
    const key = newKey();
    const server = await bench.server({
      authenticate: (attempt) => {
        if (attempt.method === 'publickey' && attempt.signature) attempt.reject(['password'], true);
        else if (attempt.method === 'publickey') attempt.accept();
        else admitPassword(attempt);
        if (attempt.method === 'none') attempt.reject(['publickey']);
      },
    });
    const login = { ...keyFile(await bench.file('key', key)), password: true };
    await connect(bench, server, login, async () => 'tango');
    expect(server.logins()).toBe(1);
  });
});
