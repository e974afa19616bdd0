/** Reads what `mt status` prints on Solaris and on Linux. */

export interface DriveStatus {
  readonly state: 'ready' | 'no-cartridge' | 'busy' | 'unknown';
  /** Whose `mt` answered; undefined if its answer has neither form. */
  readonly dialect: 'solaris' | 'linux' | undefined;
  /** Undefined if the host does not report it: Solaris does so only when the drive is opened for writing. */
  readonly writeProtected: boolean | undefined;
  /** Number of the tape file under the head, from 0; undefined if unknown. */
  readonly file: number | undefined;
  readonly record: number | undefined;
  readonly endOfData: boolean;
  /** The drive requests cleaning; undefined if the host does not report it (Solaris). */
  readonly cleaning?: boolean | undefined;
  /** The sense key reports that nothing is recorded at this place (Solaris). */
  readonly blankCheck: boolean;
}

const nothingKnown: DriveStatus = {
  state: 'unknown',
  dialect: undefined,
  writeProtected: undefined,
  file: undefined,
  record: undefined,
  endOfData: false,
  blankCheck: false,
};

const counted = (text: string | undefined): number | undefined =>
  text === undefined || text.startsWith('-') ? undefined : Number(text);

/** Format: illumos usr/src/cmd/mt/mt.c. Sense key 0x8 is Blank Check. */
function solarisStatus(text: string): DriveStatus | undefined {
  const sense = /sense key\(0x([0-9a-f]+)\)=/i.exec(text);
  if (!sense) return undefined;
  const place = /file no=\s*(-?\d+)\s+block no=\s*(-?\d+)/.exec(text);
  return {
    ...nothingKnown,
    state: 'ready',
    dialect: 'solaris',
    file: counted(place?.[1]),
    record: counted(place?.[2]),
    blankCheck: parseInt(sense[1] ?? '0', 16) === 8,
  };
}

/** Format: mt-st; the bit words follow "General status bits on". */
function linuxStatus(text: string): DriveStatus | undefined {
  const bits = /General status bits on \(([0-9a-f]+)\):\s*\n?([A-Z0-9_ \n]*)/.exec(text);
  if (!bits) return undefined;
  const words = new Set((bits[2] ?? '').trim().split(/\s+/));
  const place = /File number=(-?\d+), block number=(-?\d+)/.exec(text);
  return {
    state: words.has('DR_OPEN') ? 'no-cartridge' : words.has('ONLINE') ? 'ready' : 'unknown',
    dialect: 'linux',
    writeProtected: words.has('WR_PROT'),
    file: counted(place?.[1]),
    record: counted(place?.[2]),
    endOfData: words.has('EOD'),
    cleaning: words.has('CLN'),
    blankCheck: false,
  };
}

function troubleOf(stderr: string): DriveStatus['state'] {
  if (/no tape loaded|offline|no medium/i.test(stderr)) return 'no-cartridge';
  if (/busy/i.test(stderr)) return 'busy';
  return 'unknown';
}

/** @param stdout, stderr what `mt -f DEVICE status` printed; any text gives a status, `unknown` if it is not recognized */
export function parseDriveStatus(stdout: string, stderr: string): DriveStatus {
  return (
    solarisStatus(stdout) ??
    linuxStatus(stdout) ?? { ...nothingKnown, state: troubleOf(`${stdout}\n${stderr}`) }
  );
}
