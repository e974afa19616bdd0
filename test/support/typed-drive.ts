/** A tape drive on which command lines are typed into a real shell, with real dd and tar: see typed-drive.py. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync, chmodSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { python, pythonOptions } from './python.ts';

const run = promisify(execFile);
const script = join(import.meta.dirname, 'typed-drive.py');

/** What a line did at its terminal. */
interface Typed {
  readonly status: number;
  /** The names of the tapes that it asked for, in order. */
  readonly asked: readonly string[];
  /** All that the terminal showed. */
  readonly shown: string;
}

/** What a label has for a person, as its JSON names it. */
interface LabelByHand {
  readonly name: string;
  readonly volumes: readonly { readonly volume: string; readonly file: number; readonly byHand?: string }[];
  readonly byHandNote?: string;
}

const length = (bytes: number): Buffer => {
  const field = Buffer.alloc(4);
  field.writeUInt32LE(bytes);
  return field;
};

/** Records and file marks in SIMH's .tap format. */
const imageOf = (files: readonly (readonly Buffer[])[]): Buffer =>
  Buffer.concat(
    files.flatMap((records) => [
      ...records.flatMap((record) => [
        length(record.length),
        record,
        Buffer.alloc(record.length % 2),
        length(record.length),
      ]),
      length(0),
    ]),
  );

export class TypedDrive {
  readonly #folder: string;

  /** @param folder that is there; the drive keeps its tapes in it */
  constructor(folder: string) {
    this.#folder = folder;
    for (const name of ['bin', 'tapes']) mkdirSync(join(folder, name));
    for (const name of ['mt', 'dd']) {
      const program = join(folder, 'bin', name);
      writeFileSync(
        program,
        `#!/bin/sh\nexec ${[python, ...pythonOptions, script].join(' ')} ${name} "$@"\n`,
      );
      chmodSync(program, 0o755);
    }
  }

  #tape = (name: string): string => join(this.#folder, 'tapes', name);

  /** Makes a tape of these files. */
  write(name: string, files: readonly (readonly Buffer[])[]): void {
    writeFileSync(this.#tape(name), imageOf(files));
  }

  /** Takes an image as it is. */
  async take(name: string, image: string): Promise<void> {
    await copyFile(image, this.#tape(name));
  }

  /** Inserts a tape, and leaves the head at the beginning of one of its files. */
  insert(name: string, file = 0, { isStuck = false } = {}): void {
    const state = { image: this.#tape(name), file, record: 0, stuck: isStuck };
    writeFileSync(join(this.#folder, 'drive.json'), JSON.stringify(state));
  }

  /** Reads the label of the tape in the drive with the commands of docs/restore-by-hand.md. */
  async label(cwd: string): Promise<LabelByHand> {
    const look = 'mt -f /dev/rmt/0n rewind && dd if=/dev/rmt/0n bs=262144 count=1 | strings';
    const { shown } = await this.type(`${look} | grep "^{"`, cwd);
    return JSON.parse(shown) as LabelByHand;
  }

  /** Types a line in a folder. Tapes that it asks for are inserted, each with its head after its first file. */
  async type(line: string, cwd: string, shell = '/bin/sh'): Promise<Typed> {
    const env = {
      ...process.env,
      PATH: `${join(this.#folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      TYPED_DRIVE: this.#folder,
    };
    const { stdout } = await run(python, [...pythonOptions, script, 'type', shell, line], { cwd, env });
    return JSON.parse(stdout) as Typed;
  }
}
