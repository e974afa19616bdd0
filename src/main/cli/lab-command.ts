import { Option } from 'commander';
import { say } from '../../contract/text/say.ts';
import { faultTable } from '../../lab/faults/faults.ts';
import type { Platform, StateFolder } from '../application/console.ts';
import { faultOption, freshLabOption, portOf, type CommandLine, type LabFlags } from './command-line.ts';
import { tellLostOutput } from './terminal/lost-output.ts';
import { print } from './terminal/output.ts';
import { stopOnSignals, unexpectedStatus } from './terminal/stop-signals.ts';
import { belowOptions } from './terminal/help-text.ts';

const valueWords = {
  none: '',
  number: '=N',
  word: '=WORD',
  host: '=HOST',
  'host:number': '=HOST:N',
  'host:command': '=HOST:COMMAND',
  'host:language': '=HOST:LOCALE',
} as const;

/** Every fault with its value and its sentence, for the help. */
function faultsText(): string {
  const lines = Object.entries(faultTable).map(
    ([name, { value, sentence }]) => `  ${`${name}${valueWords[value]}`.padEnd(26)}${sentence}`,
  );
  return [say('Faults (hosts are node1, node2, node3):'), ...lines].join('\n');
}

interface LabCommandOptions {
  /** First of three ports; 0 for any. */
  readonly port: number;
  readonly fresh: boolean;
  readonly faults: readonly string[];
  readonly platform: Platform | undefined;
}

/** Runs the lab until a signal comes. @returns the exit status */
async function labCommand(
  state: StateFolder,
  { port, fresh, faults, platform }: LabCommandOptions,
): Promise<number> {
  const { openEmbeddedLab, siteFileOf } = await import('../application/console.ts');
  const folder = state.labFolder;
  const ports = port === 0 ? ([0, 0, 0] as const) : ([port, port + 1, port + 2] as const);
  const { lab } = await openEmbeddedLab({ folder, fresh, faults, ports, platform, mustOwn: true });
  if (!lab) return 1;
  const stop = stopOnSignals({ hangup: 'ends' });
  for (const { name, address, port: listening, user } of lab.hosts) {
    print(
      `${name}: ssh -p ${listening} -i ${lab.identityFile} -o UserKnownHostsFile=${lab.knownHostsFile} ${user}@${address}`,
    );
  }
  print(say('tape: {tapeFile}', { tapeFile: lab.tapeFile }));
  print(say('site file: {folder}', { folder: siteFileOf(folder) }));
  print(say('Press Ctrl-C to stop the lab.'));
  void tellLostOutput();
  await new Promise<void>((resolve) =>
    stop.cancel.addEventListener('abort', () => resolve(), { once: true }),
  );
  await lab.close();
  stop.release();
  return stop.hasFailed ? unexpectedStatus : 0;
}

export function registerLab(line: CommandLine): void {
  line.program
    .command('lab')
    .description(say('keep the embedded lab running until Ctrl-C, and print its site file'))
    .option('--listen <port>', say('first port of the three hosts; 0: any free ports'), portOf, 0)
    .addOption(
      new Option(
        '--platform <name>',
        say('platform of the hosts (default Solaris); an existing lab keeps its platform'),
      ).choices(['solaris', 'linux']),
    )
    .addOption(freshLabOption())
    .addOption(faultOption())
    .addHelpText('after', (context) => belowOptions(faultsText())(context))
    .action(async (options: LabFlags & { listen: number; platform?: Platform }) => {
      line.exitStatus = await labCommand(line.state, {
        port: options.listen,
        fresh: options.freshLab ?? false,
        faults: options.fault ?? [],
        platform: options.platform,
      });
    });
}
