/** Second copies of tapes. Part of the error table (error-table.ts). */
export const copyErrors = {
  COPY_ONE_DRIVE: {
    sentence: 'a copy needs two drives, and {device} on {host} would be both',
    hint: 'name the other drive: --drive HOST:DEVICE is written to, --from HOST:DEVICE is read. An option that is left out means the drive of the site file',
  },
  COPY_DRIVE_UNREADABLE: {
    sentence: '"{drive}" does not name a drive',
    hint: 'write HOST:DEVICE, such as node3:/dev/rmt/1, with a host of the site: {hosts}',
  },
  COPY_KEEP_UNREADABLE: {
    sentence: '"{keep}" is not a retention',
    hint: 'write it as in the site file: --keep "8 weeks", "30 days" or "7 years"',
  },
  COPY_RUN_OPEN: {
    sentence: 'run {run} has not ended',
    hint: 'wait for its end; or, if it was interrupted, resume it or roll it back. Then copy it',
  },
  COPY_TAPES_MISCOUNTED: {
    sentence: 'a copy of run {run} takes one tape for each of its tapes ({count}), and --to names: {given}',
    hint: 'name as many different tapes with --to, in the order of the tapes of the run',
  },
  COPY_ONTO_BACKUP: {
    sentence: 'the tape "{name}" holds run {run} itself',
    hint: 'insert another tape for the copy, and name it with --to',
  },
  COPY_TAPE_OF_JOB: {
    sentence: 'the job {job} writes to the tape "{name}": {why}',
    hint: 'name a tape that no job writes to. A pool of the site file that no job uses may be for copies',
  },
  COPY_TAPE_TOO_SHORT: {
    sentence: 'the tape "{name}" ended before it held all of the tape that is copied',
    hint: 'use a cartridge of at least the same capacity, and copy again: shadowtape copy {run} --to NAME',
  },
  COPY_STOPPED: {
    sentence: 'the copy of run {run} was canceled',
    hint: 'what was copied so far proves nothing. Copy again: shadowtape copy {run} --to NAME; the same tape may be used',
  },
} as const;
