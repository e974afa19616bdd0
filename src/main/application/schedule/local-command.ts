/** Runs a program of this machine until it ends, such as systemctl and crontab. */
import { spawn } from 'node:child_process';
import { failure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';

export interface LocalEnd {
  /** Undefined if a signal ended it. */
  readonly exitStatus: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

type Encoding = 'utf8' | 'latin1';

/** Neither program waits for anything that takes longer. */
const limitMilliseconds = 60_000;

const reasons: Readonly<Record<string, string>> = { ENOENT: phrase('there is no such program') };

/**
 * @param argv program and arguments; no shell sees them
 * @param input for its standard input
 * @param encoding of both, `latin1` where each byte must stay as it is
 * @throws SCHEDULE_NOT_CHANGED if it cannot be started
 */
export function runLocally(
  argv: readonly string[],
  input = '',
  encoding: Encoding = 'utf8',
): Promise<LocalEnd> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, LC_ALL: 'C' },
      timeout: limitMilliseconds,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding(encoding).on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        failure('SCHEDULE_NOT_CHANGED', {
          command: argv.join(' '),
          reason: reasons[error.code ?? ''] ?? error.message,
        }),
      ),
    );
    child.once('close', (status) => resolve({ exitStatus: status ?? undefined, stdout, stderr }));
    child.stdin.on('error', () => undefined).end(input, encoding);
  });
}

/** The same, but any failure of the program is an error. @throws SCHEDULE_NOT_CHANGED */
export async function requireLocally(
  argv: readonly string[],
  input = '',
  encoding: Encoding = 'utf8',
): Promise<string> {
  const { exitStatus, stdout, stderr } = await runLocally(argv, input, encoding);
  if (exitStatus === 0) return stdout;
  const said = stderr.trim().split('\n').at(-1) ?? '';
  const reason =
    said === ''
      ? phrase('ended with exit status {exitStatus}', { exitStatus: exitStatus ?? phrase('unknown') })
      : said;
  throw failure('SCHEDULE_NOT_CHANGED', { command: argv.join(' '), reason }, { stderr });
}
