import type { NodeName } from '../gds/lab-model.ts';

/** A command line as a host received it. */
export interface ReceivedCommand {
  readonly host: NodeName;
  /** The command itself, without the words in front of it that set its environment or give it a shell. */
  readonly line: string;
  /** The whole line. */
  readonly sent: string;
}

/** `env NAME=value ...` in front of a command. */
const environmentWords = /^env (?:[A-Za-z_]\w*=\S* )+/;
/** `sh -c '"$@"' sh` in front of a command that only a shell has. */
const shellWords = /^sh -c '"\$@"' sh /;

/** A script that has one command run, and that command. */
const scriptOfCommand = /^\{\nexec ([^]*) < \/dev\/null\n\}\n$/;

/** True for a line that reads a script from its input. */
export const readsScript = (line: string): boolean => line.replace(environmentWords, '') === 'sh';

/**
 * Splits a line into the command and what only prepares it.
 * @param script what the line reads, where it reads a script
 */
export function receivedCommand(host: NodeName, sent: string, script = ''): ReceivedCommand {
  const command = scriptOfCommand.exec(script)?.[1] ?? sent.replace(environmentWords, '');
  return { host, line: command === sent ? sent : command.replace(shellWords, ''), sent };
}
