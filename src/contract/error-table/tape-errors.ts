/** Tapes, drives and changers, and the data that goes to them. Part of the error table (error-table.ts). */
export const tapeErrors = {
  // ---- which tape it is ----
  TAPE_DEVICE_UNKNOWN: {
    sentence: '{device} is not a known name of a tape drive',
    hint: 'use /dev/rmt/0 on Solaris; /dev/st0, /dev/IBMtape0 or a name below /dev/tape/by-id on Linux. The rewinding and the non-rewinding device both work',
  },
  TAPE_NOT_BLANK: {
    sentence: 'the tape in {device} on {host} is not blank: it holds {found}',
    hint: 'insert a blank tape; or, if its contents may be lost, set media.overwrite: true in the job',
  },
  TAPE_STATE_UNKNOWN: {
    sentence: 'it is not known whether the tape in {device} on {host} is blank: {said}',
    hint: 'an unreadable tape does not count as blank; check it with mt status, clean the drive, or use another tape',
  },
  TAPE_DIFFERS: {
    sentence: 'the tape does not hold what was read: {what}: expected {expected}, read back {actual}',
    hint: 'do not trust this tape; clean the drive, insert another tape and run again',
  },
  TAPE_NOT_BLANK_NAME_IT: {
    sentence: 'the tape in {device} on {host} is not blank: it holds {found}',
    hint: 'insert a blank tape; or, if its contents may be lost, name it: --overwrite {name}',
    onScreen: 'insert a blank tape; or, if its contents may be lost, type {name} when asked',
  },
  TAPE_NOT_LABELLED: {
    sentence: 'the tape in {device} on {host} has no label: it holds {found}',
    hint: 'insert {wanted}; or, if its contents may be lost, label it: shadowtape label {name} --overwrite data',
    onScreen: 'insert {wanted}; or, if its contents may be lost, label it on the Tape screen',
  },
  TAPE_IS_ANOTHER: {
    sentence: 'the tape in {device} on {host} is not {wanted}: it holds {found}',
    hint: 'insert {wanted}',
  },
  TAPE_KEPT: {
    sentence: 'the tape "{name}" in {device} on {host} is in retention until {until}',
    hint: 'insert another tape',
  },
  POOL_EXHAUSTED: {
    sentence: 'no tape of the pool "{pool}" may be overwritten: {tapes}',
    hint: 'add the name of a blank tape to pools.{pool}.tapes in the site file',
  },
  TAPE_POSITION_WRONG: {
    sentence: 'the tape in {device} on {host} is not at the beginning of file {wanted}: {said}',
    hint: 'Shadowtape does not read or write at an unknown position; rewind the tape with mt, then start again',
  },
  TAPE_RECORD_NOT_REACHED: {
    sentence: 'the tape in {device} on {host} is not at record {record} of file {file}: {said}',
    hint: 'Shadowtape does not write at a position that the drive does not confirm. Resume the run: it checks the tape again, or starts it over',
  },
  // ---- the drive ----
  TAPE_WRITE_FAILED: {
    sentence: 'writing to the tape failed: {reason}',
    hint: 'check the drive and the cartridge, clean the drive if it asks for it, then dump again from the beginning',
  },
  TAPE_END_OF_MEDIUM: {
    sentence: 'the tape ended before everything was written (dd counted {records} records)',
    hint: 'insert a larger or an empty cartridge and dump again from the beginning',
  },
  TAPE_WRITE_PROTECTED: {
    sentence: 'the tape cannot be written: {reason}',
    hint: 'slide the tab of the cartridge to writable, or check that the user may write to the device',
  },
  TAPE_BUSY: {
    sentence: 'the tape drive is in use by another program: {reason}',
    hint: 'wait until the other program ends, or stop it; then try again',
  },
  TAPE_NOT_LOADED: {
    sentence: 'no cartridge is ready in the tape drive: {reason}',
    hint: 'insert a cartridge, wait until the drive is ready, then try again',
  },
  TAPE_COUNT_MISSING: {
    sentence: 'dd exited 0 but did not print how many records it copied',
    hint: 'check its output; without a count the tape counts as incomplete',
  },
  TAPE_RECORDS_MISCOUNTED: {
    sentence: 'dd wrote {actual} to the tape instead of {expected}',
    hint: 'do not trust this tape; dump again, and check the drive if it happens twice',
  },
  TAPE_READ_FAILED: {
    sentence: 'reading the tape back failed: {reason}',
    hint: 'clean the drive and read again; if the error remains, dump to another cartridge',
  },
  TAPE_RECORD_TOO_LONG: {
    sentence: 'the tape has records longer than the read size: {reason}',
    hint: 'read with the record size of the dump, or a larger one',
  },
  TAPE_READBACK_MISCOUNTED: {
    sentence: 'the tape returned {actual} instead of {expected}',
    hint: 'check that the tape is at the right file; if it is, dump again',
  },
  TAPE_SERVER_GARBLED: {
    sentence: 'the tape server answered {said}, which is not an answer of rmt',
    hint: 'the login shell of the user must not print anything, and the command must be rmt',
  },
  TAPE_SERVER_ENDED: {
    sentence: 'the tape server ended before it answered {unanswered}: {reason}',
    hint: 'check its output, and that rmt is installed and may use the device; the tape is incomplete',
  },
  DRIVE_ALERT: {
    sentence: 'the drive {device} on {host} reports {alerts}',
    hint: '{remedy}. Then run again: most drives clear a flag once it was read. To run in spite of such flags, set tape.onCriticalAlert: warn',
  },
  // ---- changers and several tapes ----
  NEXT_TAPE_NEEDED: {
    sentence: 'an operator must insert {words} into {device} on {host}, and there is no terminal',
    hint: 'run it on a terminal, or set tape.changer or tape.nextTape in the site file',
  },
  CHANGER_NOT_NAMED: {
    sentence: 'the site file names no changer',
    hint: 'name it in tape.changer of the site file; or change the tapes by hand',
  },
  TAPE_UNKNOWN: {
    sentence: 'there is no tape "{name}" in the tape inventory',
    hint: '{nearest}"shadowtape tapes" lists all tapes; "shadowtape identify --import" adds the one in the drive',
    onScreen: '{nearest}the Tape screen lists all tapes',
  },
  TAPE_LOST_BEFORE: {
    sentence: 'the tape "{name}" is already declared lost, by {by}',
    hint: 'if it is found: shadowtape tapes found {name}',
    onScreen: 'if it is found, say so on the Tape screen',
  },
  TAPE_NOT_LOST: {
    sentence: 'the tape "{name}" is not declared lost',
    hint: 'shadowtape tapes move {name} LOCATION notes where it is',
    onScreen: 'the Tape screen notes where it is',
  },
  TAPE_LOCATION_FORBIDDEN: {
    sentence: '"{location}" cannot be the location of a tape',
    hint: 'give 1 to 100 characters on one line, such as "fire safe 2"',
  },
  LIBRARY_NOT_NAMED: {
    sentence: 'the site file does not say that its changer is a library with bar codes',
    hint: 'add library to the site file: library: {} is enough where the names of the tapes are their bar codes',
  },
  CHANGER_UNREADABLE: {
    sentence: 'mtx on {host} does not show what is in {device}',
    hint: 'run mtx -f {device} status on {host}; if it is the wrong device, correct tape.changer in the site file',
  },
  CHANGER_EMPTY: {
    sentence: 'every tape in the changer {device} on {host} was tried',
    hint: 'put blank tapes into the changer, then run again',
  },
  CHANGER_DRIVE_UNNAMED: {
    sentence:
      'the changer {changer} on {host} has {count} drives, and the site file does not name the one that is {device}',
    hint: 'set tape.changerDrive to its number. With a tape in only one drive, compare mtx -f {changer} status (Data Transfer Element N:Full) with mt -f {device} status',
  },
  CHANGER_DRIVE_MISSING: {
    sentence: 'the changer {changer} on {host} has no drive {drive}: its drives are {drives}',
    hint: 'set tape.changerDrive to the number of the Data Transfer Element that mtx -f {changer} status shows for it',
  },
  CHANGER_DRIVE_IS_ANOTHER: {
    sentence: 'a tape is in {device} on {host}, and drive {drive} of the changer {changer} is empty',
    hint: 'set tape.changerDrive to the number of the drive that mtx -f {changer} status shows as Full. If none is, set tape.changer to the changer with this drive',
  },
  CHANGER_FULL: {
    sentence:
      'the cartridge in drive {drive} of the changer {changer} on {host} has no empty slot to go back to',
    hint: 'remove a cartridge from the changer, then run again',
  },
  CHANGER_MOVE_UNPROVEN: {
    sentence: '{command} on {host} reports success, but {shown}',
    hint: 'look into the changer: mtx -f {changer} status on {host}. Once it shows where each cartridge is, run again',
  },
  LIBRARY_TAPE_MISSING: {
    sentence: 'the tape "{name}" (bar code {barcode}) is not in the library {changer} on {host}',
    hint: 'put it into the library, then run again; if it has another bar code, set library.barcodes.{name} in the site file. shadowtape tapes library lists what is there',
    onScreen:
      'put it into the library, then run again; if it has another bar code, set library.barcodes.{name} in the site file',
  },
  LIBRARY_TAPE_IN_MAIL: {
    sentence: 'the tape "{name}" is in import/export slot {slot} of the library {changer} on {host}',
    hint: 'move it to a storage slot, then run again. On {host}: mtx -f {changer} transfer {slot} {to}',
  },
  LIBRARY_TAPE_ELSEWHERE: {
    sentence:
      'the tape "{name}" is in drive {other} of the library {changer} on {host}, and the drive of the site is drive {drive}',
    hint: 'wait until drive {other} no longer needs it and return it to a slot, then run again',
  },
  LIBRARY_TAPE_TWICE: {
    sentence:
      'several cartridges of the library {changer} on {host} may be the tape "{name}": those in {places}',
    hint: 'set library.barcodes.{name} in the site file to the bar code of the right one',
  },
  LIBRARY_TAPE_OPEN: {
    sentence:
      'the tape in drive {drive} of the library {changer} on {host} stays there: it holds data of run {run}, which is running or interrupted',
    hint: 'wait for the run, or resume, roll back or discard it; then try again',
  },
  LIBRARY_TAPE_UNREAD: {
    sentence:
      'the cartridge in drive {drive} of the library {changer} on {host} stays there: it is not known whose data it holds ({said})',
    hint: 'if nobody needs it in the drive, return it to a slot, then try again. On {host}: mtx -f {changer} unload {slot} {drive}',
  },
  DRIVE_NAME_LATE: {
    sentence: '{host} did not identify {device} as the drive {name} before the run was planned',
    hint: 'run again: the host answers now',
  },
  DRIVE_NAME_UNKNOWN: {
    sentence: '{host} does not say which drive {device} is: {command} reports {said}',
    hint: 'compare with "ls -l {folder}" on {host}; correct tape.device in the site file, or have the device links of the drive created again ({remedy})',
  },
  TAPE_TOO_SMALL: {
    sentence: 'two tapes in a row, {tapes}, did not accept a single record',
    hint: 'insert blank cartridges, or cartridges that may be overwritten',
  },
  TAPES_MISCOUNTED: {
    sentence: 'the tapes took {actual} instead of {expected}',
    hint: 'do not trust these tapes; dump again, and report it if it happens twice',
  },
  // ---- data ----
  DUMP_SOURCE_FAILED: {
    sentence: 'reading stopped after {bytes} bytes: {reason}',
    hint: 'do not trust this tape: find the cause in the output of the reading command, then dump again',
  },
  DUMP_NOT_CLOSED: {
    sentence: '{tool} ended with exit status 0, but {reason}',
    hint: 'the tape is not a backup: find the cause in its output, then dump again',
  },
  FILES_SKIPPED: {
    sentence:
      '{tool} ended with exit status 0, but {count} files are not on tape as they are on the volume: {files}',
    hint: 'remove these files, or accept that they are missing (onSkippedFiles: warn), then dump again',
  },
  DUMP_SOURCE_EMPTY: {
    sentence: 'no data came from the volume, although its reader exited 0',
    hint: 'check that the shadow volume is started and that the command reads the right device',
  },
  DUMP_SOURCE_SIZE_DIFFERS: {
    sentence: '{actual} bytes came from the volume, which has {expected} bytes',
    hint: 'compare the sizes of shadow volume and proxy volume; the tape is incomplete: dump again',
  },
  TOO_MANY_UNREADABLE: {
    sentence: 'more than {most} records of the volume cannot be read',
    hint: 'the tape is not a backup: replace the disk, or restore the volume from an earlier backup',
  },
  DUMP_DIGESTS_DIFFER: {
    sentence: 'the data sent to tape differs from the data read: {actual} instead of {expected}',
    hint: 'the data changed in this machine, possibly by a memory fault; do not trust this tape',
  },
  DATA_THREAD_ENDED: {
    sentence: 'the thread that moves the data of {host} ended: {reason}',
    hint: 'start the run again; if it ends again, check the free memory of this machine',
  },
  COPY_CANCELLED: {
    sentence: 'the copy was canceled after {bytes} bytes',
    hint: 'the tape is incomplete; start the dump again',
  },
  TAR_UNREADABLE: {
    sentence: 'the tar archive cannot be read at byte {offset}: {reason}',
    hint: 'find the cause in the output of tar, then dump again',
  },
  TAR_INCOMPLETE: {
    sentence: 'the tar archive ends after {offset} bytes without its closing blocks',
    hint: 'tar stopped early although it exited 0; check the mounted file system, then dump again',
  },
} as const;
