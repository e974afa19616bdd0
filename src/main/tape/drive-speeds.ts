/**
 * How fast drives stream, natively, in bytes per second. Below its minimum streaming rate a drive is shoe-shining: it
 * stops, backs up and starts again, which wears tape and drive and is even slower. Only drives whose minimum rate is in
 * a data sheet are listed.
 */
export interface DriveSpeed {
  readonly floor: number;
  readonly top: number;
}

const megabytes = (count: number) => count * 1_000_000;

const speeds: Readonly<Record<string, DriveSpeed>> = {
  // Data sheets give 27 to 40 MB/s as the minimum of an LTO-3; the safe end is used.
  'LTO-3': { floor: megabytes(40), top: megabytes(80) },
  'LTO-4': { floor: megabytes(40), top: megabytes(120) },
  'LTO-8': { floor: megabytes(112), top: megabytes(360) },
  'LTO-9': { floor: megabytes(177), top: megabytes(400) },
};

/** @param drive as the site file names it: "LTO-4", "lto4", "LTO 4" */
export function driveSpeed(drive: string | undefined): DriveSpeed | undefined {
  const generation = /^lto[ -]?(\d{1,2})\b/i.exec(drive ?? '')?.[1];
  return generation === undefined ? undefined : speeds[`LTO-${generation}`];
}
