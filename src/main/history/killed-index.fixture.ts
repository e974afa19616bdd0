/** Builds an index in a process of its own, and says when it is in the middle of it: then it is killed. */
import { StateFolder } from '../journal/state-folder.ts';
import { HistoryIndex } from './history-index.ts';

const index = new HistoryIndex(new StateFolder(process.argv[2] ?? ''), 'killed', (progress) => {
  if (progress?.what === 'catalogues') process.send?.('in the middle');
});
await index.view({ rebuild: false });
