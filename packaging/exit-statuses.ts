/** How commands end, for their man pages: status and meaning. Commands whose help lists their statuses are not here. */

export type ExitStatuses = readonly (readonly [status: number, meaning: string])[];

const usual: ExitStatuses = [
  [0, 'done'],
  [1, 'wrong usage or configuration, or the command failed; the message says why'],
];

/** Name of a command -> what it has instead of, or beyond, the usual ones. */
const own: Readonly<Record<string, ExitStatuses>> = {
  check: [[1, 'wrong usage or configuration, or a check failed']],
  'drive-check': [[1, 'wrong usage or configuration, or a check failed; the tape may have been written']],
  label: [[2, 'failed, and the contents of the tape may be lost']],
  locks: [[1, 'wrong usage or configuration, or a host could not be checked']],
  unlock: [[1, 'wrong usage or configuration, nothing was removed, or a host could not be checked']],
  verify: [
    [0, 'the tape holds what the run wrote'],
    [4, 'tape mismatch: the tape does not hold what the run wrote'],
  ],
  where: [[1, 'wrong usage or configuration, or no file list has the file']],
  'state compress': [[1, 'wrong usage or configuration, or a run was not compressed']],
  'state import': [[1, 'wrong usage or configuration, a file differs, or host keys were not accepted']],
};

const programError: ExitStatuses = [[70, 'error of the program itself, and nothing was changed']];

/** @param name of the command, without the program's: `state import` */
export function exitStatusesOf(name: string): ExitStatuses {
  const statuses = new Map([...usual, ...(own[name] ?? []), ...programError]);
  return [...statuses];
}
