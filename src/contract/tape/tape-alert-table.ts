/**
 * TapeAlert flags as sg_logs names them (sg3_utils, page 0x2e), how grave each is, and what to do. Flags 1 to 54: TapeAlert Specification 3
 * (T10/02-142r0), whose table SSC-3 has taken over. Flags 55 to 60, which are newer: Quantum Scalar i40 and i80 User's Guide, appendix B,
 * which has the same severities for 50 to 54. Plain data: a journal keeps the words, and they are said where they are shown.
 */
import type { AlertSeverity, RaisedAlert } from './drive-health.ts';

const cleanIt = 'clean the drive with a cleaning cartridge';
const otherTape = 'use another cartridge, and copy what this one holds';
/** Where nothing better is known. */
export const askMaker = 'see the manual of the drive, or call its service';

const [critical, warning, information] = ['critical', 'warning', 'information'] as const;

type Row = readonly [flag: number, name: string, severity: AlertSeverity, remedy?: string];

const rows: readonly Row[] = [
  [1, 'Read warning', warning, cleanIt],
  [2, 'Write warning', warning, cleanIt],
  [3, 'Hard error', warning],
  [4, 'Media', critical, otherTape],
  [5, 'Read failure', critical, otherTape],
  [6, 'Write failure', critical, otherTape],
  [7, 'Media life', warning, otherTape],
  [8, 'Not data grade', warning, otherTape],
  [9, 'Write protect', critical, 'slide the tab of the cartridge to writable, or use another one'],
  [10, 'No removal', information],
  [11, 'Cleaning media', information],
  [12, 'Unsupported format', information],
  [13, 'Recoverable mechanical cartridge failure', critical, 'discard the cartridge'],
  [14, 'Unrecoverable mechanical cartridge failure', critical],
  [15, 'Memory chip in cartridge failure', warning, otherTape],
  [16, 'Forced eject', critical, 'insert the cartridge again'],
  [17, 'Read only format', warning, otherTape],
  [18, 'Tape directory corrupted on load', warning],
  [19, 'Nearing media life', information, otherTape],
  [20, 'Cleaning required', critical, cleanIt],
  [21, 'Cleaning requested', warning, cleanIt],
  [22, 'Expired cleaning media', critical, 'clean the drive with a new cleaning cartridge'],
  [23, 'Invalid cleaning tape', critical, 'clean the drive with a cleaning cartridge of its type'],
  [24, 'Retension requested', warning],
  [25, 'Dual port interface error', warning],
  [26, 'Cooling fan failing', warning],
  [27, 'Power supply failure', warning],
  [28, 'Power consumption', warning],
  [29, 'Drive maintenance', warning],
  [30, 'Hardware A', critical, 'eject the cartridge and reset the drive'],
  [31, 'Hardware B', critical, 'power the drive off and on'],
  [32, 'Interface', warning, 'check the cables of the drive'],
  [33, 'Eject media', critical, 'eject the cartridge and insert it again'],
  [34, 'Microcode update fail', warning],
  [35, 'Drive humidity', warning],
  [36, 'Drive temperature', warning],
  [37, 'Drive voltage', warning],
  [38, 'Predictive failure', critical],
  [39, 'Diagnostics required', warning],
  [40, 'Obsolete (28h)', critical],
  [41, 'Obsolete (29h)', critical],
  [42, 'Obsolete (2Ah)', warning],
  [43, 'Obsolete (2Bh)', critical],
  [44, 'Obsolete (2Ch)', critical],
  [45, 'Obsolete (2Dh)', critical],
  [46, 'Obsolete (2Eh)', warning],
  [50, 'Lost statistics', warning],
  [51, 'Tape directory invalid at unload', warning],
  [52, 'Tape system area write failure', critical, otherTape],
  [53, 'Tape system area read failure', critical, otherTape],
  [
    54,
    'No start of data',
    critical,
    'use another cartridge; this one is damaged, erased, or of another format',
  ],
  [55, 'Loading failure', critical, 'eject the cartridge, inspect it, and load it again'],
  [56, 'Unrecoverable unload failure', critical, 'leave the cartridge in the drive, and call its service'],
  [57, 'Automation interface failure', critical, 'check the power and the cables of the library'],
  [58, 'Firmware failure', warning],
  [59, 'WORM medium - integrity check failed', warning, otherTape],
  [60, 'WORM medium - overwrite attempted', warning, 'use a cartridge that can be overwritten'],
];

/** Every flag of the standard, as it is when it is raised. */
export const tapeAlerts: readonly RaisedAlert[] = rows.map(([flag, name, severity, remedy = askMaker]) => ({
  ...{ flag, name, severity, remedy },
}));
