import { describe, expect, it } from 'vitest';
import { isFailure } from '../../../contract/errors.ts';
import type { CommandRunner } from '../hosts/command-runner.ts';
import { Changer, requireChangerDrive } from './changer-work.ts';
import type { ChangerRoom } from './drive-in-changer.ts';

const device = '/dev/sg3';

interface Library {
  /** What `mtx status` prints below its first line. */
  readonly drives: readonly string[];
  readonly slots: readonly string[];
  readonly changerDrive?: number;
  /** The serial number of the site's drive, and those that the changer reports; undefined if there is no sg_inq. */
  readonly serials?: { readonly own: string; readonly ofDrives: readonly string[] };
  /** Whether a tape is in the site's drive. */
  readonly isLoaded?: boolean;
}

const ready =
  'SCSI 2 tape drive:\nFile number=0, block number=0, partition=0.\nGeneral status bits on (41010000):\n BOT ONLINE IM_REP_EN\n';
const empty =
  'SCSI 2 tape drive:\nFile number=-1, block number=-1, partition=0.\nGeneral status bits on (50000):\n DR_OPEN IM_REP_EN\n';

/** Answer to READ ELEMENT STATUS with DVCID (SMC-3, 6.11): descriptors of 12 bytes, an identifier after them. */
function drivesAnswer(serials: readonly string[]): Buffer {
  const descriptors = serials.map((serial) => {
    const bytes = Buffer.alloc(32);
    bytes.writeUInt8(serial.length, 15);
    bytes.write(serial, 16);
    return bytes;
  });
  const bytes = 32 * serials.length;
  const header = Buffer.from([0, 0, 0, serials.length, 0, 0, 0, bytes + 8]);
  return Buffer.concat([header, Buffer.from([4, 0, 0, 32, 0, 0, 0, bytes]), ...descriptors]);
}

/** A tape host with a library; commands that move something are recorded. */
function roomOf({ drives: inDrives, slots: inSlots, changerDrive, serials, isLoaded = false }: Library) {
  const moves: string[] = [];
  const [drives, slots] = [[...inDrives], [...inSlots]];
  const tagOf = (words = '') => /VolumeTag *= *(.*)/.exec(words)?.[1];
  function move([, , , what, slotNumber, driveNumber]: readonly string[]): void {
    const [slot, drive] = [Number(slotNumber) - 1, Number(driveNumber)];
    const tag = tagOf(what === 'load' ? slots[slot] : drives[drive]);
    const full = tag === undefined ? '' : `:VolumeTag=${tag}`;
    if (what === 'load')
      [slots[slot], drives[drive]] = [':Empty', `Full (Storage Element ${slot + 1} Loaded)${full}`];
    else [slots[slot], drives[drive]] = [`:Full ${full}`, 'Empty'];
  }
  const status = () =>
    [
      `  Storage Changer ${device}:${drives.length} Drives, ${slots.length} Slots ( 0 Import/Export )`,
      ...drives.map((words, drive) => `Data Transfer Element ${drive}:${words}`),
      ...slots.map((words, index) => `      Storage Element ${index + 1}${words}`),
      '',
    ].join('\n');
  const send: Pick<CommandRunner, 'send'>['send'] = (_step, { argv, changes }) => {
    if (changes) moves.push(argv.join(' '));
    if (changes) move(argv);
    const stdout = Buffer.from(argv[0] === 'mtx' ? status() : isLoaded ? ready : empty);
    const rest = { signal: undefined, stderr: '', milliseconds: 1 };
    if (!argv[0]?.startsWith('sg_')) return Promise.resolve({ ...rest, status: 0, stdout });
    if (!serials) return Promise.resolve({ ...rest, status: 127, stdout: Buffer.alloc(0) });
    const told =
      argv[0] === 'sg_inq'
        ? Buffer.from(`VPD INQUIRY: Unit serial number page\n  Unit serial number: ${serials.own}\n`)
        : drivesAnswer(serials.ofDrives);
    return Promise.resolve({ ...rest, status: 0, stdout: told });
  };
  const room: ChangerRoom = {
    runner: { send } as CommandRunner,
    step: 'tape',
    drive: { tapeHost: 'node3', tapeDevice: '/dev/st1' },
    change: { changerDrive },
  };
  return { room, moves };
}

const refusal = async (library: Library) =>
  requireChangerDrive(roomOf(library).room, device).then(
    ({ drive }) => `drive ${drive}`,
    (error: unknown) =>
      isFailure(error) ? `${error.code}: ${error.message}` : Promise.reject(error as Error),
  );

describe('the drive of the changer', () => {
  const full = 'Full (Storage Element 1 Loaded):VolumeTag = A00001L4';

  it('is the only one, or the one that the site file names', async () => {
    expect(await refusal({ drives: [full], slots: [':Empty'] })).toBe('drive 0');
    expect(await refusal({ drives: ['Empty', full], slots: [':Empty'], changerDrive: 1 })).toBe('drive 1');
  });

  it('is not guessed', async () => {
    expect(await refusal({ drives: [full, 'Empty'], slots: [':Empty'] })).toBe(
      'CHANGER_DRIVE_UNNAMED: the changer /dev/sg3 on node3 has 2 drives, and the site file does not name the one that is /dev/st1',
    );
    expect(await refusal({ drives: [full, 'Empty'], slots: [':Empty'], changerDrive: 2 })).toBe(
      'CHANGER_DRIVE_MISSING: the changer /dev/sg3 on node3 has no drive 2: its drives are 0, 1',
    );
  });

  it('is the one with the serial number of the device if the site file names none', async () => {
    const library = { drives: [full, 'Empty'], slots: [':Empty'] };
    const ofDrives = ['HU0001', 'HU0002'];
    expect(await refusal({ ...library, serials: { own: 'HU0002', ofDrives } })).toBe('drive 1');
    expect(await refusal({ ...library, serials: { own: 'HU0003', ofDrives } })).toMatch(
      'CHANGER_DRIVE_UNNAMED',
    );
    expect(await refusal({ ...library, serials: { own: 'HU0001', ofDrives }, changerDrive: 1 })).toBe(
      'drive 1',
    );
  });

  it('is a different one if it is empty while a tape is in the device', async () => {
    const library = { drives: [full, 'Empty'], slots: [':Empty'], changerDrive: 1 };
    expect(await refusal({ ...library, isLoaded: true })).toBe(
      'CHANGER_DRIVE_IS_ANOTHER: a tape is in /dev/st1 on node3, and drive 1 of the changer /dev/sg3 is empty',
    );
    expect(await refusal(library)).toBe('drive 1');
  });

  it('is not known if mtx shows fewer elements than it counts', async () => {
    expect(await refusal({ drives: ['Full'], slots: [' in transit'] })).toBe(
      'CHANGER_UNREADABLE: mtx on node3 does not show what is in /dev/sg3',
    );
  });
});

describe('the next tape', () => {
  const slots = [':Empty', ':Full :VolumeTag=CLN001L4', ':Full :VolumeTag=A00003L4', ':Empty'];

  async function movesFor(library: Library): Promise<readonly string[]> {
    const { room, moves } = roomOf(library);
    await new Changer(room, device).next(undefined);
    return moves;
  }

  it('is a data cartridge, and the one in the drive is returned first', async () => {
    const other = 'Full (Storage Element 4 Loaded):VolumeTag = B00001L4';
    const drives = [other, 'Full (Storage Element 1 Loaded):VolumeTag = A00001L4'];
    expect(await movesFor({ drives, slots, changerDrive: 1 })).toEqual([
      'mtx -f /dev/sg3 unload 1 1',
      'mtx -f /dev/sg3 load 3 1',
    ]);
  });

  it('is loaded if the slot of the previous one is not known: that one is returned to an empty slot of no other drive', async () => {
    const drives = ['Full (Storage Element 1 Loaded)', 'Full (Unknown Storage Element Loaded)'];
    expect(await movesFor({ drives, slots, changerDrive: 1 })).toEqual([
      'mtx -f /dev/sg3 unload 4 1',
      'mtx -f /dev/sg3 load 3 1',
    ]);
  });

  it('is not loaded if the previous one has no slot to return to: nothing is moved', async () => {
    const { room, moves } = roomOf({
      drives: ['Full (Unknown Storage Element Loaded)'],
      slots: [':Full', ':Full'],
    });
    await expect(new Changer(room, device).next(undefined)).rejects.toThrow(
      'the cartridge in drive 0 of the changer /dev/sg3 on node3 has no empty slot to go back to',
    );
    expect(moves).toEqual([]);
  });

  it('is not a cleaning cartridge, even if no other is left', async () => {
    const { room, moves } = roomOf({ drives: ['Empty'], slots: [':Full :VolumeTag=CLN001L4'] });
    await expect(new Changer(room, device).next(undefined)).rejects.toMatchObject({ code: 'CHANGER_EMPTY' });
    expect(moves).toEqual([]);
  });
});
