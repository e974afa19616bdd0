import { describe, expect, it } from 'vitest';
import { isFailure } from '../../../contract/errors.ts';
import type { CommandRunner } from '../hosts/command-runner.ts';
import { Changer, requireChangerDrive, type ChangerRoom } from './changer-work.ts';

const device = '/dev/sg3';

interface Library {
  /** What `mtx status` prints below its first line. */
  readonly drives: readonly string[];
  readonly slots: readonly string[];
  readonly changerDrive?: number;
  /** Whether a tape is in the site's drive. */
  readonly isLoaded?: boolean;
}

const ready =
  'SCSI 2 tape drive:\nFile number=0, block number=0, partition=0.\nGeneral status bits on (41010000):\n BOT ONLINE IM_REP_EN\n';
const empty =
  'SCSI 2 tape drive:\nFile number=-1, block number=-1, partition=0.\nGeneral status bits on (50000):\n DR_OPEN IM_REP_EN\n';

/** A tape host with a library that says the same each time; what is sent to move something is kept. */
function roomOf({ drives, slots, changerDrive, isLoaded = false }: Library) {
  const moves: string[] = [];
  const status = [
    `  Storage Changer ${device}:${drives.length} Drives, ${slots.length} Slots ( 0 Import/Export )`,
    ...drives.map((words, drive) => `Data Transfer Element ${drive}:${words}`),
    ...slots.map((words, index) => `      Storage Element ${index + 1}${words}`),
    '',
  ].join('\n');
  const send: Pick<CommandRunner, 'send'>['send'] = (_step, { argv, changes }) => {
    if (changes) moves.push(argv.join(' '));
    const printed = argv[0] === 'mtx' ? status : isLoaded ? ready : empty;
    const stdout = Buffer.from(printed);
    return Promise.resolve({ status: 0, signal: undefined, stdout, stderr: '', milliseconds: 1 });
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

  it('is another where it is empty and a tape is in the device', async () => {
    const library = { drives: [full, 'Empty'], slots: [':Empty'], changerDrive: 1 };
    expect(await refusal({ ...library, isLoaded: true })).toBe(
      'CHANGER_DRIVE_IS_ANOTHER: a tape is in /dev/st1 on node3, and drive 1 of the changer /dev/sg3 is empty',
    );
    expect(await refusal(library)).toBe('drive 1');
  });

  it('is not known where mtx shows less than it counts', async () => {
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

  it('is a data cartridge, and what was in the drive goes back first', async () => {
    const other = 'Full (Storage Element 4 Loaded):VolumeTag = B00001L4';
    const drives = [other, 'Full (Storage Element 1 Loaded):VolumeTag = A00001L4'];
    expect(await movesFor({ drives, slots, changerDrive: 1 })).toEqual([
      'mtx -f /dev/sg3 unload 1 1',
      'mtx -f /dev/sg3 load 3 1',
    ]);
  });

  it('comes where nobody knows the slot of the one before: that goes to an empty one of no other drive', async () => {
    const drives = ['Full (Storage Element 1 Loaded)', 'Full (Unknown Storage Element Loaded)'];
    expect(await movesFor({ drives, slots, changerDrive: 1 })).toEqual([
      'mtx -f /dev/sg3 unload 4 1',
      'mtx -f /dev/sg3 load 3 1',
    ]);
  });

  it('does not come where the one before has no slot to go back to: nothing is moved', async () => {
    const { room, moves } = roomOf({
      drives: ['Full (Unknown Storage Element Loaded)'],
      slots: [':Full', ':Full'],
    });
    await expect(new Changer(room, device).next(undefined)).rejects.toThrow(
      'the cartridge in drive 0 of the changer /dev/sg3 on node3 has no empty slot to go back to',
    );
    expect(moves).toEqual([]);
  });

  it('is not a cleaning cartridge where no other is left', async () => {
    const { room, moves } = roomOf({ drives: ['Empty'], slots: [':Full :VolumeTag=CLN001L4'] });
    await expect(new Changer(room, device).next(undefined)).rejects.toMatchObject({ code: 'CHANGER_EMPTY' });
    expect(moves).toEqual([]);
  });
});
