/** tapes library, load and unload: what is in the library, and a tape brought into the drive or back, outside any run. */
import type { Command } from 'commander';
import type { CartridgeMove, LibraryElement } from '../../contract/library.ts';
import type { ShadowtapeConsole } from '../application/console.ts';
import { faultOption, freshLabOption, jsonOption, type CommandLine, type LabFlags } from './command-line.ts';
import type { JsonOutput } from './json-output.ts';
import { dayText } from './terminal/display.ts';
import { print, printJson, standardOutput } from './terminal/output.ts';
import { stoppable } from './terminal/stop-signals.ts';
import { listingLines, type Column } from './terminal/table.ts';

const columns: readonly Column[] = [
  { heading: 'PLACE', least: 16 },
  { heading: 'BAR CODE', least: 12 },
  { heading: 'HOLDS', least: 0 },
];

function holdsText({ full, use, tape, run, keepUntil, own, loadedFrom }: LibraryElement): string {
  if (!full) return own ? 'empty; the drive of the site' : 'empty';
  const facts = [
    ...(use === 'data' || use === undefined ? [] : [`${use} cartridge`]),
    ...(tape === undefined ? [] : [`tape "${tape}"`]),
    ...(run === undefined ? [] : [`run ${run}`]),
    ...(keepUntil === undefined ? [] : [`keep until ${dayText(keepUntil)}`]),
    ...(own ? ['the drive of the site'] : []),
    ...(loadedFrom === undefined ? [] : [`from slot ${loadedFrom}`]),
  ];
  return facts.join('; ') || 'not in the tape inventory';
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

function showMove({ what, slot, drive, barcode = 'a cartridge without a bar code' }: CartridgeMove): void {
  print(
    what === 'loaded'
      ? `loaded: ${barcode} from slot ${slot} into drive ${drive}`
      : `returned: ${barcode} from drive ${drive} to slot ${slot}`,
  );
}

async function loadCommand(console: ShadowtapeConsole, name: string): Promise<number> {
  const isMoved = await stoppable((abort) => console.tapeService.load(name, abort, showMove), 'continues');
  if (!isMoved) print(`the tape "${name}" is in the drive`);
  return 0;
}

async function unloadCommand(console: ShadowtapeConsole): Promise<number> {
  const isMoved = await stoppable((abort) => console.tapeService.unload(abort, showMove), 'continues');
  if (!isMoved) print('the drive is empty');
  return 0;
}

/** @param tapes the command that lists the tape inventory */
export function registerLibrary(line: CommandLine, tapes: Command): void {
  tapes
    .command('library')
    .description('list drives, slots and import/export elements of the library; moves nothing')
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
    .description('have the library load a tape; what is in the drive returns to its slot first')
    .argument('<name>', 'the name of the tape')
    .addOption(freshLabOption())
    .addOption(faultOption())
    .action(async (name: string, lab: LabFlags) => {
      line.exitStatus = await line.withConsole(lab, (console) => loadCommand(console, name));
    });
  tapes
    .command('unload')
    .description('have the library return the tape in the drive to its slot')
    .addOption(freshLabOption())
    .addOption(faultOption())
    .action(async (lab: LabFlags) => {
      line.exitStatus = await line.withConsole(lab, (console) => unloadCommand(console));
    });
}
