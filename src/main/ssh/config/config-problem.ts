import type { LinePlace } from './config-lines.ts';
import { phrase } from '../../../contract/text/say.ts';

/** Why a host's configuration cannot be followed. Concerns that host alone. */
export class ConfigProblem extends Error {
  /** `broken`: OpenSSH refuses it too. `unsupported`: OpenSSH would follow it, this program does not. */
  readonly kind: 'broken' | 'unsupported';
  /** What to do, where it is not to correct the file. */
  readonly remedy: string | undefined;

  /** @param remedy makes the problem an unsupported one */
  constructor(reason: string, remedy?: string) {
    super(reason);
    this.kind = remedy === undefined ? 'broken' : 'unsupported';
    this.remedy = remedy;
  }
}

/** "~/.ssh/config line 12" */
export function placeWords({ file, line }: LinePlace, homeFolder: string): string {
  const shown = file.startsWith(`${homeFolder}/`) ? `~${file.slice(homeFolder.length)}` : file;
  return phrase('{shown} line {line}', { shown, line });
}

/** Adds the place to the reason of a problem. @throws what `work` throws */
export function placed<Value>(place: LinePlace, homeFolder: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    throw new ConfigProblem(`${placeWords(place, homeFolder)}: ${error.message}`, error.remedy);
  }
}
