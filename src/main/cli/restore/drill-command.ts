/**
 * `restore RUN --drill`: reads all of a backup from tape and compares it; with `--to` it is also extracted into a scratch
 * folder, which is removed. The cluster is not touched.
 */
import { failure } from '../../../contract/errors.ts';
import { say, sayCount } from '../../../contract/text/say.ts';
import type { DrillResult } from '../../application/console.ts';
import { levelText } from '../../../contract/drill-level.ts';
import type { CommandLine } from '../command-line.ts';
import { named } from '../named-runs.ts';
import type { JsonOutput } from '../json-output.ts';
import { print, printJson, standardError } from '../terminal/output.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { stoppable } from '../terminal/stop-signals.ts';
import { hasTerminal, terminalAsk } from '../terminal/terminal.ts';
import { showError } from '../terminal/shown-error.ts';
import { bytesText } from '../terminal/text.ts';
import { loginName } from '../../owner/login-name.ts';

interface DrillOptions {
  readonly volume?: string | undefined;
  /** The folder below which it is extracted; with --if-due by default that of the site file. */
  readonly to?: string | undefined;
  readonly json?: boolean;
  /** The first word is a job: its newest verified run is drilled if a drill is due. */
  readonly ifDue?: boolean;
}

/**
 * @param words the run
 * @throws DRILL_UNNAMED, and refusals, see FileRestoreService
 */
export async function drill(
  line: CommandLine,
  words: readonly string[],
  options: DrillOptions,
): Promise<void> {
  const [first, ...others] = words;
  if (others.length > 0) throw failure('DRILL_UNNAMED');
  if (options.ifDue) {
    const { drillIfDue } = await import('../schedule/drill-if-due.ts');
    const choice = { job: first, json: options.json ?? false };
    return drillIfDue(line, choice, (run, to) => drillRun(line, run, { ...options, to: options.to ?? to }));
  }
  if (first === undefined) throw failure('DRILL_UNNAMED');
  await drillRun(line, await named(line.state, first), options);
}

/** Drills a run and prints the result. */
async function drillRun(
  line: CommandLine,
  run: string,
  { volume, to, json = false }: DrillOptions,
): Promise<DrillResult> {
  const progress = new ProgressLine(standardError);
  const ask = hasTerminal() ? terminalAsk(progress, loginName()) : undefined;
  const result = await line
    .withConsole({}, (console) =>
      stoppable((abort) =>
        console.fileRestoreService.drill(
          { run, volume, to },
          { abort, ask, onProgress: (live) => progress.show(live) },
        ),
      ),
    )
    .finally(() => progress.clear());
  const { exitStatus, volumes, level, notes, error, record } = result;
  const proven = levelText(level);
  const told = {
    run,
    exitStatus,
    volumes,
    ...(level ? { level } : {}),
    notes,
    record,
    error: error?.toInfo(),
  };
  if (json) printJson<JsonOutput['restore']>(told);
  else {
    for (const { volume: name, bytes, sha256, copy, extracted } of volumes) {
      const tape = copy ? say('the second copy on {copy}', { copy: copy.join(', ') }) : say('the tape');
      print(
        say('proven: {tape} holds {name} of run {run}: {bytes}, SHA-256 {sha256}', {
          tape,
          name,
          run,
          bytes: bytesText(bytes),
          sha256,
        }),
      );
      if (extracted) print(extractedText(name, extracted));
    }
    // What is left of it would be an error.
    if (to !== undefined && exitStatus === 0)
      print(say('removed again: the scratch folder below {place}', { place: to }));
    if (proven !== undefined) print(say('level: {level}', { level: proven }));
    for (const note of notes) print(note);
    print(say('record: {record}', { record }));
  }
  if (error) showError(error, line.again);
  line.exitStatus = exitStatus;
  return result;
}

function extractedText(
  name: string,
  { entries, leftOut }: NonNullable<DrillResult['volumes'][number]['extracted']>,
): string {
  const count = sayCount(entries, '1 entry', '{count} entries');
  return leftOut === 0
    ? say('extracted: {count} of {name}', { count, name })
    : say('extracted: {count} of {name}; links, devices and FIFOs left out: {leftOut}', {
        count,
        name,
        leftOut,
      });
}
