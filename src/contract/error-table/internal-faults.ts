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
    sentence: 'the result of the {stage} was asked before its stream had ended',
    hint: 'this is a bug in the program: report it',
  },
  RECORD_SIZE_WRONG: {
    sentence: 'a record of {recordBytes} bytes cannot be written',
    hint: 'a record has 512 to 1048576 bytes, a multiple of 512; the guide uses 32768',
  },
  BUFFER_OPTIONS_WRONG: {
    sentence: 'a buffer of {bytes} bytes that starts at a fill of {startAt} cannot work',
    hint: 'give it at least one byte, and a start above 0 and up to 1',
  },
} as const;
