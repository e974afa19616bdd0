/** Notifies by a command of the console's own machine: the message on its standard input, facts in its environment. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { failure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import type { Notification, NotificationEvent } from './notification.ts';

/** Bytes of its standard error that are kept. */
const keptBytes = 2048;
/** A background process may keep its standard error open; that is waited for this long after its end. */
const silenceMilliseconds = 500;

function environmentOf(notification: Notification, event: NotificationEvent): NodeJS.ProcessEnv {
  const { run, job, verdict, exitStatus, sentence, subject, sealsHead } = notification;
  return {
    ...process.env,
    SHADOWTAPE_RUN: run,
    SHADOWTAPE_JOB: job,
    SHADOWTAPE_EVENT: event,
    SHADOWTAPE_VERDICT: verdict,
    SHADOWTAPE_EXIT_STATUS: exitStatus,
    SHADOWTAPE_SENTENCE: sentence,
    SHADOWTAPE_SUBJECT: subject,
    SHADOWTAPE_SEALS_HEAD: sealsHead,
  };
}

/** With what it has started: it has its own process group. */
function kill({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

const spawnReasons: Readonly<Record<string, string>> = {
  ENOENT: phrase('there is no such program'),
  EACCES: phrase('this user may not run it'),
};

interface ProgramEnd {
  /** Undefined if it succeeded. */
  readonly how: string | undefined;
  readonly stderr: string;
}

function runToEnd(
  child: ChildProcess,
  stdin: string,
  limit: { readonly seconds: number },
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    let stderr = '';
    const finish = (how: string | undefined) => {
      clearTimeout(timer);
      child.stderr?.destroy();
      resolve({ how, stderr: stderr.slice(-keptBytes) });
    };
    const timer = setTimeout(() => {
      kill(child);
      finish(phrase('did not finish within {seconds} s', { seconds: limit.seconds }));
    }, limit.seconds * 1000);
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      stderr = (stderr + piece).slice(-keptBytes);
    });
    child.once('error', (error: NodeJS.ErrnoException) =>
      finish(
        phrase('cannot be started: {spawnReason}', {
          spawnReason: spawnReasons[error.code ?? ''] ?? error.message,
        }),
      ),
    );
    child.once('exit', (status, signal) => {
      const bad =
        status === null
          ? phrase('was ended by {signal}', { signal: signal ?? phrase('a signal') })
          : phrase('ended with exit status {status}', { status });
      const how = status === 0 ? undefined : bad;
      const closed = once(child, 'close');
      const silence = setTimeout(() => finish(how), silenceMilliseconds);
      void closed.then(() => {
        clearTimeout(silence);
        finish(how);
      });
    });
    // It need not read its input.
    child.stdin?.on('error', () => undefined).end(stdin);
  });
}

/**
 * @param argv program and arguments; no shell sees them
 * @throws NOTIFY_COMMAND_FAILED
 */
export async function sendByCommand(
  argv: readonly string[],
  notification: Notification,
  event: NotificationEvent,
  limitSeconds: number,
): Promise<void> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: environmentOf(notification, event),
    // Ctrl-C on the terminal is meant for the run alone.
    detached: true,
  });
  const { how, stderr } = await runToEnd(child, notification.text, { seconds: limitSeconds });
  if (how === undefined) return;
  const said = stderr.trim().split('\n').at(-1) ?? '';
  throw failure(
    'NOTIFY_COMMAND_FAILED',
    { command: program, how: said === '' ? how : `${how}: ${said}` },
    { stderr },
  );
}
