/**
 * Backups under each fault of the lab, as a page sees them: recorded once from a lab, and replayed without one. A
 * recording has all requests and subscriptions of a page at the moments of interest: while the run asks or rolls back,
 * and at its end.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { ActivityPush, RunPush } from '../../../src/contract/screens.ts';
import type { Language } from '../../../src/contract/text/catalogue.ts';
import type { HostMessage, PageMessage } from '../../../src/contract/wire.ts';
import { DocumentPage, type Host } from './document-page.ts';

export interface RecordedMoment {
  readonly name: 'asks' | 'rolls back' | 'ends' | 'hangs' | 'asks for a password' | 'is refused';
  readonly activity: ActivityPush;
  /** What a page that follows the run receives. */
  readonly pushes: readonly RunPush[];
  /** `look {}` -> the reply; null where none came. */
  readonly replies: Readonly<Record<string, unknown>>;
}

export interface RecordedFault {
  /** `tape-error=3`. */
  readonly spec: string;
  readonly job: string;
  /** Undefined if none was begun. */
  readonly run: string | undefined;
  readonly moments: readonly RecordedMoment[];
}

const file = join(import.meta.dirname, 'recorded-faults.json.br');

let known: Readonly<Record<string, RecordedFault>> | undefined;

/** Name of the fault -> its recording. */
export function recordedFaults(): Readonly<Record<string, RecordedFault>> {
  known ??= JSON.parse(brotliDecompressSync(readFileSync(file)).toString('utf8')) as typeof known & object;
  return known;
}

const isHash = (key: string) => key === 'prev' || key === 'lastHash';

/** @param folder of the scene, which differs on other machines */
export function saveRecording(fault: string, recording: RecordedFault, folder: string): void {
  let all: Readonly<Record<string, RecordedFault>> = {};
  try {
    all = recordedFaults();
  } catch {
    // The first one.
  }
  // Hashes differ in each recording, and no text of a page depends on them.
  const text = JSON.stringify(recording, (key, value: unknown) => (isHash(key) ? '' : value))
    .replaceAll(folder, '/lab')
    .replaceAll(`${userInfo().username}@${hostname()}`, 'operator@console')
    .replaceAll(hostname(), 'console');
  known = { ...all, [fault]: JSON.parse(text) as RecordedFault };
  const ordered = Object.fromEntries(
    Object.entries(known).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
  const plain = Buffer.from(JSON.stringify(ordered));
  const params = {
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_QUALITY]: 9,
  };
  writeFileSync(file, brotliCompressSync(plain, { params }));
}

/** A request of a page, as the name of its answer. */
const keyOf = ({ channel, payload }: { readonly channel: string; readonly payload: unknown }): string =>
  `${channel} ${JSON.stringify(payload)}`;

/** Between a page and its host: keeps the page's requests and their answers. */
export class Recorder implements Host {
  readonly #host: Host;
  readonly #tell: (message: HostMessage) => void;
  readonly #keys = new Map<number, string>();
  #replies: Record<string, unknown> = {};
  #pushes: RunPush[] = [];
  readonly #runs = new Set<number>();

  readonly #started: unknown;

  /** @param started the reply to the start that was recorded; nothing is started again */
  constructor(
    meet: (tell: (message: HostMessage) => void) => Host,
    tell: (message: HostMessage) => void,
    started: unknown,
  ) {
    this.#tell = tell;
    this.#started = started;
    this.#host = meet((message) => this.#hear(message));
  }

  receive(message: PageMessage): void {
    if ('request' in message) {
      const key = keyOf(message.request);
      this.#keys.set(message.id, key);
      this.#replies[key] ??= null;
      if (message.request.channel === 'start') return this.#hear({ id: message.id, reply: this.#started });
    }
    if ('follow' in message && message.follow.topic === 'run') {
      this.#runs.add(message.id);
      this.#pushes = [];
    }
    this.#host.receive(message);
  }

  #hear(message: HostMessage): void {
    if ('reply' in message) this.#replies[this.#keys.get(message.id) ?? ''] = message.reply;
    if ('push' in message && this.#runs.has(message.id)) this.#pushes.push(message.push as RunPush);
    this.#tell(message);
  }

  /** What was received since the page was opened. */
  get heard(): Pick<RecordedMoment, 'pushes' | 'replies'> {
    return { pushes: this.#pushes, replies: this.#replies };
  }
}

/** A site's text is checked after a pause: whether a recording has lasted that long is chance, and no screen here depends on it. */
const isPaced = (key: string) => key.startsWith('draftSite ');

/** Replays a recording to a page. @throws if the page sends a request that was not recorded */
class Replay implements Host {
  readonly #tell: (message: HostMessage) => void;
  readonly #moment: RecordedMoment;
  readonly #unknown: string[];

  constructor(moment: RecordedMoment, unknown: string[], tell: (message: HostMessage) => void) {
    this.#moment = moment;
    this.#unknown = unknown;
    this.#tell = tell;
  }

  receive(message: PageMessage): void {
    if ('request' in message) queueMicrotask(() => this.#answer(message.id, keyOf(message.request)));
    if ('follow' in message) queueMicrotask(() => this.#follow(message.id, message.follow.topic));
  }

  #answer(id: number, key: string): void {
    const reply = this.#moment.replies[key];
    if (reply === undefined && !isPaced(key)) this.#unknown.push(key);
    if (reply) this.#tell({ id, reply });
  }

  #follow(id: number, topic: string): void {
    if (topic === 'activity') return this.#tell({ id, push: this.#moment.activity });
    for (const push of toldAtOnce(this.#moment.pushes)) this.#tell({ id, push });
  }
}

/** As for a page that opens later: all events together, and the current state of everything else. */
function toldAtOnce(pushes: readonly RunPush[]): RunPush[] {
  const events = pushes.flatMap((push) => (push.kind === 'events' ? push.events : []));
  const others = new Map(
    pushes.flatMap((push) => (push.kind === 'events' ? [] : [[push.kind, push] as const])),
  );
  return [{ kind: 'events', events }, ...others.values()];
}

/** A page at a moment of a recording. @param unknown gets requests that were not recorded */
export const replayed = (
  moment: RecordedMoment,
  unknown: string[],
  language?: Language,
): Promise<DocumentPage> =>
  DocumentPage.open((tell) => new Replay(moment, unknown, tell), '#/home', language);
