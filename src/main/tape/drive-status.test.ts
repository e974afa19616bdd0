import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDriveStatus } from './drive-status.ts';

const linux = (place: string, bits: string, words: string) => `SCSI 2 tape drive:
${place}, partition=0.
Tape block size 0 bytes. Density code 0x5a (LTO-6).
Soft error count since last status=0
General status bits on (${bits}):
 ${words}
`;

const solaris = (sense: string, file: number, block: number) => `HP Ultrium LTO 4 tape drive:
   sense key(${sense})= No Additional Sense   residual= 0   retries= 0
   file no= ${file}   block no= ${block}
`;

describe('mt status on Linux', () => {
  it('shows a cartridge in the drive, at its beginning', () => {
    expect(
      parseDriveStatus(linux('File number=0, block number=0', '41010000', 'BOT ONLINE IM_REP_EN'), ''),
    ).toEqual({
      state: 'ready',
      dialect: 'linux',
      writeProtected: false,
      file: 0,
      record: 0,
      endOfData: false,
      blankCheck: false,
      cleaning: false,
    });
  });

  it('shows write protection, end of data and an empty drive', () => {
    expect(
      parseDriveStatus(
        linux('File number=0, block number=0', '45010000', 'BOT WR_PROT ONLINE IM_REP_EN'),
        '',
      ),
    ).toMatchObject({ state: 'ready', writeProtected: true });
    expect(
      parseDriveStatus(linux('File number=3, block number=-1', '9010000', 'EOD ONLINE IM_REP_EN'), ''),
    ).toMatchObject({
      file: 3,
      record: undefined,
      endOfData: true,
    });
    expect(
      parseDriveStatus(linux('File number=-1, block number=-1', '50000', 'DR_OPEN IM_REP_EN'), '').state,
    ).toBe('no-cartridge');
  });
});

describe('mt status on Solaris', () => {
  it('shows the position of the head and a blank check', () => {
    expect(parseDriveStatus(solaris('0x0', 2, 17), '')).toMatchObject({
      state: 'ready',
      file: 2,
      record: 17,
      blankCheck: false,
    });
    expect(parseDriveStatus(solaris('0x8', 0, 0), '')).toMatchObject({
      state: 'ready',
      blankCheck: true,
      writeProtected: undefined,
    });
  });

  it("recognizes an empty drive by mt's message when it cannot open it", () => {
    expect(parseDriveStatus('', '/dev/rmt/0n: no tape loaded or drive offline\n').state).toBe('no-cartridge');
    expect(parseDriveStatus('', 'mt: /dev/rmt/0n: Device busy\n').state).toBe('busy');
  });
});

it('reports no state for an unknown text', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9 \n]*$/), (text) => {
      fc.pre(!/offline|medium|busy|loaded/.test(text));
      expect(parseDriveStatus(text, text).state).toBe('unknown');
    }),
  );
});
