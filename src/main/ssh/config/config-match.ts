/** `Match` of ssh_config(5): whether the lines below it concern a host (readconf.c, match_cfg_line). */
import { spawnSync } from 'node:child_process';
import { takeWord } from './config-lines.ts';
import { matchesHostList, matchesList } from './config-patterns.ts';
import { ConfigProblem } from './config-problem.ts';
import { expandPercent, pathMeanings } from './config-tokens.ts';
import type { Destination, LocalUser } from './config-tokens.ts';
import { phrase } from '../../../contract/text/say.ts';

/** What is known of the host when the line is read. */
export interface MatchFacts {
  /** `address` is what HostName has made of the alias so far. */
  readonly destination: Destination;
  readonly local: LocalUser;
  /** True if the files are read a second time. */
  readonly isFinal: boolean;
  /** The name of `Tag`. */
  readonly tag: string;
  /** True if the site file allows `Match exec` to run its command. */
  readonly runsExec: boolean;
}

export interface MatchVerdict {
  readonly matches: boolean;
  /** True if the line wants the files to be read a second time. */
  readonly wantsFinal: boolean;
}

/** How long the command of `Match exec` may take. */
const execLimitSeconds = 10;

const execRemedy = phrase(
  'set connections.runMatchExec to true in the site file, or name the host by its own Host section',
);

interface Criterion {
  readonly name: string;
  readonly isNegated: boolean;
  /** Empty for `all`, `final` and `canonical`. */
  readonly argument: string;
}

const withoutArgument = ['all', 'canonical', 'final'];

function criteriaOf(text: string): Criterion[] {
  const criteria: Criterion[] = [];
  let left = takeWord(text);
  while (left && left.word !== '' && !left.word.startsWith('#')) {
    const isNegated = left.word.startsWith('!');
    const name = left.word.slice(isNegated ? 1 : 0).toLowerCase();
    if (withoutArgument.includes(name)) {
      criteria.push({ name, isNegated, argument: '' });
      left = takeWord(left.rest);
      continue;
    }
    const argument = takeWord(left.rest);
    if (argument === undefined || argument.word === '' || argument.word.startsWith('#'))
      throw new ConfigProblem(phrase('Match {name} has no argument', { name }));
    criteria.push({ name, isNegated, argument: argument.word });
    left = takeWord(argument.rest);
  }
  if (criteria.length === 0) throw new ConfigProblem(phrase('Match has no criteria'));
  requireLoneAll(criteria);
  return criteria;
}

/** `all` comes last, and after nothing but one other criterion. */
function requireLoneAll(criteria: readonly Criterion[]): void {
  const index = criteria.findIndex(({ name }) => name === 'all');
  if (index > 1 || (index >= 0 && index < criteria.length - 1))
    throw new ConfigProblem(phrase('"all" cannot be combined with other Match criteria'));
}

function runs(command: string, { destination, local }: MatchFacts): boolean {
  const line = expandPercent(command, pathMeanings(destination, local));
  const { status, error } = spawnSync(local.environment['SHELL'] ?? '/bin/sh', ['-c', line], {
    stdio: 'ignore',
    timeout: execLimitSeconds * 1000,
  });
  if (error)
    throw new ConfigProblem(
      phrase('Match exec "{line}" did not run: {reason}', { line, reason: error.message }),
    );
  return status === 0;
}

/** @returns undefined for a criterion that cannot be judged here */
function isMet({ name, argument }: Criterion, facts: MatchFacts): boolean | undefined {
  const { destination, local } = facts;
  switch (name) {
    case 'all':
      return true;
    case 'canonical':
    case 'final':
      return facts.isFinal;
    case 'host':
      return matchesHostList(destination.address, argument);
    case 'originalhost':
      return matchesHostList(destination.alias, argument);
    case 'user':
      return matchesList(destination.user, argument);
    case 'localuser':
      return matchesList(local.name, argument);
    case 'tagged':
      return matchesList(facts.tag, argument);
    case 'exec':
      return facts.runsExec ? runs(argument, facts) : undefined;
    default:
      return undefined;
  }
}

/**
 * Judges a Match line. A criterion is evaluated only while all before it hold, so that no command runs for nothing.
 * @param text what follows the keyword
 * @throws ConfigProblem where the line is wrong, and where it depends on something that cannot be judged
 */
export function judgeMatch(text: string, facts: MatchFacts): MatchVerdict {
  const criteria = criteriaOf(text);
  const wantsFinal = criteria.some(({ name }) => name === 'final');
  for (const criterion of criteria) {
    const met = isMet(criterion, facts);
    if (met === undefined)
      throw new ConfigProblem(
        phrase('Match {name} is not supported', { name: criterion.name }),
        criterion.name === 'exec'
          ? execRemedy
          : phrase('remove that line, or put what it sets into a Host section'),
      );
    if (met === criterion.isNegated) return { matches: false, wantsFinal };
  }
  return { matches: true, wantsFinal };
}
