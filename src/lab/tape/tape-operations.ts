import type { TapeHandle } from './tape-handle.ts';
import type { VirtualTape } from './virtual-tape.ts';

/** What mt(1) and the ioctl MTIOCTOP of mtio(4I) do with a tape, by the names of mt(1). */

export interface TapeOperation {
  readonly access: 'read' | 'write';
  readonly run: (handle: TapeHandle, count: number) => Promise<void>;
}

type Move = (tape: VirtualTape, count: number) => Promise<boolean>;

async function repeat(count: number, act: () => Promise<boolean>): Promise<boolean> {
  for (let done = 0; done < count; done += 1) if (!(await act())) return false;
  return true;
}

async function writeMarks(handle: TapeHandle, count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) await handle.writeFileMark();
}

/** To the beginning of the file that lies `count` files back. */
async function fileBack(tape: VirtualTape, count: number): Promise<boolean> {
  if (!(await repeat(count, () => tape.skipFileBack()))) return false;
  if (await tape.skipFileBack()) await tape.skipFile();
  else await tape.rewind();
  return true;
}

const moves = (move: Move): TapeOperation => ({
  access: 'read',
  run: (handle, count) => handle.move((tape) => move(tape, count)),
});

const movesBack = (over: 'records' | 'marks', move: Move): TapeOperation => ({
  access: 'read',
  run: (handle, count) => handle.moveBack((tape) => move(tape, count), over),
});

const weof: TapeOperation = { access: 'write', run: writeMarks };

const rewind = moves(async (tape) => {
  await tape.rewind();
  return true;
});

const offline: TapeOperation = {
  access: 'read',
  async run(handle) {
    await rewind.run(handle, 1);
    handle.unload();
  },
};

const eom = moves(async (tape) => {
  await tape.skipToEnd();
  return true;
});

/** mt-st: the drive is left at the end of data, and says so. */
const eod: TapeOperation = {
  access: 'read',
  async run(handle, count) {
    await eom.run(handle, count);
    handle.endOfDataFound();
  },
};

const erase: TapeOperation = {
  access: 'write',
  run: (handle) =>
    handle.move(async (tape) => {
      await tape.erase();
      return true;
    }),
};

const nothing: TapeOperation = { access: 'read', run: () => Promise.resolve() };

export const tapeOperations = {
  weof,
  eof: weof,
  fsf: {
    access: 'read',
    run: (handle, count) => handle.move((tape) => repeat(count, () => tape.skipFile()), 'data'),
  },
  bsf: movesBack('marks', (tape, count) => repeat(count, () => tape.skipFileBack())),
  nbsf: movesBack('records', fileBack),
  fsr: moves((tape, count) => repeat(count, () => tape.skipRecord())),
  bsr: movesBack('records', (tape, count) => repeat(count, () => tape.skipRecordBack())),
  rewind,
  retension: rewind,
  eom,
  eod,
  erase,
  status: nothing,
  offline,
  rewoffl: offline,
} as const satisfies Record<string, TapeOperation>;

export type TapeOperationName = keyof typeof tapeOperations;
