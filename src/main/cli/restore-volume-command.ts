/** `restore RUN`: gives a volume back what a run has backed up, from tape or from the parted proxy. */
import { faultOption, jsonOption, type CommandLine, type JsonOption, type LabFlags } from './command-line.ts';
import { followOn } from './run-command.ts';

/** Options of a restore to the cluster. */
export interface RestoreVolumeOptions extends LabFlags, JsonOption {
  readonly replace?: readonly string[];
  readonly fromProxy?: boolean;
  readonly yes?: boolean;
}

/**
 * Restores the volume of a run on the cluster, and prints the end.
 * @throws what keeps the restore from starting, see RestoreService
 */
export function restoreVolume(line: CommandLine, run: string, options: RestoreVolumeOptions): Promise<void> {
  const { replace, fromProxy, yes = false, json = false } = options;
  return followOn(line, options, { yes, json, ...line.again }, (console, following) =>
    console.restoreService.restore({ run, replace, fromProxy, ...following }),
  );
}

export function registerRestoreVolume(line: CommandLine): void {
  line.program
    .command('restore')
    .description('restore the volume of a run: tape to proxy, then proxy to master')
    .argument('<run>', 'the run that wrote the backup')
    .option('--replace <volume...>', 'the master volume that is replaced; needed with --yes')
    .option('--yes', 'approve without asking if every rule holds; only together with --replace', false)
    .option(
      '--from-proxy',
      'from the parted proxy, which still holds the backup; the tape is not read',
      false,
    )
    .addOption(jsonOption())
    .addOption(faultOption())
    .action((run: string, options: RestoreVolumeOptions) => restoreVolume(line, run, options));
}
