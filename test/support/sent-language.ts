/** The language in which hosts of the lab answer, and the one that was requested. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import ssh2 from 'ssh2';
import type { ClientChannel } from 'ssh2';
import type { Lab } from '../../src/lab/lab.ts';
import type { Scene } from './lab-run.ts';
import { commandWords } from '../../src/main/site/command-words.ts';
import { commandLine } from '../../src/main/ssh/quoting.ts';

/** The command lines since the `from`th that came without `LC_ALL=C`: a host answers them in the language of its login. */
export function sentInLoginLanguage({ commands }: Lab, from = 0): string[] {
  return commands
    .slice(from)
    .filter(({ sent }) => !sent.startsWith('env LC_ALL=C '))
    .map(({ host, line }) => `${host} ${line}`);
}

/** Its line as it is sent, with the rights of its host; none if the site file must be refused for it. */
function lineOf(command: unknown): string[] {
  try {
    const words = typeof command === 'string' ? commandWords(command) : command;
    const line = commandLine(words as readonly string[]);
    return [line, `sudo -n ${line}`, `pfexec ${line}`];
  } catch {
    return [];
  }
}

/** The lines of all commands in a site file, or in a part of one. @param part as it is written there */
export function siteCommandLines(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, value]: [string, unknown]) => {
    if (key === 'command' || key === 'nextTape') return lineOf(value);
    if ((key === 'stop' || key === 'resume') && Array.isArray(value)) return value.flatMap(lineOf);
    return siteCommandLines(value);
  });
}

/**
 * Commands that arrived at the hosts in the language of their logins by mistake: the program parses their output, and
 * must request English.
 */
export function sentWithoutLanguage(lab: Lab, allowed: ReadonlySet<string>): string[] {
  const isAllowed = (line: string) => [...allowed].some((known) => `${line} `.startsWith(`${known} `));
  return sentInLoginLanguage(lab).filter((sent) => !isAllowed(sent.slice(sent.indexOf(' ') + 1)));
}

/** Sends a line as it is, past the program. @returns what the host prints on the standard error */
export async function complaintOf(
  { lab, inLoginLanguage }: Scene,
  host: string,
  line: string,
): Promise<string> {
  inLoginLanguage.add(line);
  const found = lab.hosts.find(({ name }) => name === host);
  if (!found) throw new Error(`the lab has no host ${host}`);
  const client = new ssh2.Client();
  const { address, port, user } = found;
  client.connect({ host: address, port, username: user, privateKey: await readFile(lab.identityFile) });
  await once(client, 'ready');
  try {
    const channel = await new Promise<ClientChannel>((resolve, reject) =>
      client.exec(line, (error, opened) => (error ? reject(error) : resolve(opened))),
    );
    channel.resume();
    return await text(channel.stderr);
  } finally {
    client.end();
  }
}
