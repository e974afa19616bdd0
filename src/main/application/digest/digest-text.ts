/** The digest of a week in lines, for the terminal and for mail. Pure. */
import type { DigestNight, DigestVolume, WeekDigest } from '../../../contract/digest.ts';
import { localDay, zonedText } from '../../../contract/time/wall-clock.ts';
import { durationText } from '../../../contract/words.ts';

/** How many there are of each, the gravest first: `1 missed, 2 protected`. */
function countedStates(volumes: readonly DigestVolume[]): string {
  const counts = new Map<string, number>();
  for (const { state } of volumes) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ') || 'no volumes';
}

/** One line, without a full stop: also the subject of the mail. */
export function digestSentence({ site, from, volumes }: WeekDigest, zone: string): string {
  return `${site}, week of ${localDay(from, zone)}: ${countedStates(volumes)}`;
}

function nightLine({ at, outcome, run, reason }: DigestNight, zone: string): string {
  const more = [reason, run === undefined ? undefined : `run ${run}`].filter((word) => word !== undefined);
  return `  ${zonedText(new Date(at), zone)}  ${outcome}${more.length === 0 ? '' : `: ${more.join('; ')}`}`;
}

function volumeLines(volume: DigestVolume, zone: string): string[] {
  const { class: className, master, jobs, state, reason, backup, nights, drilledAt } = volume;
  const age = backup && `${durationText(Math.max(0, backup.ageSeconds))} old, run ${backup.run}`;
  const tape = backup && backup.tapeNames.length > 0 ? `, tape ${backup.tapeNames.join(', ')}` : '';
  return [
    `${className}/${master} (${jobs.join(', ')}): ${state}${state === 'protected' ? '' : `: ${reason}`}`,
    ...(nights.length === 0 ? ['  no night in this week'] : nights.map((night) => nightLine(night, zone))),
    `  backup: ${age === undefined ? 'none that is verified and on tape' : `${age}${tape}`}`,
    `  last drill: ${drilledAt === undefined ? 'none' : zonedText(new Date(drilledAt), zone)}`,
    '',
  ];
}

/** @param zone whose clock shows the times */
export function digestLines(digest: WeekDigest, zone: string): string[] {
  const { from, to, volumes, tapes, sealsHead } = digest;
  return [
    digestSentence(digest, zone),
    `from ${zonedText(new Date(from), zone)} to ${zonedText(new Date(to), zone)}`,
    '',
    ...volumes.flatMap((volume) => volumeLines(volume, zone)),
    ...tapes,
    ...(tapes.length === 0 ? [] : ['']),
    `head of the seals: ${sealsHead ?? 'nothing is sealed yet'}`,
  ];
}
