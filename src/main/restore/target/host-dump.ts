/** Restores a dump of a file system into a folder of a host: only the program of its format reads it. */
import type { Transform } from 'node:stream';
import { failure, isFailure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { alsoInto } from '../../../streams/also-into.ts';
import { troubleOf, type CommandRunner } from '../../procedure/hosts/command-runner.ts';
import type { DataRoom } from '../../procedure/hosts/remote-data.ts';
import { tarSentBack } from '../../procedure/hosts/tar-sent-back.ts';
import {
  restoreDumpCommand,
  sendBackCommand,
  symbolTableOf,
} from '../../procedure/model/extract-commands.ts';
import { entryKind } from '../archive/entry-kind.ts';
import { commandOn, makeEmptyFolder, restoreStep, type HostPlace } from './host-place.ts';
import { LateWriter } from './late-writer.ts';
import type { OnRestored } from '../restored-file.ts';
import { asUnwritable } from './write-reason.ts';

/** At most this many lines of the program are quoted in a result. */
const linesShown = 20;

/** @throws RESTORE_TARGET_UNUSABLE if the host does not have the program */
export async function requireDumpTool(
  runner: CommandRunner,
  { host, path }: HostPlace,
  tool: string,
): Promise<void> {
  const command = { host, argv: ['command', '-v', tool], changes: false };
  const { status } = await runner.send(restoreStep, command, { anyStatus: true });
  if (status === 0) return;
  const reason = phrase('{host} does not have {tool}, which this backup needs', { host, tool });
  throw failure('RESTORE_TARGET_UNUSABLE', { target: `${host}:${path}`, reason });
}

/** restore(8) of Linux prints this wherever it has no terminal for its questions (Debian's dump); it asks none. */
const noTerminal = /: cannot open \/dev\/tty: /;

/** What the program said, each line with its name. */
function saidLines(tool: string, stderr: string): string[] {
  const said = stderr.split('\n').filter((line) => line.trim() !== '' && !noTerminal.test(line));
  const named = (line: string) => (line.startsWith(`${tool}: `) ? line : `${tool}: ${line}`);
  return said.slice(0, linesShown).map((line) => named(line.trim()));
}

export class HostDump {
  readonly #room: DataRoom;
  readonly #place: HostPlace;
  readonly #tool: string;

  constructor(room: DataRoom, place: HostPlace, tool: string) {
    this.#room = room;
    this.#place = place;
    this.#tool = tool;
  }

  /**
   * Rebuilds the tree of the dump in the folder.
   * @param onWrite called right before the folder changes
   * @param read reads the dump through the given stream
   * @returns the messages of a program that exited 0
   * @throws RESTORE_FILE_UNWRITABLE if the program says why it cannot write, COMMAND_FAILED if the program fails, CONNECTION_LOST, RESTORE_FOLDER_NOT_EMPTY, RESTORE_TARGET_UNUSABLE,
   *   and what `read` throws
   */
  async write(onWrite: () => void, read: (through: Transform) => Promise<unknown>): Promise<string[]> {
    const room = this.#room;
    const { path } = this.#place;
    const command = commandOn(this.#place, restoreDumpCommand(this.#tool, path), true);
    const sink = new LateWriter(room, command, () => makeEmptyFolder(room.runner, this.#place, onWrite));
    // A program that has read the end of its dump does not read the padding of the last record; its end is judged
    // below.
    const mayCloseEarly = () => sink.isStarted && !isFailure(sink.errored, 'CONNECTION_LOST');
    try {
      await read(alsoInto(sink, { mayCloseEarly }));
    } catch (error) {
      sink.destroy();
      throw asUnwritable(this.#place, error);
    } finally {
      await sink.processEnd();
    }
    const end = await sink.processEnd();
    if (!end) throw new Error('a dump that was read was written');
    const { status, signal, stderr } = end;
    const trouble = troubleOf(command, { status, signal, stdout: Buffer.alloc(0), stderr });
    if (trouble) throw asUnwritable(this.#place, trouble);
    await room.runner.send(restoreStep, commandOn(this.#place, ['rm', '-f', symbolTableOf(path)], true));
    return saidLines(this.#tool, stderr);
  }

  /**
   * Lists the contents of the folder with the digests of the files: there is nothing to compare them with.
   * @throws errors of reading
   */
  async tell(tell: OnRestored): Promise<void> {
    const room = this.#room;
    const command = commandOn(this.#place, sendBackCommand(this.#place.path), false);
    const found = await tarSentBack(room, restoreStep, command, room.abort);
    for (const [key, { path, type, bytes, sha256 }] of found.found) {
      if (key === '') continue;
      const told = entryKind({ type });
      const kind = 'kind' in told ? told.kind : undefined;
      tell({ path, what: 'written', kind, ...(kind === 'file' ? { bytes, sha256 } : {}) });
    }
  }
}
