/** What commands do, in which two runs may differ: programs and their words, without what is another text in every run. Pure. */
import { say } from '../contract/text/say.ts';

/** Of a script: the programs that it starts. Pipes, process numbers and places of samples are its own affair: lines with shell syntax. */
const started =
  /^(?:exec )?((?:dd|tar|ufsdump|dump|sfxdump|cksum|digest|sha256sum|tee|restore|ufsrestore)(?: .*)?)$/;

/** Folders of detached work and locks have the name of their run. */
const withoutRun = (line: string, run: string): string => line.replaceAll(run, 'RUN');

/** Words that say where a script keeps what it works with. */
const isOwnPlace = (word: string): boolean => /^(?:if=|of=)?\/var\/tmp\/shadowtape-RUN/.test(word);

function programsOf(script: string): string[] {
  return script.split('\n').flatMap((line) => {
    // Where an argument of the script begins or ends.
    const bare = line.replace(/^.*'(?=exec )/, '').replace(/'.*$/, '');
    const program = started.exec(bare)?.[1];
    if (program === undefined || /[$<>|;&]/.test(program)) return [];
    const words = program.split(' ').filter((word) => !isOwnPlace(word));
    return words.length < 2 ? [] : [words.join(' ')];
  });
}

/**
 * What a command line does: itself; of a script, the programs that it starts.
 * @param run that has sent it
 */
export function meaningsOf(line: string, run: string): readonly string[] {
  const own = withoutRun(line, run);
  if (!own.includes('\n')) return [own];
  const programs = programsOf(own);
  return programs.length > 0
    ? programs
    : [say('a script of {lines} lines', { lines: own.split('\n').length })];
}

/** A program that two runs have started with other words. */
export interface ChangedCommand {
  readonly host: string;
  readonly program: string;
  /** The words that only one of the two has; empty if only their order differs. */
  readonly one: readonly string[];
  readonly other: readonly string[];
  /** Both, as `HOST # COMMAND`. */
  readonly lines: readonly [string, string];
}

interface Said {
  readonly host: string;
  readonly words: readonly string[];
}

function saidOf(line: string): Said {
  const at = line.indexOf(' # ');
  return { host: line.slice(0, at), words: line.slice(at + 3).split(' ') };
}

/** `dd`; of a GDS command also what it does: `sdxproxy Part`. */
const programOf = ({ words: [program = '', verb = ''] }: Said): string =>
  program.startsWith('sdx') ? `${program} ${verb}` : program;

function wordsNotIn(words: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return words.filter((word) => {
    const at = left.indexOf(word);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/**
 * Pairs the commands that differ: those of the same program on the same host. What has no counterpart is left out.
 * @param one lines `HOST # COMMAND` that only the first run has
 */
export function changedCommands(one: readonly string[], other: readonly string[]): ChangedCommand[] {
  const left = [...other];
  return one.flatMap((line) => {
    const said = saidOf(line);
    const program = programOf(said);
    const at = left.findIndex((candidate) => {
      const theirs = saidOf(candidate);
      return theirs.host === said.host && programOf(theirs) === program;
    });
    const [counterpart] = at < 0 ? [] : left.splice(at, 1);
    if (counterpart === undefined) return [];
    const { host, words } = said;
    const theirs = saidOf(counterpart).words;
    const [ours, others] = [wordsNotIn(words, theirs), wordsNotIn(theirs, words)];
    return [{ host, program, one: ours, other: others, lines: [line, counterpart] as const }];
  });
}
