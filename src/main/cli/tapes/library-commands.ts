/** tapes library, load and unload: the contents of the library, and moves of a tape to the drive or back, outside any run. */
import type { Command } from 'commander';
import type { CartridgeMove, LibraryElement } from '../../../contract/tape/library.ts';
import { say } from '../../../contract/text/say.ts';
import type { ShadowtapeConsole } from '../../application/console.ts';
import { faultOption, freshLabOption, jsonOption, type CommandLine, type LabFlags } from '../command-line.ts';
import type { JsonOutput } from '../json-output.ts';
import { dayText } from '../terminal/display.ts';
import { print, printJson, standardOutput } from '../terminal/output.ts';
import { stoppable } from '../terminal/stop-signals.ts';
import { listingLines, type Column } from '../terminal/table.ts';

const columns: readonly Column[] = [
  { heading: say('PLACE'), least: 16 },
  { heading: say('BAR CODE'), least: 12 },
  { heading: say('HOLDS'), least: 0 },
];

function holdsText({ full, use, tape, run, keepUntil, own, loadedFrom }: LibraryElement): string {
  if (!full) return own ? say('empty; the drive of the site') : 'empty';
  const facts = [
    ...(use === 'data' || use === undefined ? [] : [say('{use} cartridge', { use })]),
    ...(tape === undefined ? [] : [say('tape "{tape}"', { tape })]),
    ...(run === undefined ? [] : [say('run {run}', { run })]),
    ...(keepUntil === undefined ? [] : [say('keep until {keepUntil}', { keepUntil: dayText(keepUntil) })]),
    ...(own ? [say('the drive of the site')] : []),
    ...(loadedFrom === undefined ? [] : [say('from slot {loadedFrom}', { loadedFrom })]),
  ];
  return facts.join('; ') || say('not in the tape inventory');
}

async function libraryCommand(console: ShadowtapeConsole, json: boolean): Promise<number> {
  const { elements } = await stoppable((abort) => console.tapeService.library(abort));
  if (json) elements.forEach((element) => printJson<JsonOutput['tapes library']>(element));
  const rows = elements.map((element) => [
    `${element.place} ${element.number}`,
    element.barcode ?? '-',
    holdsText(element),
  ]);
  if (!json) listingLines({ columns, rows }, standardOutput.format.width).forEach(print);
  return 0;
}

function showMove({
  what,
  slot,
  drive,
  barcode = say('a cartridge without a bar code'),
}: CartridgeMove): void {
  print(
    what === 'loaded'
      ? say('loaded: {barcode} from slot {slot} into drive {drive}', { barcode, slot, drive })
      : say('returned: {barcode} from drive {drive} to slot {slot}', { barcode, drive, slot }),
  );
}

async function loadCommand(console: ShadowtapeConsole, name: string): Promise<number> {
  const isMoved = await stoppable((abort) => console.tapeService.load(name, abort, showMove), 'continues');
  if (!isMoved) print(say('the tape "{name}" is in the drive', { name }));
  return 0;
}

async function unloadCommand(console: ShadowtapeConsole): Promise<number> {
  const isMoved = await stoppable((abort) => console.tapeService.unload(abort, showMove), 'continues');
  if (!isMoved) print(say('the drive is empty'));
  return 0;
}

/** @param tapes the command that lists the tape inventory */
export function registerLibrary(line: CommandLine, tapes: Command): void {
  tapes
    .command('library')
    .description(say('list drives, slots and import/export elements of the library; moves nothing'))
    .addOption(jsonOption())
    .addOption(freshLabOption())
    .addOption(faultOption())
    .action(async (lab: LabFlags, command: Command) => {
      // The command above has the option, too, and takes it.
      const json = command.optsWithGlobals()['json'] === true;
      line.exitStatus = await line.withConsole(lab, (console) => libraryCommand(console, json));
    });
  tapes
    .command('load')
    .description(say('have the library load a tape; what is in the drive returns to its slot first'))
    .argument('<name>', say('the name of the tape'))
    .addOption(freshLabOption())
    .addOption(faultOption())
    .action(async (name: string, lab: LabFlags) => {
      line.exitStatus = await line.withConsole(lab, (console) => loadCommand(console, name));
    });
  tapes
    .command('unload')
    .description(say('have the library return the tape in the drive to its slot'))
    .addOption(freshLabOption())
    .addOption(faultOption())
    .action(async (lab: LabFlags) => {
      line.exitStatus = await line.withConsole(lab, (console) => unloadCommand(console));
    });
}
