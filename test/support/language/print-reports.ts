/** Prints the reports of journals, an array of documents as JSON, in the language that the process speaks. Arguments: the journals. */
import { readFileSync } from 'node:fs';
import type { RunEvent } from '../../../src/contract/events.ts';
import { reportOf } from '../../../src/main/report/document/report-document.ts';

const reports = process.argv.slice(2).map((file) => {
  const events = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);
  return reportOf({ run: events[0]?.run ?? '', events, journalHash: 'f'.repeat(64) });
});
process.stdout.write(JSON.stringify(reports));
