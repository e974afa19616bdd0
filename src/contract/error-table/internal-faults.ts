/**
 * Faults of the program itself: no operator can do anything about them but report them. What a person, a host or a tape causes is in the
 * other parts of the error table (error-table.ts).
 */
export const internalFaults = {
  UNEXPECTED: {
    sentence: 'likely a bug in shadowtape: {sentence}',
    hint: 'report it with the journal of the run',
  },
  STAGE_NOT_FINISHED: {
    sentence: 'likely a bug in shadowtape: the result of the {stage} was requested before its stream ended',
    hint: 'report it with the journal of the run',
  },
  RECORD_SIZE_WRONG: {
    sentence: 'a record of {recordBytes} bytes cannot be written',
    hint: 'use a multiple of 512, from 512 to 1048576; the guide uses 32768',
  },
  BUFFER_OPTIONS_WRONG: {
    sentence: 'likely a bug in shadowtape: a buffer of {bytes} bytes cannot start at a fill of {startAt}',
    hint: 'a buffer needs at least one byte, and a start above 0 and up to 1',
  },
} as const;
