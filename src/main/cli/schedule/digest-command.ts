/** digest: what happened to the volumes of the site in a week. */
import { lastDays, lastWeek } from '../../../contract/time/week.ts';
import { ownZone } from '../../../contract/time/wall-clock.ts';
import { say } from '../../../contract/text/say.ts';
import { jsonOption, type CommandLine, type JsonOption } from '../command-line.ts';
import { withHistory } from '../history-search-commands.ts';
import type { JsonOutput } from '../json-output.ts';
import { isQuiet, zoneInstead } from '../terminal/display.ts';
import { print, printJson, warn } from '../terminal/output.ts';

interface DigestOptions extends JsonOption {
  readonly week: boolean;
  readonly send: boolean;
}

const digestText = `\n${say(`Each volume has its runs and its missed nights, its newest backup, and its last drill. The tapes that the next nights
need and the head of the seals follow.

--send sends the last week from Monday to Monday to everybody in notify who asks for digest, once for each week. The
timer of schedule install starts it on Mondays at 07:00.`)}`;

async function digestCommand(line: CommandLine, { week, send, json = false }: DigestOptions): Promise<void> {
  const { readSite, siteFileOf } = await import('../../application/console.ts');
  const { weekDigest } = await import('../../application/digest/week-digest.ts');
  const { digestLines } = await import('../../application/digest/digest-text.ts');
  const { state } = line;
  const site = await readSite(line.siteFile ?? siteFileOf(state.labFolder));
  const { lines, series } = await withHistory(state, async (history) => ({
    lines: await history.lines(),
    series: await history.trends({}),
  }));
  const now = new Date();
  const zone = zoneInstead(ownZone());
  const period = week || send ? lastWeek(now, ownZone()) : lastDays(now, ownZone());
  const digest = await weekDigest({ site, state, lines, series, now }, period);
  if (!send) {
    if (json) printJson<JsonOutput['digest']>(digest);
    else digestLines(digest, zone).forEach(print);
    return;
  }
  const { sendDigest } = await import('../../application/digest/send-digest.ts');
  const isSent = await sendDigest(state, site, digest, {
    zone,
    now,
    warn: (text) => warn(`shadowtape: ${text}`),
  });
  if (!isQuiet()) print(isSent ? say('the digest was sent') : say('the digest of this week was sent before'));
}

export function registerDigest(line: CommandLine): void {
  line.program
    .command('digest')
    .description(say('show what happened to each volume in the last seven days; --send sends the last week'))
    .option('--week', say('the last week from Monday to Monday'), false)
    .option('--send', say('send the last week to everybody in notify who asks for digest'), false)
    .addOption(jsonOption())
    .addHelpText('after', digestText)
    .action((options: DigestOptions) => digestCommand(line, options));
}
