/**
 * What commander itself writes, in the language of the program: errors of usage, and words of the help. Its texts
 * cannot be replaced, so they are recognized in the wording of its version 14; an unknown one stays English.
 */
import { Help, type Argument, type Command, type Help as HelpText, type Option } from 'commander';
import { say, sayCount } from '../../contract/text/say.ts';

type Said = (...values: string[]) => string;

/** A conflicting option, as an error names it. */
const optionWords = (text: string): string => {
  const [, variable = ''] = /^environment variable '(.*)'$/.exec(text) ?? [];
  const [, option = ''] = /^option '(.*)'$/.exec(text) ?? [];
  return variable === ''
    ? say("option '{option}'", { option })
    : say("environment variable '{variable}'", { variable });
};

const reasonWords = (reason: string): string => {
  const [, choices] = /^Allowed choices are (.*)\.$/s.exec(reason) ?? [];
  return choices === undefined ? reason : say('Allowed choices are {choices}.', { choices });
};

/** The error, and its reason for a refused value. */
const withReason = (error: string, reason: string): string =>
  reason === '' ? error : `${error} ${reasonWords(reason)}`;

const texts: readonly (readonly [RegExp, Said])[] = [
  [/^error: unknown option '(.*)'$/s, (option) => say("error: unknown option '{option}'", { option })],
  [/^error: unknown command '(.*)'$/s, (command) => say("error: unknown command '{command}'", { command })],
  [
    /^error: missing required argument '(.*)'$/s,
    (argument) => say("error: missing required argument '{argument}'", { argument }),
  ],
  [
    /^error: option '(.*)' argument missing$/s,
    (option) => say("error: option '{option}' argument missing", { option }),
  ],
  [
    /^error: required option '(.*)' not specified$/s,
    (option) => say("error: required option '{option}' not specified", { option }),
  ],
  [
    /^error: option '(.*?)' argument '(.*)' is invalid\. ?(.*)$/s,
    (option, value, reason) =>
      withReason(say("error: option '{option}' argument '{value}' is invalid.", { option, value }), reason),
  ],
  [
    /^error: option '(.*?)' value '(.*)' from env '(.*)' is invalid\. ?(.*)$/s,
    (option, value, variable, reason) =>
      withReason(
        say("error: option '{option}' value '{value}' from env '{variable}' is invalid.", {
          option,
          value,
          variable,
        }),
        reason,
      ),
  ],
  [
    /^error: command-argument value '(.*)' is invalid for argument '(.*?)'\. ?(.*)$/s,
    (value, argument, reason) =>
      withReason(
        say("error: command-argument value '{value}' is invalid for argument '{argument}'.", {
          value,
          argument,
        }),
        reason,
      ),
  ],
  [
    /^error: ((?:option|environment variable) '.*') cannot be used with ((?:option|environment variable) '.*')$/s,
    (one, other) =>
      say('error: {one} cannot be used with {other}', { one: optionWords(one), other: optionWords(other) }),
  ],
  [
    /^error: too many arguments(?: for '(.*)')?\. Expected (\d+) arguments? but got (\d+)\.$/s,
    (command, expected, given) => tooMany(command, Number(expected), given),
  ],
  [/^\(Did you mean one of (.*)\?\)$/, (words) => say('(Did you mean one of {words}?)', { words })],
  [/^\(Did you mean (.*)\?\)$/, (word) => say('(Did you mean {word}?)', { word })],
];

function tooMany(command: string, expected: number, given: string): string {
  return command === ''
    ? sayCount(
        expected,
        'error: too many arguments. Expected {count} argument but got {given}.',
        'error: too many arguments. Expected {count} arguments but got {given}.',
        { given },
      )
    : sayCount(
        expected,
        "error: too many arguments for '{command}'. Expected {count} argument but got {given}.",
        "error: too many arguments for '{command}'. Expected {count} arguments but got {given}.",
        { command, given },
      );
}

function saidText(text: string): string {
  for (const [pattern, words] of texts) {
    const found = pattern.exec(text);
    if (found) return words(...found.slice(1).map((value) => value ?? ''));
  }
  return text;
}

/** An error of usage as commander writes it: the error, and a suggestion on a separate line. */
export function usageErrorText(text: string): string {
  const [, error = '', guess = '', end = ''] = /^(.*?)(\n\(Did you mean .*\?\))?(\n*)$/s.exec(text) ?? [];
  return `${saidText(error)}${guess === '' ? '' : `\n${saidText(guess.slice(1))}`}${end}`;
}

const moreWords: Readonly<Record<string, () => string>> = {
  choices: () => say('choices'),
  default: () => say('default'),
  env: () => say('env'),
};
/** The parentheses at the end of a description: `(choices: "auto", "always", default: "auto", env: NAME)`. */
const withSaidMore = (description: string): string =>
  description.replace(/\((?:choices|default|env): .*\)$/, (more) =>
    more.replace(
      /(?<=\(|, )(choices|default|env): /g,
      (_, word: string) => `${moreWords[word]?.() ?? word}: `,
    ),
  );

const help = new Help();

const withSaidPlaces = (usage: string): string =>
  usage.replace('[options]', say('[options]')).replace('[command]', say('[command]'));

/** What commander adds to the help. */
export const saidHelp: Partial<HelpText> = {
  optionDescription: (option: Option) => withSaidMore(help.optionDescription(option)),
  argumentDescription: (argument: Argument) => withSaidMore(help.argumentDescription(argument)),
  subcommandTerm: (command: Command) => withSaidPlaces(help.subcommandTerm(command)),
  styleUsage: withSaidPlaces,
};
