import { droppedQueries } from '../support/dropped-queries.ts';
import { kindsOfRuns } from '../support/kinds-of-run.ts';

await droppedQueries([...kindsOfRuns.rawDevice, ...kindsOfRuns.ufs, ...kindsOfRuns.label]);
