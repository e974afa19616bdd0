/** Runs the command line on a terminal of its own, which can be typed on and closed: python3 makes it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { shadowtape } from './command-line.ts';
import { python, pythonMissing, pythonOptions } from './python.ts';

const script = `
import fcntl, json, os, pty, select, signal, struct, sys, termios
wake, woken = os.pipe()
os.set_blocking(woken, False)
signal.set_wakeup_fd(woken)
signal.signal(signal.SIGCHLD, lambda *_: None)
question, answer, columns = json.loads(sys.argv[1])
question, answer = question.encode(), answer.encode()
pid, terminal = pty.fork()
if pid == 0:
    os.closerange(3, 64)
    if columns:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    os.execv(sys.argv[2], sys.argv[2:])
def tell(**what):
    os.write(3, (json.dumps(what) + "\\n").encode())
tell(pid=pid)
ways = [terminal, 0, wake]
asked = b""
shown = b""
def show():
    global shown, answer
    try:
        data = os.read(terminal, 65536)
    except OSError:
        data = b""
    if not data:
        ways.remove(terminal)
        return
    os.write(1, data)
    shown += data
    if answer and question in shown:
        os.write(terminal, answer)
        answer = b""
while True:
    ready, _, _ = select.select(ways, [], [])
    if terminal in ready:
        show()
    if 0 in ready:
        data = os.read(0, 65536)
        if not data:
            ways.remove(0)
        asked += data
        while b"\\n" in asked:
            line, asked = asked.split(b"\\n", 1)
            what = json.loads(line)
            if "typed" in what:
                os.write(terminal, what["typed"].encode())
            else:
                if terminal in ways:
                    ways.remove(terminal)
                os.close(terminal)
    if wake in ready:
        os.read(wake, 64)
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            # Its end hangs the terminal up; what it wrote last may arrive after the news of its end.
            while terminal in ways:
                show()
            tell(status=os.waitstatus_to_exitcode(status))
            os._exit(0)
`;

/** For the title of a suite, after what it tests. */
export const terminalHint = pythonMissing === undefined ? '' : ` (not tested: ${pythonMissing})`;

/** In CI a missing python3 is a failure. */
export const hasTerminals = pythonMissing === undefined || Boolean(process.env['CI']);

export interface OnTerminal {
  /** Everything that was shown so far. */
  readonly shown: string;
  /** Resolves when this text is shown; text that was awaited before does not count. */
  see(text: string): Promise<void>;
  type(keys: string): void;
  /** Closes the terminal, as a lost connection does. */
  close(): void;
  /** Of the command line itself. */
  signal(name: NodeJS.Signals): Promise<void>;
  /** Its exit status; of a signal, the number below zero. */
  readonly end: Promise<number>;
}

interface TerminalOptions {
  readonly environment?: Record<string, string>;
  /** The program and its first arguments; without them the command line. */
  readonly words?: readonly string[];
  /** Keys that are typed at the moment when this text is first shown, faster than any person could. */
  readonly answer?: { readonly to: string; readonly keys: string };
  /** The width of the terminal; without it, the terminal does not know it. */
  readonly columns?: number;
}

/** Within a test: what still runs when the test ends is killed. */
export function startOnTerminal(
  args: readonly string[],
  { environment = {}, words = shadowtape, answer = { to: '', keys: '' }, columns = 0 }: TerminalOptions = {},
): OnTerminal {
  const answering = JSON.stringify([answer.to, answer.keys, columns]);
  const child = spawn(python, [...pythonOptions, '-c', script, answering, ...words, ...args], {
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
    env: { ...process.env, TERM: 'xterm', ...environment },
  });
  // Closing the terminal's other side hangs up on the program; one that ignores that is killed.
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    const program = await pid;
    try {
      process.kill(program, 'SIGKILL');
    } catch {
      // It has just ended on its own.
    }
  });
  let shown = '';
  let seen = 0;
  const waiting = new Set<() => void>();
  const [input, output, , report] = child.stdio as unknown as [Writable, Readable, null, Readable];
  output.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    for (const look of waiting) look();
  });
  const ask = (what: object) => input.write(`${JSON.stringify(what)}\n`);
  let begun: (pid: number) => void = () => undefined;
  const pid = new Promise<number>((resolve) => (begun = resolve));
  const status = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    createInterface({ input: report }).on('line', (line) => {
      const told = JSON.parse(line) as { pid?: number; status?: number };
      if (told.pid !== undefined) begun(told.pid);
      if (told.status !== undefined) resolve(told.status);
    });
  });
  const allShown = once(output, 'end');
  const end = status.then((ended) => allShown.then(() => ended));
  return {
    get shown() {
      return shown;
    },
    see(text) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const at = shown.indexOf(text, seen);
          if (at === -1) return;
          seen = at + text.length;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void end.then((ended) =>
          reject(new Error(`it ended with ${ended} before it showed ${text}:\n${shown}`)),
        );
      });
    },
    type: (keys) => ask({ typed: keys }),
    close: () => ask({ close: true }),
    signal: async (name) => void process.kill(await pid, name),
    end,
  };
}
