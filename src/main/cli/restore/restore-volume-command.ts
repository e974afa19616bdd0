/** `restore RUN` without `--to`: restores a volume from a run's backup, from tape or from the parted proxy. */
import type { CommandLine, JsonOption, LabFlags } from '../command-line.ts';
import { followOn } from '../run/run-command.ts';

/** Options of a restore to the cluster. */
export interface RestoreVolumeOptions extends LabFlags, JsonOption {
  readonly replace?: readonly string[];
  readonly fromProxy?: boolean;
  readonly yes?: boolean;
}

/**
 * Restores the volume of a run on the cluster, and prints the end.
 * @throws refusals, see VolumeRestoreService
 */
export function restoreVolume(
  line: CommandLine,
  { run, further }: { readonly run: string; readonly further: readonly string[] },
  options: RestoreVolumeOptions,
): Promise<void> {
  const { replace, fromProxy, yes = false, json = false } = options;
  return followOn(line, options, { yes, json, ...line.again }, (console, following) =>
    console.volumeRestoreService.restore({ run, further, replace, fromProxy, ...following }),
  );
}
