/** The times on the first page: what the data represents, how long it took, and how long services and people waited. Pure. */
import type { ReportFactList } from '../../../contract/report.ts';
import { durationText } from '../../../contract/words.ts';
import { endFacts } from '../../../folds/end-facts.ts';
import type { ReportFacts } from './report-source.ts';
import { restoreOf } from './section-restore.ts';
import { countOf, marked, notKnown, plain } from './report-words.ts';

type Rows = ReportFactList['rows'];

const tookWords = (milliseconds: number) => durationText(milliseconds / 1000);

function outageValue({ outage, stopsServices }: ReturnType<typeof endFacts>): Rows[number]['value'] {
  if (outage !== undefined) return plain(`${tookWords(outage)}, from the stop to the resume`);
  return stopsServices
    ? [marked('bad', 'not ended: no step resumed the services')]
    : plain('none, the run stopped no service');
}

/** The names are those of the screen that shows the end of a run. */
export function instantRows(facts: ReportFacts): Rows {
  const { model, times } = facts;
  const told = endFacts(model);
  const instant = told.partedAt === undefined ? plain('not parted') : plain(times.both(told.partedAt));
  return [
    ...(restoreOf(facts) ? [] : [{ name: 'Instant of the part', value: instant }]),
    { name: 'Service outage', value: model.start === undefined ? notKnown : outageValue(told) },
    ...(told.answers === 0
      ? []
      : [
          {
            name: 'Waiting for people',
            value: plain(`${tookWords(told.waited)}, ${countOf(told.answers, 'answer')}`),
          },
        ]),
  ];
}

export function whenRows({ model, times }: ReportFacts): Rows {
  const { startedAt, end, at, milliseconds } = model;
  const began = startedAt === undefined ? 'not in the journal' : times.moment(startedAt);
  const until =
    end === undefined ? `; not ended, last line ${times.moment(at ?? 0)}` : ` to ${times.moment(end.at)}`;
  const took = milliseconds === undefined ? '' : ` (${durationText(milliseconds / 1000)})`;
  const zone =
    times.word === 'UTC' ? 'all times are UTC, offset +00:00' : `all times are local, zone ${times.zone}`;
  return [{ name: 'When', value: plain(`${began}${until}${took}; ${zone}`) }];
}
