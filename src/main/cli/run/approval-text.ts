/** What an operator approves with the shadow: its devices, sizes and tape, and every rule with what was seen. */
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import { say, translated } from '../../../contract/text/say.ts';
import { toned, type Line } from '../terminal/lines.ts';
import { bytesText, countText } from '../terminal/text.ts';

const blockBytes = 512;

type Start = EventOf<'run-started'>;
type Check = EventOf<'check'>;

function volumeLines(start: Start): Line[] {
  const { volumes, shadow } = start;
  return volumes.map(({ master, proxy, blocks, method = start.method, shadow: name = proxy, tapeFile }) => {
    const file = tapeFile === undefined ? '' : say(', file {tapeFile} of the tape', { tapeFile });
    const size =
      blocks === undefined
        ? say('size unknown')
        : say('{size} ({blocks} blocks)', {
            size: bytesText(blocks * blockBytes),
            blocks: countText(blocks),
          });
    return `  ${say('{class}/{name}  {proxy} (proxy of {master}), {size}, method {method}{file}', { class: shadow?.class ?? say('shadow'), name, proxy, master, size, method, file })}`;
  });
}

function deviceLines({ shadow, tape, drive, hosts = [] }: Start): Line[] {
  const server = hosts.find(({ role }) => role === 'backup')?.name;
  const on = server === undefined ? '' : ` ${say('on {server}', { server })}`;
  const kind = drive?.name === undefined ? '' : ` (${drive.name})`;
  return [
    ...(shadow?.disks ?? []).map(({ name, device }) => `  ${say('disk {name}', { name })}  ${device}${on}`),
    `  ${say('tape  {device} on {host}{kind}', { device: tape.device, host: tape.host, kind })}`,
  ];
}

function checkLine({ title, volume, actual, verdict }: Check): Line {
  const isGood = verdict === 'holds' || verdict === 'equal';
  const what = volume === undefined ? translated(title) : `${translated(title)}, ${volume}`;
  return ['  ', isGood ? toned('good', '✓') : toned('bad', '✗'), ` ${what}: ${translated(actual)}`];
}

/** Receives the events of a run, and always has the subject of its approval. */
export class ApprovalText {
  #start: Start | undefined;
  /** Rule and volume -> the last check of the current step. */
  #checks = new Map<string, Check>();
  #step: string | undefined;

  hear(event: RunEvent): void {
    if (event.type === 'run-started') this.#start = event;
    if (event.type === 'step-started') {
      this.#step = event.step;
      this.#checks = new Map();
    }
    if (event.type === 'check' && event.step === this.#step)
      this.#checks.set(JSON.stringify([event.rule, event.volume]), event);
  }

  /** Lines above a question; none for questions about anything else. */
  linesFor(question: string): Line[] {
    if (question !== 'approve-shadow' || this.#start === undefined) return [];
    return [
      say('To be dumped:'),
      ...volumeLines(this.#start),
      ...deviceLines(this.#start),
      say('Rules:'),
      ...[...this.#checks.values()].map(checkLine),
    ];
  }
}
