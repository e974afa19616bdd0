/** Fields that have a sentence of the program wherever they occur: not what a host printed, a tape holds, or a page compares. */
export const sentenceFields: ReadonlySet<string> = new Set([
  ...['findings', 'hint', 'losses', 'notice', 'notices', 'notes', 'onScreen', 'reason', 'reasons'],
  ...['refusal', 'sentence', 'trouble', 'warnings', 'why'],
]);
