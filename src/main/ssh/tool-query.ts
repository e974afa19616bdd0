/** How a host is asked where a program is. Pure. */
import { scriptOfLogin, type Become } from './rights.ts';

/**
 * Where sudo and pfexec find programs in addition to those of the login (sudoers(5), secure_path): the login's own PATH
 * may lack them.
 */
const administratorsPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The command that prints the path of a program; it fails where there is none.
 * @param become how the host's commands get their rights
 */
export function toolQuery(tool: string, become: Become = 'none'): readonly string[] {
  if (become === 'none') return ['command', '-v', tool];
  const script = `PATH=${administratorsPath}:$PATH; export PATH; command -v "$1"`;
  return ['sh', '-c', script, scriptOfLogin, tool];
}

/**
 * The path in the answer. A shell names what it has built in by its name alone; POSIX wants a program of that name next
 * to it.
 * @param stdout what the query printed
 */
export function toolPath(stdout: string): string | undefined {
  const [line = ''] = stdout.trim().split('\n');
  if (line.startsWith('/')) return line;
  return /^[A-Za-z0-9_.-]+$/.test(line) ? `/usr/bin/${line}` : undefined;
}
