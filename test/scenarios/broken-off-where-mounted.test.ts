import { brokenOff } from '../support/broken-off.ts';
import { kindsOfRuns } from '../support/kinds-of-run.ts';

await brokenOff(kindsOfRuns.whereMounted);
