/** The times on the first page: what the data represents, how long it took, and how long services and people waited. Pure. */
import type { ReportFactList } from '../../../contract/report.ts';
import { durationText } from '../../../contract/words.ts';
import { say, sayCount } from '../../../contract/text/say.ts';
import { endFacts } from '../../../folds/end-facts.ts';
import type { ReportFacts } from './report-source.ts';
import { restoreOf } from './section-restore.ts';
import { marked, notKnown, plain } from './report-words.ts';

type Rows = ReportFactList['rows'];

const tookWords = (milliseconds: number) => durationText(milliseconds / 1000);

function outageValue({ outage, stopsServices }: ReturnType<typeof endFacts>): Rows[number]['value'] {
  if (outage !== undefined)
    return plain(say('{outage}, from the stop to the resume', { outage: tookWords(outage) }));
  return stopsServices
    ? [marked('bad', say('not ended: no step resumed the services'))]
    : plain(say('none, the run stopped no service'));
}

/** The names are those of the screen that shows the end of a run. */
export function instantRows(facts: ReportFacts): Rows {
  const { model, times } = facts;
  const told = endFacts(model);
  const instant = told.partedAt === undefined ? plain(say('not parted')) : plain(times.both(told.partedAt));
  return [
    ...(restoreOf(facts) ? [] : [{ name: say('Instant of the part'), value: instant }]),
    { name: say('Service outage'), value: model.start === undefined ? notKnown : outageValue(told) },
    ...(told.answers === 0
      ? []
      : [
          {
            name: say('Waiting for people'),
            value: plain(
              `${tookWords(told.waited)}, ${sayCount(told.answers, '{count} answer', '{count} answers')}`,
            ),
          },
        ]),
  ];
}

/** How long its dumps were paused; none for a run that was not. */
export function pauseRows({ model: { pauses } }: ReportFacts): Rows {
  if (pauses.length === 0) return [];
  const paused = pauses.reduce((sum, { from, until = from }) => sum + until - from, 0);
  const count = sayCount(pauses.length, '{count} pause of the dump', '{count} pauses of the dump');
  return [{ name: say('Paused'), value: plain(`${tookWords(paused)}, ${count}`) }];
}

export function whenRows({ model, times }: ReportFacts): Rows {
  const { startedAt, end, at, milliseconds } = model;
  const began = startedAt === undefined ? say('not in the journal') : times.moment(startedAt);
  const until =
    end === undefined
      ? say('; not ended, last line {at}', { at: times.moment(at ?? 0) })
      : ` ${say('to {at}', { at: times.moment(end.at) })}`;
  const took = milliseconds === undefined ? '' : ` (${durationText(milliseconds / 1000)})`;
  const zone =
    times.word === 'UTC'
      ? say('all times are UTC, offset +00:00')
      : say('all times are local, zone {zone}', { zone: times.zone });
  return [{ name: say('When'), value: plain(`${began}${until}${took}; ${zone}`) }];
}
