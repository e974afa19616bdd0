import { kindsOfRuns } from '../support/kinds-of-run.ts';
import { rivalCampaign } from '../support/rival-campaign.ts';

await rivalCampaign([...kindsOfRuns.options], 1);
