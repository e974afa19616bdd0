/** The thread that works on the index: long work, and questions that read much, delay no other work. */
import { parentPort, workerData } from 'node:worker_threads';
import { StateFolder } from '../journal/state-folder.ts';
import { answerOfIndex, type IndexQuestion, type WorkerSetting } from './history-messages.ts';
import { HistoryIndex } from './history-index.ts';

const { folder, key } = workerData as WorkerSetting;
const index = new HistoryIndex(new StateFolder(folder), key, (progress) =>
  parentPort?.postMessage({ kind: 'progress', progress }),
);

parentPort?.on('message', (asked: IndexQuestion) => {
  void answerOfIndex(index, asked).then((answered) => parentPort?.postMessage(answered));
});
