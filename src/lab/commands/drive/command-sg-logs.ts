import { complain } from '../../hosts/command-call.ts';
import type { Command } from '../../hosts/command-call.ts';
import { IoError } from '../../faults/io-error.ts';

/**
 * sg_logs(8) of sg3_utils 1.46 for three log pages of a tape drive. The lines are the genuine program's for such pages
 * (--in); exit status 5 is "illegal request", 15 a device that cannot be opened.
 */

/** Names of the 64 flags, in their order. */
const flagNames =
  `Read warning, Write warning, Hard error, Media, Read failure, Write failure, Media life, Not data grade, Write protect,
No removal, Cleaning media, Unsupported format, Recoverable mechanical cartridge failure, Unrecoverable mechanical cartridge failure,
Memory chip in cartridge failure, Forced eject, Read only format, Tape directory corrupted on load, Nearing media life, Cleaning required,
Cleaning requested, Expired cleaning media, Invalid cleaning tape, Retension requested, Dual port interface error, Cooling fan failing,
Power supply failure, Power consumption, Drive maintenance, Hardware A, Hardware B, Interface, Eject media, Microcode update fail,
Drive humidity, Drive temperature, Drive voltage, Predictive failure, Diagnostics required, Obsolete (28h), Obsolete (29h), Obsolete (2Ah),
Obsolete (2Bh), Obsolete (2Ch), Obsolete (2Dh), Obsolete (2Eh), Reserved (2Fh), Reserved (30h), Reserved (31h), Lost statistics,
Tape directory invalid at unload, Tape system area write failure, Tape system area read failure, No start of data, Loading failure,
Unrecoverable unload failure, Automation interface failure, Firmware failure, WORM medium - integrity check failed,
WORM medium - overwrite attempted, Reserved parameter code 0x3d, Reserved parameter code 0x3e, Reserved parameter code 0x3f,
Reserved parameter code 0x40`
    .split(/,\s+/)
    .map((name) => (name.startsWith('Reserved parameter') ? `${name}, flag` : name));

const inquiry = '    HP        Ultrium 4-SCSI    B63W';

function pageLines(page: string, raised: number | undefined): string[] | undefined {
  switch (page) {
    case '0x2e':
      return [
        'Tape alert page (ssc-3) [0x2e]',
        ...flagNames.map((name, index) => `  ${name}: ${index + 1 === raised ? 1 : 0}`),
      ];
    case '0x14':
      return [
        'Device statistics page (ssc-3 and adc)',
        '  Lifetime media loads: 4711',
        '  Lifetime cleaning operations: 12',
        '  Lifetime power on hours: 20480',
      ];
    case '0x1b':
      return [
        'Data compression page  (ssc-4) [0x1b]',
        '  Read compression ratio x100: 100',
        '  Write compression ratio x100: 100',
        '  Data compression enabled: 0x1',
      ];
    default:
      return undefined;
  }
}

export const sgLogs: Command = async (call) => {
  const [option = '', device = ''] = call.argv.slice(1);
  const page = /^--page=(0x[0-9a-f]+)$/.exec(option)?.[1];
  const { drive, faults } = call.machine.world;
  if (!drive.hasDevice(device) || call.machine.node !== 'node3')
    return complain(call, `sg_logs: error opening file: ${device}: No such file or directory`, 15);
  if (drive.isOpen)
    return complain(call, `sg_logs: error opening file: ${device}: ${new IoError('EBUSY').message}`, 15);
  const lines = page === undefined ? undefined : pageLines(page, faults.numberOf('tape-alert'));
  if (!lines) return complain(call, 'log_sense: field in cdb illegal (page not supported)', 5);
  await call.output.write([inquiry, ...lines].map((line) => `${line}\n`).join(''));
  return 0;
};
