import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { raisedAlerts, asksForCleaning } from './tape-alerts.ts';

/** Flags 1, 20 and 38 of the page as sg_logs 1.46 decodes it; the drive leaves others out. */
const page = `    IBM       ULT3580-TD6      J451
Tape alert page (ssc-3) [0x2e]
  Read warning: 0
  Media: 0
  Cleaning required: 1
  WORM medium - integrity check failed: 0
  Reserved parameter code 0x3d, flag: 0
`;

const names = [
  ['Media', 4, 'critical'],
  ['Nearing media life', 19, 'information'],
  ['Cleaning requested', 21, 'warning'],
  ['Predictive failure', 38, 'critical'],
  ['Obsolete (28h)', 40, 'critical'],
  ['WORM medium - overwrite attempted', 60, 'warning'],
] as const;

describe('the flags of TapeAlert', () => {
  it('are those that are raised, each with its severity', () => {
    expect(raisedAlerts(page)).toEqual([
      {
        flag: 20,
        name: 'Cleaning required',
        severity: 'critical',
        remedy: 'clean the drive with a cleaning cartridge',
      },
    ]);
    expect(asksForCleaning(raisedAlerts(page) ?? [])).toBe(true);
  });

  /** Quantum Scalar i40 and i80 User's Guide, appendix B; 53 and 54 also in T10/02-142r0. */
  it.each([
    ['Tape system area read failure', 53, 'critical', 'use another cartridge, and copy what this one holds'],
    [
      'No start of data',
      54,
      'critical',
      'use another cartridge; this one is damaged, erased, or of another format',
    ],
    ['Loading failure', 55, 'critical', 'eject the cartridge, inspect it, and load it again'],
    [
      'Unrecoverable unload failure',
      56,
      'critical',
      'leave the cartridge in the drive, and call its service',
    ],
    ['Automation interface failure', 57, 'critical', 'check the power and the cables of the library'],
    ['Firmware failure', 58, 'warning', 'see the manual of the drive, or call its service'],
    [
      'WORM medium - integrity check failed',
      59,
      'warning',
      'use another cartridge, and copy what this one holds',
    ],
    ['WORM medium - overwrite attempted', 60, 'warning', 'use a cartridge that can be overwritten'],
  ])('named "%s" is flag %i, %s, with its remedy', (name, flag, severity, remedy) => {
    const text = `Tape alert page (ssc-3) [0x2e]\n  ${name}: 1\n`;
    expect(raisedAlerts(text)).toEqual([{ flag, name, severity, remedy }]);
  });

  it('are found whichever are raised, in whatever order the drive has them', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...names]),
        fc.func(fc.boolean()),
        fc.boolean(),
        (some, isRaised, crlf) => {
          const lines = some.map(([name]) => `  ${name}: ${isRaised(name) ? 1 : 0}`);
          const text = ['Tape alert page (ssc-3) [0x2e]', ...lines, ''].join(crlf ? '\r\n' : '\n');
          const expected = some
            .filter(([name]) => isRaised(name))
            .map(([, flag, severity]) => ({ flag, severity }));
          if (some.length === 0) expect(raisedAlerts(text)).toBeUndefined();
          else
            expect(raisedAlerts(text)?.map(({ flag, severity }) => ({ flag, severity }))).toEqual(expected);
        },
      ),
    );
  });

  it('are not known if the page is missing or truncated: no flag counts as not raised', () => {
    expect(raisedAlerts('')).toBeUndefined();
    expect(raisedAlerts('log_sense: not supported\n')).toBeUndefined();
    expect(raisedAlerts('Tape alert page (ssc-3) [0x2e]\n')).toBeUndefined();
    expect(raisedAlerts(page.slice(0, -3))).toBeUndefined();
    expect(raisedAlerts('  Cleaning required: 1\n')).toBeUndefined();
  });

  it('are reported even if the standard does not name them', () => {
    const text =
      'Tape alert page (ssc-3) [0x2e]\n  Reserved parameter code 0x3d, flag: 1\n  Something new: 1\n';
    expect(raisedAlerts(text)).toMatchObject([
      { name: 'Reserved parameter code 0x3d', severity: 'warning' },
      { name: 'Something new', severity: 'warning' },
    ]);
  });
});
