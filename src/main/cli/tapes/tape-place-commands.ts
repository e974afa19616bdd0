/** tapes move, lost and found: a person records where a tape is. Contacts no host, and needs no site. */
import type { Command } from 'commander';
import { say, sayCount, told } from '../../../contract/text/say.ts';
import type { CommandLine } from '../command-line.ts';
import { withHistory } from '../history/history-search-commands.ts';
import { print, warn } from '../terminal/output.ts';

const nameWords = () => say('the name on the label');

async function lostCommand({ state, siteFile }: CommandLine, name: string): Promise<void> {
  const { declareTapeLost } = await import('../../application/known-tapes.ts');
  const loss = declareTapeLost(state, name);
  const { runs } = loss;
  print(say('lost: {name} no longer counts, and no run waits for it', { name }));
  if (runs.length > 0)
    print(
      `  ${sayCount(runs.length, 'no other tape holds run {runs}', 'no other tape holds the {count} runs {runs}', { runs: runs.join(', ') })}`,
    );
  if (runs.length === 0 || siteFile === undefined) return;
  const { tellLostTape } = await import('../../application/media/lost-tape.ts');
  const { readSite } = await import('../../application/console.ts');
  const site = await readSite(siteFile);
  const lines = await withHistory(state, (history) => history.lines());
  await tellLostTape(
    { state, site, lines, warn: (sentence) => warn(`shadowtape: ${told(sentence)}`) },
    name,
    loss,
  );
}

/** @param tapes the command that these belong to */
export function registerPlaces(line: CommandLine, tapes: Command): void {
  tapes
    .command('move')
    .description(say('note where a tape is kept; it holds until the tape is in a drive again'))
    .argument('<name>', nameWords())
    .argument('<location>', say('such as "fire safe 2"'))
    .action(async (name: string, location: string) => {
      const { moveTape } = await import('../../application/known-tapes.ts');
      moveTape(line.state, name, location);
      print(say('moved: {name} is at {location}', { name, location }));
    });
  tapes
    .command('lost')
    .description(
      say(
        'declare that a tape cannot be found: what it holds does not count until it is found, or is in a drive again',
      ),
    )
    .argument('<name>', nameWords())
    .action((name: string) => lostCommand(line, name));
  tapes
    .command('found')
    .description(say('take back that a tape was declared lost'))
    .argument('<name>', nameWords())
    .argument('[location]', say('such as "fire safe 2"'))
    .action(async (name: string, location: string | undefined) => {
      const { declareTapeFound } = await import('../../application/known-tapes.ts');
      declareTapeFound(line.state, name, location);
      print(say('found: {name} counts again', { name }));
    });
}
