import { kindsOfRuns } from '../support/kinds-of-run.ts';
import { rivalCampaign } from '../support/rival-campaign.ts';

await rivalCampaign([...kindsOfRuns.options, ...kindsOfRuns.whereMounted], 1);
