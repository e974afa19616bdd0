import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinuxDrive, linuxDrive } from './linux-drive.test-support.ts';
import { readRecordCommand } from '../model/tape/tape-commands.ts';
import { goToFile, goToRecord, standAtFile } from './tape-position.ts';

const record = Buffer.alloc(512, 1);
const drive = () => new LinuxDrive([[record], [record, record], [record]]);
const status = 'mt -f /dev/nst0 status';

describe('the head of a drive that does not rewind', () => {
  it('moves to a file from the beginning of the tape, and the drive must confirm the position', async () => {
    const tape = drive();
    await goToFile(tape.runner, 'step', linuxDrive, 2);
    expect(tape.lines).toEqual(['mt -f /dev/nst0 rewind', 'mt -f /dev/nst0 fsf 2', status]);
  });

  it('moves to a record from the beginning of the tape, and the drive must confirm it', async () => {
    const tape = drive();
    await goToRecord(tape.runner, 'step', linuxDrive, 1, 1);
    expect(tape.lines).toEqual([
      'mt -f /dev/nst0 rewind',
      'mt -f /dev/nst0 fsf 1',
      'mt -f /dev/nst0 fsr 1',
      status,
    ]);
  });

  it('is not at a record if the drive reports another place, or none', async () => {
    const overshooting = drive();
    overshooting.overshoots = true;
    await expect(goToRecord(overshooting.runner, 'step', linuxDrive, 1, 1)).rejects.toMatchObject({
      code: 'TAPE_RECORD_NOT_REACHED',
      message: 'the tape in /dev/st0 on tape is not at record 1 of file 1: file 2, record 1',
    });
    const silent = drive();
    silent.countsRecords = false;
    await expect(goToRecord(silent.runner, 'step', linuxDrive, 1, 1)).rejects.toMatchObject({
      code: 'TAPE_RECORD_NOT_REACHED',
    });
  });

  it('does not reach a record that lies after the end of its file', async () => {
    await expect(goToRecord(drive().runner, 'step', linuxDrive, 1, 3)).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
    });
  });

  it('passes very many records with several commands, because SCSI counts them with 24 bits', async () => {
    const tape = new LinuxDrive([[record], { length: 9_000_000 } as Buffer[]]);
    await goToRecord(tape.runner, 'step', linuxDrive, 1, 8_500_000);
    expect(tape.lines.slice(2, 4)).toEqual(['mt -f /dev/nst0 fsr 8000000', 'mt -f /dev/nst0 fsr 500000']);
  });

  it('is not moved if it is at the file already', async () => {
    const tape = drive();
    await goToFile(tape.runner, 'step', linuxDrive, 1);
    tape.lines.length = 0;
    await standAtFile(tape.runner, 'step', linuxDrive, 1);
    expect(tape.lines).toEqual([status]);
  });

  it('is moved on after a partial read of the file before, as Linux leaves it', async () => {
    const tape = drive();
    await goToFile(tape.runner, 'step', linuxDrive, 1);
    await tape.runner.send('step', readRecordCommand(linuxDrive));
    tape.lines.length = 0;
    await standAtFile(tape.runner, 'step', linuxDrive, 2);
    expect(tape.lines).toEqual([status, 'mt -f /dev/nst0 fsf 1', status]);
  });

  it('moves back by way of the beginning of the tape', async () => {
    const tape = drive();
    await goToFile(tape.runner, 'step', linuxDrive, 2);
    await tape.runner.send('step', readRecordCommand(linuxDrive));
    tape.lines.length = 0;
    await standAtFile(tape.runner, 'step', linuxDrive, 2);
    expect(tape.lines).toEqual([status, 'mt -f /dev/nst0 rewind', 'mt -f /dev/nst0 fsf 2', status]);
  });

  it('is refused if the drive reports another position', async () => {
    const tape = drive();
    tape.overshoots = true;
    await expect(goToFile(tape.runner, 'step', linuxDrive, 1)).rejects.toMatchObject({
      code: 'TAPE_POSITION_WRONG',
      message: 'the tape in /dev/st0 on tape is not at the beginning of file 1: file 2, record 0',
    });
  });

  it('does not move past the end of the tape', async () => {
    await expect(goToFile(drive().runner, 'step', linuxDrive, 5)).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
    });
  });

  it('reaches any file from any other, whatever was read there', async () => {
    const place = fc.record({ file: fc.nat({ max: 2 }), read: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(place, { maxLength: 6 }), async (places) => {
        const tape = drive();
        for (const { file, read } of places) {
          await standAtFile(tape.runner, 'step', linuxDrive, file);
          if (read) await tape.runner.send('step', readRecordCommand(linuxDrive));
        }
      }),
    );
  });
});
