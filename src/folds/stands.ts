/** Current state after a run: sentences, and the commands that are left to be done by hand. Pure. */

export interface HandCommand {
  readonly host: string;
  readonly line: string;
  /** What must first be made sure of; undefined where nothing must. */
  readonly condition: string | undefined;
}

export interface Stands {
  readonly sentences: readonly string[];
  readonly byHand: readonly HandCommand[];
}

const handPattern = /^by hand(?:, (.*?))?, on ([^\s:]+): (.*)$/s;

/** @param stands the sentences of `run-finished` */
export function readStands(stands: readonly string[]): Stands {
  const sentences: string[] = [];
  const byHand: HandCommand[] = [];
  for (const sentence of stands) {
    const [, condition, host, line] = handPattern.exec(sentence) ?? [];
    if (host === undefined || line === undefined) sentences.push(sentence);
    else byHand.push({ host, line, condition });
  }
  return { sentences, byHand };
}

/** As text for a terminal: a comment before each line says where it belongs. */
export function handText(commands: readonly HandCommand[]): string {
  return commands
    .map(
      ({ host, line, condition }) =>
        `# on ${host}${condition === undefined ? '' : `, ${condition}`}\n${line}\n`,
    )
    .join('');
}
