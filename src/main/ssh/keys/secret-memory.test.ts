import { afterEach, describe, expect, it } from 'vitest';
import type { SecretQuestion } from '../host-profile.ts';
import { SecretMemory } from './secret-memory.ts';
import { profileOf, Workbench } from '../ssh-server.test-support.ts';

const question: SecretQuestion = {
  kind: 'password',
  host: 'node1',
  user: 'root',
  hostKey: 'ssh-ed25519 SHA256:one',
  text: 'Password of root on node1',
  attempt: 1,
};

/** A memory whose person gives the answers in their order. */
function memoryWith(...answers: string[]) {
  const asked: SecretQuestion[] = [];
  const memory = new SecretMemory(async (each) => {
    asked.push(each);
    return answers.shift();
  });
  return { memory, asked };
}

describe('a secret that was asked for once', () => {
  it('is not asked for again by a further connection', async () => {
    const { memory, asked } = memoryWith('horse');
    expect(await memory.ask(question)).toBe('horse');
    expect(await memory.answerAgain(question)).toBe('horse');
    expect(asked).toHaveLength(1);
  });

  it('is that of the last attempt', async () => {
    const { memory } = memoryWith('wrong', 'horse');
    await memory.ask(question);
    await memory.ask({ ...question, attempt: 2 });
    expect(await memory.answerAgain(question)).toBe('horse');
  });

  it('is asked for again where it turns out to be wrong, and for another machine of the same name', async () => {
    const { memory, asked } = memoryWith('horse', 'staple', 'battery');
    await memory.ask(question);
    expect(await memory.answerAgain({ ...question, attempt: 2 })).toBe('staple');
    expect(await memory.answerAgain({ ...question, hostKey: 'ssh-ed25519 SHA256:two' })).toBe('battery');
    expect(asked).toHaveLength(3);
  });

  it('may be good for one login where the host asks a question of its own', async () => {
    const { memory, asked } = memoryWith('123456', '654321');
    const prompt = { ...question, kind: 'prompt', text: 'Code' } as const;
    expect(memory.hasPrompted('node1')).toBe(false);
    await memory.ask(prompt);
    expect(memory.hasPrompted('node1')).toBe(true);
    expect(await memory.answerAgain(prompt)).toBe('654321');
    expect(asked).toHaveLength(2);
  });
});

describe('the login of a further connection', () => {
  const bench = new Workbench();
  afterEach(() => bench.end());

  it('answers with the password that the session was given, for the host key that the host has shown', async () => {
    const server = await bench.server({
      authenticate(attempt) {
        if (attempt.method === 'password' && attempt.password === 'horse') attempt.accept();
        else attempt.reject(['password']);
      },
    });
    const asked: SecretQuestion[] = [];
    const hosts = await bench.hosts([profileOf(server.port, { password: true })], {
      askSecret: async (each) => {
        asked.push(each);
        return 'horse';
      },
    });
    const login = await hosts.loginOf('node1');
    const [first] = asked;
    expect(first && (await login?.askSecret(first))).toBe('horse');
    expect(asked).toHaveLength(1);
    expect(login?.hostKey).toBe((await hosts.session('node1').seen()).hostKey);
  });

  it('is not to be had where the host asked for a code', async () => {
    const server = await bench.server({
      authenticate(attempt) {
        if (attempt.method !== 'keyboard-interactive') return attempt.reject(['keyboard-interactive']);
        attempt.prompt([{ prompt: 'Code: ', echo: true }], () => attempt.accept());
      },
    });
    const hosts = await bench.hosts([profileOf(server.port, { password: true })], {
      askSecret: async () => '123456',
    });
    expect(await hosts.loginOf('node1')).toBeUndefined();
  });
});
