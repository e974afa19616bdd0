/** Tapes, drives and changers, and the data that goes to them. Part of the error table (error-table.ts). */
export const tapeErrors = {
  // ---- which tape it is ----
  TAPE_DEVICE_UNKNOWN: {
    sentence: '{device} is not the name of a tape drive that shadowtape knows',
    hint: 'on Solaris /dev/rmt/0, on Linux /dev/st0, /dev/IBMtape0 or a name below /dev/tape/by-id; it is the drive’s device that rewinds, or the one that does not',
  },
  TAPE_NOT_BLANK: {
    sentence: 'the tape in {device} on {host} is not blank: it holds {found}',
    hint: 'insert a blank tape; or, where what it holds may be lost, set media.overwrite: true in the job',
  },
  TAPE_STATE_UNKNOWN: {
    sentence: 'it cannot be told whether the tape in {device} on {host} is blank: {said}',
    hint: 'what cannot be read is not taken for blank; look at it with mt status, clean the drive, or use another tape',
  },
  TAPE_DIFFERS: {
    sentence: 'the tape does not hold what was read: {what}: expected {expected}, read back {actual}',
    hint: 'do not trust this tape; clean the drive, take another tape and run again',
  },
  TAPE_NOT_BLANK_NAME_IT: {
    sentence: 'the tape in {device} on {host} is not blank: it holds {found}',
    hint: 'insert a blank tape; or, where what it holds may be lost, name it: --overwrite {name}',
  },
  TAPE_NOT_LABELLED: {
    sentence: 'the tape in {device} on {host} has no label: it holds {found}',
    hint: 'insert {wanted}; or, where what it holds may be lost, give it a label: shadowtape label {name} --overwrite data',
  },
  TAPE_IS_ANOTHER: {
    sentence: 'the tape in {device} on {host} is not {wanted}: it holds {found}',
    hint: 'insert {wanted}',
  },
  TAPE_KEPT: {
    sentence: 'the tape "{name}" in {device} on {host} is in retention until {until}',
    hint: 'insert another tape',
  },
  TAPE_POSITION_WRONG: {
    sentence: 'the tape in {device} on {host} is not at the beginning of file {wanted}: {said}',
    hint: 'nothing is written or read at an unknown position; rewind the tape with mt, and start again',
  },
  TAPE_RECORD_NOT_REACHED: {
    sentence: 'the tape in {device} on {host} is not at record {record} of file {file}: {said}',
    hint: 'nothing is written at a place that the drive does not confirm; resume the run: it looks at the tape again, or writes it from its beginning',
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
    hint: 'wait until the other program has ended, or end it; then try again',
  },
  TAPE_NOT_LOADED: {
    sentence: 'no cartridge is ready in the tape drive: {reason}',
    hint: 'insert a cartridge, wait until the drive is ready, then try again',
  },
  TAPE_COUNT_MISSING: {
    sentence: 'dd ended well but did not say how many records it copied',
    hint: 'see its output; without a count the tape is not taken as complete',
  },
  TAPE_RECORDS_MISCOUNTED: {
    sentence: 'dd wrote {actual} to the tape instead of {expected}',
    hint: 'do not trust this tape; dump again, and check the drive if it happens twice',
  },
  TAPE_READ_FAILED: {
    sentence: 'reading the tape back failed: {reason}',
    hint: 'an error is never the end of the data: clean the drive and read again; if it stays, dump to another cartridge',
  },
  TAPE_RECORD_TOO_LONG: {
    sentence: 'the tape has records longer than the read size: {reason}',
    hint: 'read with the record size that was written, or a larger one',
  },
  TAPE_READBACK_MISCOUNTED: {
    sentence: 'the tape gave back {actual} instead of {expected}',
    hint: 'check that the tape is at the right file; if it is, dump again',
  },
  TAPE_SERVER_GARBLED: {
    sentence: 'the tape server answered {said}, which is no answer of rmt',
    hint: 'the login shell of the user must print nothing when a command is run, and the command must be rmt',
  },
  TAPE_SERVER_ENDED: {
    sentence: 'the tape server ended before it had answered {unanswered}: {reason}',
    hint: 'see its output, and check that rmt is installed and may use the device; what the tape holds is not complete',
  },
  // ---- changers and several tapes ----
  NEXT_TAPE_NEEDED: {
    sentence: 'an operator must insert {words} into {device} on {host}, and nobody can be asked',
    hint: 'run where a terminal is, or name tape.changer or tape.nextTape in the site file',
  },
  CHANGER_NOT_NAMED: {
    sentence: 'the site names no changer',
    hint: 'name it in tape.changer of the site file; or leave --changer out, and change the tapes by hand',
  },
  CHANGER_UNREADABLE: {
    sentence: 'mtx on {host} does not show what is in {device}',
    hint: 'try mtx -f DEVICE status there; the site file names it in tape.changer',
  },
  CHANGER_EMPTY: {
    sentence: 'no slot of the changer {device} on {host} is left whose tape was not tried',
    hint: 'put blank tapes into the changer, and run again',
  },
  CHANGER_DRIVE_UNNAMED: {
    sentence:
      'the changer {changer} on {host} has {count} drives, and the site file does not name the one that is {device}',
    hint: 'set tape.changerDrive to its number: with a tape in one drive alone, compare mtx -f CHANGER status (Data Transfer Element N:Full) with mt -f DEVICE status',
  },
  CHANGER_DRIVE_MISSING: {
    sentence: 'the changer {changer} on {host} has no drive {drive}: its drives are {drives}',
    hint: 'set tape.changerDrive to the number of Data Transfer Element in mtx -f CHANGER status',
  },
  CHANGER_DRIVE_IS_ANOTHER: {
    sentence: 'a tape is in {device} on {host}, and drive {drive} of the changer {changer} is empty',
    hint: 'set tape.changerDrive to the number of the drive that mtx -f CHANGER status shows as Full, and tape.changer to the changer that has this drive',
  },
  CHANGER_FULL: {
    sentence:
      'the cartridge in drive {drive} of the changer {changer} on {host} has no empty slot to go back to',
    hint: 'remove a cartridge from the changer, then run again',
  },
  DRIVE_NAME_LATE: {
    sentence: '{host} did not say that {device} is the drive {name} before the run was planned',
    hint: 'run again: the host answers now',
  },
  DRIVE_NAME_UNKNOWN: {
    sentence: '{host} does not say which drive {device} is: {command} reports {said}',
    hint: 'compare with "ls -l {folder}" on {host}; correct tape.device in the site file, or have the links of the drive made anew ({remedy})',
  },
  TAPE_TOO_SMALL: {
    sentence: 'two tapes in a row, {tapes}, have not taken a single record',
    hint: 'insert cartridges that are empty, or that may be overwritten from the beginning',
  },
  TAPES_MISCOUNTED: {
    sentence: 'the tapes took {actual} instead of {expected}',
    hint: 'do not trust these tapes; dump again, and report it if it happens twice',
  },
  // ---- data ----
  DUMP_SOURCE_FAILED: {
    sentence: 'reading stopped after {bytes} bytes: {reason}',
    hint: 'see the output of the reading command; nothing on this tape can be trusted: find the cause, then dump again',
  },
  DUMP_NOT_CLOSED: {
    sentence: '{tool} ended with exit status 0, but {reason}',
    hint: 'what it wrote is no backup: find the cause in what it printed, then dump again',
  },
  FILES_SKIPPED: {
    sentence:
      '{tool} ended with exit status 0, but {count} files are not on the tape as they are in the volume: {files}',
    hint: 'remove these files, or accept that they are missing (onSkippedFiles: warn), then dump again',
  },
  DUMP_SOURCE_EMPTY: {
    sentence: 'nothing came from the volume, although its reader ended well',
    hint: 'check that the shadow volume is started and that the command reads the right device',
  },
  DUMP_SOURCE_SIZE_DIFFERS: {
    sentence: '{actual} bytes came from the volume, which has {expected} bytes',
    hint: 'compare the sizes of the shadow volume and of the proxy volume; the tape is not complete: dump again',
  },
  DUMP_DIGESTS_DIFFER: {
    sentence: 'what was sent to tape is not what was read: {actual} instead of {expected}',
    hint: 'the data changed inside this machine, which points at its memory; do not trust this tape',
  },
  DATA_THREAD_ENDED: {
    sentence: 'the thread that moves the data of {host} ended: {reason}',
    hint: 'start the run again; if it ends again, check the free memory of this machine',
  },
  COPY_CANCELLED: {
    sentence: 'the copy was cancelled after {bytes} bytes',
    hint: 'what the tape holds is not complete; start the dump again',
  },
  TAR_UNREADABLE: {
    sentence: 'the tar archive cannot be read at byte {offset}: {reason}',
    hint: 'see what tar printed; find the cause, then dump again',
  },
  TAR_INCOMPLETE: {
    sentence: 'the tar archive ends after {offset} bytes without its closing blocks',
    hint: 'tar was cut short although it ended well; check the mounted file system, then dump again',
  },
} as const;
