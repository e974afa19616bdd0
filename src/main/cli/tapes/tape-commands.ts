/** identify, label, tapes and drive-check: work at the drive outside any run. */
import { isFailure } from '../../../contract/errors.ts';
import { Option } from 'commander';
import type { CheckLine } from '../../../contract/plan.ts';
import { say, told } from '../../../contract/text/say.ts';
import type {
  IdentifiedTape,
  ImportedTape,
  ShadowtapeConsole,
  StateFolder,
} from '../../application/console.ts';
import {
  faultOption,
  freshLabOption,
  jsonOption,
  type CommandLine,
  type JsonOption,
  type LabFlags,
} from '../command-line.ts';
import { asGiven, type GlobalOptionWords } from '../given-options.ts';
import type { JsonOutput } from '../json-output.ts';
import { registerLibrary } from './library-commands.ts';
import { registerPlaces } from './tape-place-commands.ts';
import { exact, type Line } from '../terminal/lines.ts';
import { print, printJson, standardError, standardOutput, warn } from '../terminal/output.ts';
import { dayText, isQuiet, lossText, momentText } from '../terminal/display.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { stoppable } from '../terminal/stop-signals.ts';
import { hasTerminal, terminalAsk } from '../terminal/terminal.ts';
import { endWord } from '../run/run-text.ts';
import { listingLines, type Column } from '../terminal/table.ts';
import { bytesText, countText } from '../terminal/text.ts';
import { loginName } from '../../owner/login-name.ts';

/** `, written by run R (verified)`; empty for a tape with a label, which names its run, and if no run is known. */
function writerText({ label, writtenBy }: IdentifiedTape): string {
  if (label || writtenBy.length === 0) return '';
  const unfinished = writtenBy.find((writer) => writer.unfinished);
  if (unfinished) return say(', may be the unfinished dump of run {run}', { run: unfinished.run });
  const told = writtenBy.map(({ run, verdict, exitStatus = 3 }) =>
    verdict === undefined || verdict === 'unfinished' ? run : `${run} (${endWord({ verdict, exitStatus })})`,
  );
  return told.length === 1
    ? say(', written by run {told}', { told: told[0] ?? '' })
    : say(', written by one of the runs {told}', { told: told.join(', ') });
}

/** What the label has to restore its volumes without Shadowtape. */
const linesByHand = ({ label }: IdentifiedTape): Line[] =>
  (label?.volumes ?? []).flatMap(({ volume, byHand }) =>
    byHand === undefined ? [] : [[`  ${say('to restore {volume} by hand:', { volume })} `, exact(byHand)]],
  );

function identifiedLines(tape: IdentifiedTape): Line[] {
  const { host, device, blank, label, files, end } = tape;
  const place = say('tape in {device} on {host}', { device, host });
  if (blank) return [say('{place}: blank', { place })];
  const name = label
    ? say('"{name}", uuid {uuid}', { name: label.name, uuid: label.uuid })
    : say('without a label');
  return [
    `${place}: ${name}${writerText(tape)}`,
    ...files.map(({ file, holds, recordBytes }) => {
      const size =
        recordBytes === undefined || recordBytes === 0
          ? ''
          : say('records of {recordBytes} B', { recordBytes: countText(recordBytes) });
      return `  ${say('file {file} {size}  {holds}', { file: String(file).padEnd(3), size: size.padStart(20), holds })}`;
    }),
    `  ${end}`,
    ...linesByHand(tape),
  ];
}

async function identifyCommand(console: ShadowtapeConsole, json: boolean): Promise<number> {
  const tape = await stoppable((abort) => console.tapeService.identify(abort));
  if (json) printJson<JsonOutput['identify']>(withoutJournal(tape));
  else identifiedLines(tape).forEach(print);
  return 0;
}

/** The journal in a manifest is of no use in a list. */
function withoutJournal(tape: IdentifiedTape): JsonOutput['identify'] {
  const { manifest } = tape;
  return {
    ...tape,
    manifest: manifest && { ...manifest, journal: { sha256: manifest.journal.sha256 } },
  };
}

/** Imports tapes and their runs into the state folder, one tape after the other. */
async function importCommand(
  console: ShadowtapeConsole,
  { changer, json }: { readonly changer: boolean; readonly json: boolean },
): Promise<number> {
  const progress = new ProgressLine(standardError);
  const ask = hasTerminal() && !changer ? terminalAsk(progress, loginName()) : undefined;
  const show = (imported: ImportedTape) =>
    json ? printJson<JsonOutput['identify']>(imported) : print(imported.sentence);
  await stoppable(
    (abort) =>
      console.tapeService.import({ changer, abort, ask: ask && ((question) => ask(question, abort)) }, show),
    'continues',
  );
  return 0;
}

interface LabelOptions {
  readonly overwrite?: string | undefined;
  readonly json: boolean;
}

/** The drive has refused the write: the tape is unchanged. */
const unwrittenCodes = ['TAPE_WRITE_PROTECTED', 'TAPE_NOT_LOADED', 'TAPE_BUSY', 'DRIVE_LOCK_LOST'] as const;

/**
 * @param lost called on a failure after which the contents of the tape may be lost: exit status 1 means that nothing
 *   was changed
 */
async function labelCommand(
  console: ShadowtapeConsole,
  name: string,
  { overwrite, json }: LabelOptions,
  lost: () => void,
): Promise<number> {
  let isWriting = false;
  const onWrite = () => {
    isWriting = true;
  };
  const { label, before } = await stoppable(
    (abort) => console.tapeService.label(name, { overwrite, abort, onWrite }),
    'continues',
  ).catch((error: unknown) => {
    if (isWriting && !isFailure(error, ...unwrittenCodes)) lost();
    throw error;
  });
  const { host, device, found, blank } = before;
  if (json) printJson<JsonOutput['label']>({ ...label, host, device, before: found });
  else
    print(
      say('labeled: the tape in {device} on {host} is now "{name}"; {blank}', {
        device,
        host,
        name: label.name,
        blank: blank ? say('it was blank') : say('erased: {found}', { found }),
      }),
    );
  return 0;
}

const tapeColumns: readonly Column[] = [
  { heading: say('TAPE'), least: 32 },
  { heading: say('HOLDS'), least: 0 },
];

function placeText({ location, declaredLost }: JsonOutput['tapes']): string[] {
  if (location === undefined) return [];
  return [declaredLost ? say('was at {location}', { location }) : say('at {location}', { location })];
}

async function tapesCommand(state: StateFolder, json: boolean): Promise<number> {
  const { listTapes } = await import('../../application/known-tapes.ts');
  const { tapes, unreadableLines } = listTapes(state);
  if (json) tapes.forEach((tape) => printJson<JsonOutput['tapes']>(tape));
  else if (tapes.length === 0) print(say('no tapes yet in {tapesFile}', { tapesFile: state.tapesFile }));
  const rows = tapes.map((tape) => {
    const files = tape.files.map(({ volume, method, bytes }) =>
      [volume, method, ...(bytes === undefined ? [] : [bytesText(bytes)])].join(' '),
    );
    const facts = [
      files.join(', ') || (tape.copyOf === undefined ? say('no files known') : say('incomplete copy')),
      ...(tape.run === undefined
        ? []
        : [`${tape.copyOf === undefined ? say('run') : say('copy of run')} ${tape.run}`]),
      ...(tape.keepUntil === undefined || tape.lost
        ? []
        : [say('keep until {keepUntil}', { keepUntil: dayText(tape.keepUntil) })]),
      ...placeText(tape),
      say('last seen {lastSeen} in {device} on {host}', {
        lastSeen: momentText(tape.lastSeen),
        device: tape.device,
        host: tape.host,
      }),
      ...(tape.loss ? [lossText({ tape: undefined, ...tape.loss })] : []),
      ...(tape.replaced ? [say('a later label has the same name')] : []),
    ];
    return [tape.name, facts.join('; ')];
  });
  if (!json) listingLines({ columns: tapeColumns, rows }, standardOutput.format.width).forEach(print);
  if (unreadableLines > 0)
    warn(say('{unreadableLines} lines of the tape inventory cannot be read', { unreadableLines }));
  return 0;
}

/** @returns 1 if a check has failed */
async function driveCheckCommand(
  console: ShadowtapeConsole,
  { overwrite, json }: LabelOptions,
  given: GlobalOptionWords,
): Promise<number> {
  const show = (line: CheckLine) => {
    if (json) return printJson<JsonOutput['drive-check']>(line);
    if (line.good && isQuiet()) return undefined;
    print(`${line.good ? '✓' : '✗'} ${told(line.what)}: ${told(line.said)}`);
    if (line.hint !== undefined) print(`    ${say('hint: {hint}', { hint: asGiven(line.hint, given) })}`);
    return undefined;
  };
  const lines = await stoppable(
    (abort) => console.tapeService.checkDrive({ overwrite, abort }, show),
    'continues',
  );
  return lines.every(({ good }) => good) ? 0 : 1;
}

interface TapeOptions extends LabFlags, JsonOption {
  readonly overwrite?: string;
}

interface IdentifyOptions extends LabFlags, JsonOption {
  readonly import: boolean;
  readonly changer: boolean;
}

const overwriteOption = () =>
  new Option(
    '--overwrite <name>',
    say('current name of the tape, whose contents are lost; data: for a tape without a label'),
  );

function registerIdentify(line: CommandLine): void {
  line.program
    .command('identify')
    .description(say('show what is on the tape in the drive; writes nothing'))
    .option('--import', say('add the tape and its run to the state folder; asks for further tapes'), false)
    .option('--changer', say('with --import: all tapes of the changer'), false)
    .addOption(jsonOption())
    .addOption(freshLabOption())
    .addOption(faultOption())
    .action(async ({ json = false, import: imports, changer, ...lab }: IdentifyOptions) => {
      line.exitStatus = await line.withConsole(lab, (console) =>
        imports || changer ? importCommand(console, { changer, json }) : identifyCommand(console, json),
      );
    });
}

function registerLabel(line: CommandLine): void {
  line.program
    .command('label')
    .description(say('label the tape in the drive, for jobs with layout: labelled'))
    .argument('<name>')
    .addOption(overwriteOption())
    .addOption(jsonOption())
    .addOption(freshLabOption())
    .addOption(faultOption())
    .action(async (name: string, { json = false, overwrite, ...lab }: TapeOptions) => {
      line.exitStatus = await line.withConsole(lab, (console) =>
        labelCommand(console, name, { overwrite, json }, () => line.endWith(2)),
      );
    });
}

function registerDriveCheck(line: CommandLine): void {
  line.program
    .command('drive-check')
    .description(
      say('test the drive: write and read records of several sizes, space over file marks, measure the rate'),
    )
    .requiredOption('--scratch', say('confirms that the contents of the tape may be lost'))
    .addOption(overwriteOption())
    .addOption(jsonOption())
    .addOption(freshLabOption())
    .addOption(faultOption())
    .action(async ({ json = false, overwrite, ...lab }: TapeOptions) => {
      line.exitStatus = await line.withConsole(lab, (console) =>
        driveCheckCommand(console, { overwrite, json }, line.again),
      );
    });
}

export function registerTapes(line: CommandLine): void {
  registerIdentify(line);
  registerLabel(line);
  const tapes = line.program
    .command('tapes')
    .description(say('list every labeled tape in the tape inventory, last seen first'))
    .addOption(jsonOption())
    .action(async ({ json = false }: JsonOption) => {
      line.exitStatus = await tapesCommand(line.state, json);
    });
  registerPlaces(line, tapes);
  registerLibrary(line, tapes);
  registerDriveCheck(line);
}
