/** The digest of a week in lines, for the terminal and for mail. Pure. */
import type { DigestNight, DigestVolume, WeekDigest } from '../../../contract/digest.ts';
import { localDay, zonedText } from '../../../contract/time/wall-clock.ts';
import { oldText } from '../../../contract/time/backup-age.ts';
import { levelText } from '../../../contract/drill-level.ts';
import { said, say, translated } from '../../../contract/text/say.ts';

/** How many there are of each, the most serious first: `1 missed, 2 protected`. */
function countedStates(volumes: readonly DigestVolume[]): string {
  const counts = new Map<string, number>();
  for (const { state } of volumes) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${said(state)}`).join(', ') || say('no volumes');
}

/** One line, without a full stop: also the subject of the mail. */
export function digestSentence({ site, from, volumes }: WeekDigest, zone: string): string {
  return say('{site}, week of {day}: {states}', {
    site,
    day: localDay(from, zone),
    states: countedStates(volumes),
  });
}

function nightLine({ at, outcome, run, reason }: DigestNight, zone: string): string {
  const more = [
    reason && translated(reason),
    run === undefined ? undefined : say('run {run}', { run }),
  ].filter((word) => word !== undefined);
  return `  ${zonedText(new Date(at), zone)}  ${said(outcome)}${more.length === 0 ? '' : `: ${more.join('; ')}`}`;
}

function drillLine({ drilledAt, drillLevel }: DigestVolume, zone: string): string {
  if (drilledAt === undefined) return say('last drill: none');
  const time = zonedText(new Date(drilledAt), zone);
  const level = levelText(drillLevel);
  return level === undefined
    ? say('last drill: {time}', { time })
    : say('last drill: {time}, {level}', { time, level });
}

function volumeLines(volume: DigestVolume, zone: string): string[] {
  const { class: className, master, jobs, state, reason, backup, nights } = volume;
  const age = backup && say('{age}, run {run}', { age: oldText(backup.ageSeconds), run: backup.run });
  const tape =
    backup && backup.tapeNames.length > 0
      ? say(', tape {tapes}', { tapes: backup.tapeNames.join(', ') })
      : '';
  return [
    `${className}/${master} (${jobs.join(', ')}): ${said(state)}${state === 'protected' ? '' : `: ${translated(reason)}`}`,
    ...(nights.length === 0
      ? [`  ${say('no night in this week')}`]
      : nights.map((night) => nightLine(night, zone))),
    `  ${age === undefined ? say('backup: none that is verified and on tape') : say('backup: {backup}', { backup: `${age}${tape}` })}`,
    `  ${drillLine(volume, zone)}`,
    '',
  ];
}

/** @param zone time zone of the times */
export function digestLines(digest: WeekDigest, zone: string): string[] {
  const { from, to, volumes, tapes, sealsHead } = digest;
  return [
    digestSentence(digest, zone),
    say('from {from} to {to}', {
      from: zonedText(new Date(from), zone),
      to: zonedText(new Date(to), zone),
    }),
    '',
    ...volumes.flatMap((volume) => volumeLines(volume, zone)),
    ...tapes,
    ...(tapes.length === 0 ? [] : ['']),
    sealsHead === undefined
      ? say('head of the seals: nothing is sealed yet')
      : say('head of the seals: {hash}', { hash: sealsHead }),
  ];
}
