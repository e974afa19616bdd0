/** The python3 of this machine, which plays terminals and drives in tests. */
import { spawnSync } from 'node:child_process';

const asked = spawnSync('python3', [
  '-c',
  'import pty, os, sys; os.waitstatus_to_exitcode; print(sys.executable)',
]);

/** Why it cannot be used here, and what helps; undefined if it can. */
export const pythonMissing: string | undefined =
  asked.status === 0 ? undefined : 'install python3, 3.9 or later';

/** The program itself: what is found first may be a script that looks for it each time. */
export const python = asked.status === 0 ? asked.stdout.toString().trim() : 'python3';

/** Its own modules are enough: it starts sooner without those of the site. */
export const pythonOptions: readonly string[] = ['-I', '-S'];
