/** States of anything that is shown. Each has an icon and a word beside its color. */
export type State = 'ok' | 'busy' | 'warn' | 'bad' | 'idle';

/** Of a step: `asking` waits for the operator, `left-out` is planned and not performed. */
export type StepState = 'done' | 'running' | 'asking' | 'failed' | 'skipped' | 'todo' | 'left-out';
