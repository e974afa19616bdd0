/** show and verify: what was done, and whether the tape still holds it. */
import { copyHow } from '../../../contract/tape/copied-tape.ts';
import type { RunEvent } from '../../../contract/events.ts';
import { isFailure } from '../../../contract/errors.ts';
import { say } from '../../../contract/text/say.ts';
import type { ShadowtapeConsole, StateFolder } from '../../application/console.ts';
import {
  faultOption,
  jsonOption,
  type CommandLine,
  type JsonOption,
  type LabFlags,
} from '../command-line.ts';
import { drilledText } from './run-listing.ts';
import type { JsonOutput } from '../json-output.ts';
import { print, printJson, standardOutput } from '../terminal/output.ts';
import { exact } from '../terminal/lines.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { eventLines } from './event-lines.ts';
import { dayText, lossText, momentText } from '../terminal/display.ts';
import { RunText } from '../run/run-text.ts';
import { stoppable } from '../terminal/stop-signals.ts';
import { hasTerminal, terminalAsk } from '../terminal/terminal.ts';
import { countText } from '../terminal/text.ts';
import { loginName } from '../../owner/login-name.ts';

/** Commands that only sample or query would hide the rest: similar ones of a step are shown as one line with their number. */
function withoutRepetition(events: readonly RunEvent[]): RunEvent[] {
  const sampling = new Set(['fingerprint', 'verify']);
  return events.filter(
    (event) => !((event.type === 'intent' || event.type === 'outcome') && sampling.has(event.step)),
  );
}

async function showCommand(state: StateFolder, run: string, json: boolean): Promise<number> {
  const [{ readRun }, { copiesOf, lostTapesOf }, { provenDrills }] = await Promise.all([
    import('../../journal/run-history.ts'),
    import('../../application/known-tapes.ts'),
    import('../../journal/drill-records.ts'),
  ]);
  const { events, truncated, lastHash } = await readRun(state, run);
  const drill = provenDrills(state.restoresFolder).get(run);
  const copies = copiesOf(state, run);
  if (json) {
    for (const event of events) printJson<JsonOutput['show']>(event);
    // Not from the journal, which has ended: tapes that were overwritten since.
    for (const loss of lostTapesOf(state, run))
      printJson<JsonOutput['show']>({ type: 'tape-lost', run, ...loss });
    if (drill) printJson<JsonOutput['show']>({ type: 'drilled', run, ...drill });
    for (const { tapes, ...copied } of copies)
      printJson<JsonOutput['show']>({ type: 'copied', run, ...copied, tapes: tapes.map(({ name }) => name) });
    return 0;
  }
  const text = new RunText();
  let day = '';
  for (const event of withoutRepetition(events)) {
    const lines = eventLines(event, text);
    const today = lines.length === 0 ? day : dayText(event.at);
    if (today !== day) print(today);
    day = today;
    lines.forEach(print);
  }
  print([
    `${say('journal')} `,
    exact(`${state.journalFile(run)}:`),
    ` ${say('{events} events, chain intact, last {lastHash}…', { events: countText(events.length), lastHash: lastHash.slice(0, 16) })}`,
  ]);
  for (const loss of lostTapesOf(state, run)) print(lossText(loss));
  if (drill) print(drilledText(drill));
  for (const copy of copies) {
    const tapes = copy.tapes.map(({ name }) => name).join(', ');
    const at = momentText(copy.at);
    print(say('second copy on {tapes}, {how} {at}', { tapes, how: copyHow(copy), at }));
    for (const { volume, sha256 } of copy.volumes)
      print(['  ', exact(volume), say(': SHA-256 {sha256}', { sha256 })]);
  }
  if (truncated) print(say('the last line is incomplete: the console died while writing it'));
  return 0;
}

/** @returns 0 if the tape holds what the run wrote, 4 if it does not */
async function verifyCommand(console: ShadowtapeConsole, run: string): Promise<number> {
  const progress = new ProgressLine(standardOutput);
  try {
    const ask = hasTerminal() ? terminalAsk(progress, loginName()) : undefined;
    const files = await stoppable((abort) =>
      console.verify(
        run,
        abort,
        (shown) => progress.show(shown),
        ask,
        (sentence) => progress.print([sentence]),
      ),
    );
    progress.print(
      files.map(({ volume, bytes, records, sha256, cksum }) => {
        const sum = sha256 === undefined ? `cksum ${cksum ?? 'unknown'}` : `sha256 ${sha256}`;
        return say(
          'verified: the tape holds {volume} of run {run}: {bytes} bytes, {records} records, {sum}',
          { volume, run, bytes: countText(bytes), records: countText(records), sum },
        );
      }),
    );
    return 0;
  } catch (error) {
    progress.clear();
    if (
      isFailure(error, 'TAPE_DIFFERS', 'TAPE_READBACK_MISCOUNTED', 'TAPE_RECORD_TOO_LONG', 'TAPE_READ_FAILED')
    ) {
      process.exitCode = 4;
    }
    throw error;
  }
}

export function registerShown(line: CommandLine): void {
  const { program } = line;
  program
    .command('show')
    .description(say('show everything that a run did'))
    .argument('<run>')
    .addOption(jsonOption())
    .action(async (run: string, { json = false }: JsonOption) => {
      line.exitStatus = await showCommand(line.state, run, json);
    });
  program
    .command('verify')
    .description(say('read the tape and compare it with what the run wrote'))
    .argument('<run>')
    .addOption(faultOption())
    .action(async (run: string, options: LabFlags) => {
      line.exitStatus = await line.withConsole(options, (console) => verifyCommand(console, run));
    });
}
