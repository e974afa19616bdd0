import { describe, expect, it } from 'vitest';
import { CommandRunner, type RunnerOptions } from '../hosts/command-runner.ts';
import type { HostSession } from '../hosts/hosts.ts';
import { noJournal } from '../../journal/journal.ts';
import { type Phase, timeLimitsOf } from './step.ts';

const steps: { id: string; phase: Phase }[] = [
  { id: 'tape', phase: 'prepare' },
  { id: '3-3', phase: 'part' },
  { id: '3-5', phase: 'part' },
  { id: '6a', phase: 'dump' },
];

describe('the time limit of a step', () => {
  it('is its own, or else that of its phase, or none', () => {
    const limitOf = timeLimitsOf({ timeLimits: { part: 600, '3-3': 300 } }, steps);
    expect(['3-3', '3-5', '6a', 'take-up'].map(limitOf)).toEqual([300, 600, undefined, undefined]);
    expect(timeLimitsOf({}, steps)('3-3')).toBeUndefined();
  });

  it('may be that of another method, which the job can be run with', () => {
    expect(timeLimitsOf({ timeLimits: { '6b-4': 60 } }, steps)('6a')).toBeUndefined();
  });

  it.each(['prat', '3-33', '6'])('is refused for %s, which is no step and no phase', (name) => {
    expect(() => timeLimitsOf({ timeLimits: { [name]: 60 } }, steps)).toThrow(
      expect.objectContaining({
        code: 'TIME_LIMIT_UNKNOWN',
        message: `timeLimits names ${name}, which is neither a step of the job nor a phase`,
        hint: 'allowed there: prepare, part, view, shadow, verify, dump, remove, rejoin, finish, tape, 3-3, 3-5, 6a',
      }),
    );
  });
});

describe('a command', () => {
  /** The limit that a command of step 3-3 is sent with. */
  async function limitOf(options: RunnerOptions, ownLimit?: number): Promise<number | undefined> {
    let limit: number | undefined;
    const session: Pick<HostSession, 'exec' | 'exclusive'> = {
      exec(_argv, { timeLimitSeconds } = {}) {
        limit = timeLimitSeconds;
        return Promise.resolve({
          status: 0,
          signal: undefined,
          stdout: Buffer.alloc(0),
          stderr: '',
          milliseconds: 1,
        });
      },
      exclusive: (_name, work) => work(),
    };
    const never = new AbortController().signal;
    const runner = new CommandRunner(
      noJournal(),
      { session: () => session as HostSession },
      () => ({ cancel: never, halt: never }),
      options,
    );
    const command = { host: 'node1', argv: ['sdxproxy', 'Part'], changes: true };
    await runner.send('3-3', command, ownLimit === undefined ? {} : { timeLimitSeconds: ownLimit });
    return limit;
  }
  const timeLimitOf = (step: string) => (step === '3-3' ? 600 : undefined);

  it('may take an hour by default', async () => {
    expect(await limitOf({})).toBe(3600);
    expect(await limitOf({ timeLimitOf: () => undefined })).toBe(3600);
  });

  it('may take as long as the job says', async () => {
    expect(await limitOf({ timeLimitOf })).toBe(600);
    expect(await limitOf({ timeLimitOf: () => 7200 })).toBe(7200);
  });

  it('that is known to be quick gets no more time than it needs', async () => {
    expect(await limitOf({}, 60)).toBe(60);
    expect(await limitOf({ timeLimitOf }, 60)).toBe(60);
    expect(await limitOf({ timeLimitOf }, 7200)).toBe(600);
  });

  it('of a step without a limit may move data without end', () => {
    const never = new AbortController().signal;
    const signals = () => ({ cancel: never, halt: never });
    const hosts = {
      session(): HostSession {
        throw new Error('no host is asked');
      },
    };
    const events: unknown[] = [];
    const journal = { append: (event: unknown) => events.push(event) };
    const runner = new CommandRunner(journal, hosts, signals, { timeLimitOf });
    expect(runner.streamOptions('6a').timeLimitSeconds).toBeUndefined();
    expect(runner.streamOptions('3-3').timeLimitSeconds).toBe(600);
    runner.streamOptions('6a').onRetry('trying again');
    expect(events).toEqual([{ type: 'warning', step: '6a', text: 'trying again' }]);
  });
});
