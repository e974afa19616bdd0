/** Events of a journal in lines, with the commands that were sent. */
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import { omissionWords } from '../../../contract/run-outcome.ts';
import { say, told } from '../../../contract/text/say.ts';
import { endWord, type RunText } from '../run/run-text.ts';
import { standLines } from '../run/stand-lines.ts';
import { clockText } from '../terminal/display.ts';
import { exact, toned, type Line, type Piece } from '../terminal/lines.ts';
import { stateTone } from '../terminal/state-tone.ts';

const signOf = ({ verdict }: EventOf<'check'>): Piece =>
  verdict === 'fails' || verdict === 'differs' ? toned('bad', '✗') : toned('good', '✓');

/** An event of a journal as `show` prints it. */
export function eventLines(event: RunEvent, text: RunText): Line[] {
  const time = clockText(event.at);
  switch (event.type) {
    case 'intent':
      return [[exact(`  ${time}  ${event.host} # ${event.line}`)]];
    case 'outcome':
      return event.exitStatus === 0
        ? []
        : [
            [
              `  ${say('{time}  exit status {exitStatus}', { time, exitStatus: event.exitStatus ?? say('unknown') })} `,
              exact(event.stderr.trim()),
            ],
          ];
    case 'check':
      return [[`  ${time}  `, signOf(event), ` ${told(event.title)}: ${told(event.actual)}`]];
    case 'answered':
      return [`  ${time}  ${event.question}: ${event.answer} (${event.by})`];
    case 'run-finished':
      return [
        '',
        [stateTone(`${endWord(event)}${omissionWords(event)}`), `: ${told(event.sentence)}`],
        ...standLines(event.stands),
        say('exit status {exitStatus}', { exitStatus: event.exitStatus }),
      ];
    default:
      return text.linesOf(event);
  }
}
