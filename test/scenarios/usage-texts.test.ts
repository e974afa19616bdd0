/**
 * Texts of commander are recognized and shown in the language of the program. The oracle is its own parser, which
 * writes every text.
 */
import { Argument, Command, Option } from 'commander';
import { afterEach, describe, expect, it } from 'vitest';
import { speak } from '../../src/contract/text/say.ts';
import { saidHelp, usageErrorText } from '../../src/main/cli/commander-texts.ts';
import { pseudoLanguage, withAccents } from '../support/language/pseudo-language.ts';

const pseudo = pseudoLanguage();

/** A command line with everything that commander can refuse. */
function program(): Command {
  const tape = new Command('tape')
    .addArgument(new Argument('<deed>').choices(['load', 'eject']))
    .requiredOption('--drive <device>')
    .addOption(
      new Option('--color <when>', 'colors').choices(['auto', 'never']).default('auto').env('TEST_COLOR'),
    )
    .addOption(new Option('-q, --quiet').conflicts('verbose'))
    .option('-v, --verbose')
    .allowExcessArguments(false);
  return new Command('shadowtape').addCommand(tape).addCommand(new Command('tapes'));
}

/** What commander writes where the words are refused, as it is, and as the program says it. */
function refused(words: readonly string[]): { written: string; said: string } {
  const seen = { written: '', said: '' };
  const line = program();
  for (const command of [line, ...line.commands])
    command.exitOverride().configureOutput({
      outputError: (text) => {
        seen.written += text;
        seen.said += usageErrorText(text);
      },
      writeErr: () => undefined,
    });
  expect(() => line.parse(words, { from: 'user' })).toThrow();
  return seen;
}

afterEach(() => {
  speak(undefined);
  delete process.env['TEST_COLOR'];
});

const refusals: readonly (readonly [words: string[], values: RegExp])[] = [
  [['tapes', '--colour'], /--colour/],
  [['tape', 'load', '--drive', '/dev/st0', '--colour'], /--colour|--color/g],
  [['tappe'], /tappe|tape/g],
  [['tape', '--drive', '/dev/st0'], /deed/],
  [['tape', 'load', '--drive'], /--drive <device>/],
  [['tape', 'load'], /--drive <device>/],
  [['tape', 'load', '--drive', '/dev/st0', '--color', 'blue'], /--color <when>|blue|auto, never/g],
  [['tape', 'weigh', '--drive', '/dev/st0'], /weigh|deed|load, eject/g],
  [['tape', 'load', '--drive', '/dev/st0', '-q', '-v'], /-q, --quiet|-v, --verbose/g],
  [['tape', 'load', 'eject', '--drive', '/dev/st0'], /'tape'/],
];

describe('an error of usage', () => {
  it.each(refusals)('of %j is unchanged in English', (words) => {
    const { written, said } = refused(words);
    expect(written).not.toBe('');
    expect(said).toBe(written);
  });

  it.each(refusals)('of %j is shown in another language, except what was typed', (words, values) => {
    speak(pseudo);
    const { said } = refused(words);
    expect(said.replaceAll(new RegExp(values, 'g'), '')).not.toMatch(/[a-z]/i);
  });

  it('of a value in the environment names the variable', () => {
    process.env['TEST_COLOR'] = 'blue';
    speak(pseudo);
    const { said } = refused(['tape', 'load', '--drive', '/dev/st0']);
    expect(said.replaceAll(/--color <when>|blue|TEST_COLOR|auto, never/g, '')).not.toMatch(/[a-z]/i);
  });

  it('that is not known stays as it was written', () => {
    speak(pseudo);
    expect(usageErrorText('error: the tape is upside down\n')).toBe('error: the tape is upside down\n');
  });
});

it('the help shows choices, defaults and variables in the language, and keeps their values', () => {
  const [tape] = program().commands;
  const help = () => (tape?.configureHelp(saidHelp).helpInformation() ?? '').replaceAll(/\s+/g, ' ');
  const english = help();
  expect(english).toContain('colors (choices: "auto", "never", default: "auto", env: TEST_COLOR)');
  expect(english).toContain('tape [options] <deed>');
  speak(pseudo);
  const said = help();
  expect(said).toContain(
    `colors (${withAccents('choices')}: "auto", "never", ${withAccents('default')}: "auto", ${withAccents('env')}: TEST_COLOR)`,
  );
  expect(said).toContain(`tape ${withAccents('[options]')} <deed>`);
});
