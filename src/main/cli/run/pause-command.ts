/** pause and continue: the dump of a run stops at a record boundary, and continues. */
import { say } from '../../../contract/text/say.ts';
import type { CommandLine } from '../command-line.ts';
import { print } from '../terminal/output.ts';

const service = () => import('../../application/pause-service.ts');

export function registerPause(line: CommandLine): void {
  const { program } = line;
  program
    .command('pause')
    .description(say('pause the dump of a running backup after a record, whichever process performs it'))
    .argument('<run>')
    .action(async (run: string) => {
      await (await service()).pauseRun(line.state, run);
      print(say('paused: run {run}; to continue it: shadowtape continue {run}', { run }));
    });
  program
    .command('continue')
    .description(say('continue a paused dump'))
    .argument('<run>')
    .action(async (run: string) => {
      await (await service()).continueRun(line.state, run);
      print(say('continued: run {run}', { run }));
    });
}
