import { kindsOfRuns } from '../support/kinds-of-run.ts';
import { consoleCampaign } from '../support/rival-consoles.ts';

const [tarOfUfs] = kindsOfRuns.ufs;

await consoleCampaign([...kindsOfRuns.rawDevice, ...kindsOfRuns.rawByServer, tarOfUfs], 2);
