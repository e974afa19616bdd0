/** digest: what happened to the volumes of the site in a week. */
import { lastDays, lastWeek } from '../../../contract/time/week.ts';
import { ownZone } from '../../../contract/time/wall-clock.ts';
import { say } from '../../../contract/text/say.ts';
import type { Site } from '../../application/console.ts';
import type { DigestOutcome } from '../../application/digest/send-digest.ts';
import type { StatusFacts } from '../../application/protection/status-service.ts';
import { jsonOption, type CommandLine, type JsonOption } from '../command-line.ts';
import { withHistory } from '../history/history-search-commands.ts';
import type { JsonOutput } from '../json-output.ts';
import { isQuiet, zoneInstead } from '../terminal/display.ts';
import { print, printJson } from '../terminal/output.ts';
import { belowOptions } from '../terminal/help-text.ts';

interface DigestOptions extends JsonOption {
  readonly week: boolean;
  readonly send: boolean;
}

const digestText =
  say(`Each volume has its runs and its missed nights, its newest backup, and its last drill. The tapes that the next nights
need and the head of the seals follow.

--send sends the last week from Monday to Monday to everybody in notify who asks for digest, once for each week. Those that
did not accept it get it at the next call; until then the exit status is 2, and status says so. The timer of schedule
install starts it each hour of Monday from 07:00 on.`);

function outcomeText({ outcome }: DigestOutcome, week: string): string {
  if (outcome === 'sent') return say('the digest of the week of {week} was sent', { week });
  if (outcome === 'sent before') return say('the digest of the week of {week} was already sent', { week });
  return say('the digest of the week of {week} did not reach everybody', { week });
}

/** @throws DIGEST_UNSENT if a receiver has not accepted one; it is tried again at the next call */
async function sendCommand(line: CommandLine, { site, facts, now }: DigestPlace): Promise<void> {
  const { weekDigest } = await import('../../application/digest/week-digest.ts');
  const { sendDigests, unsentFailure, weekOf } = await import('../../application/digest/send-digest.ts');
  const zone = ownZone();
  const outcomes = await sendDigests({
    ...{ state: line.state, site, zone, now, shownZone: zoneInstead(zone) },
    digestOf: (period) => weekDigest(facts, period),
  });
  for (const each of outcomes) if (!isQuiet()) print(outcomeText(each, weekOf(each, zone)));
  const unsent = unsentFailure(outcomes, zone);
  if (!unsent) return;
  // Others may have got it.
  line.endWith(2);
  throw unsent;
}

interface DigestPlace {
  readonly site: Site;
  readonly facts: StatusFacts;
  readonly now: Date;
}

async function digestPlace({ state, siteFile }: CommandLine): Promise<DigestPlace> {
  const { readSite, siteFileOf } = await import('../../application/console.ts');
  const site = await readSite(siteFile ?? siteFileOf(state.labFolder));
  const { lines, series } = await withHistory(state, async (history) => ({
    lines: await history.lines(),
    series: await history.trends({}),
  }));
  const now = new Date();
  return { site, facts: { site, state, lines, series, now }, now };
}

async function digestCommand(line: CommandLine, { week, send, json = false }: DigestOptions): Promise<void> {
  const place = await digestPlace(line);
  if (send) return sendCommand(line, place);
  const { weekDigest } = await import('../../application/digest/week-digest.ts');
  const { digestLines } = await import('../../application/digest/digest-text.ts');
  const { facts, now } = place;
  const period = week ? lastWeek(now, ownZone()) : lastDays(now, ownZone());
  const digest = await weekDigest(facts, period);
  if (json) printJson<JsonOutput['digest']>(digest);
  else digestLines(digest, zoneInstead(ownZone())).forEach(print);
}

export function registerDigest(line: CommandLine): void {
  line.program
    .command('digest')
    .description(say('show what happened to each volume in the last seven days; --send sends the last week'))
    .option('--week', say('the last week from Monday to Monday'), false)
    .option('--send', say('send the last week to everybody in notify who asks for digest'), false)
    .addOption(jsonOption())
    .addHelpText('after', belowOptions(digestText))
    .action((options: DigestOptions) => digestCommand(line, options));
}
