/** States of anything that is shown. Each has an icon and a word in addition to its color. */
export type State = 'ok' | 'busy' | 'warn' | 'bad' | 'idle';
