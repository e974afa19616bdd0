/** The moments of a run at which another administrator acts: the command in question is delayed until the act is done. */
import type { PlannedStep } from '../../src/contract/plan.ts';
import type { RunEvent } from '../../src/contract/events.ts';
import type { Lab } from '../../src/lab/lab.ts';
import type { NodeName } from '../../src/lab/gds/lab-model.ts';

/**
 * `before`: the step's first command, which only looks. A command that changes something is not held back before it
 * runs: between the last look and the command for which it was made nothing can be seen. `amid`: a query within the
 * step. `after`: the answer of a command that changes something. `within`: from before one command reads or writes
 * through the shadow until it has ended; what was done is taken back before that end is known.
 */
export interface Moment {
  readonly step: string;
  readonly when: 'before' | 'amid' | 'after' | 'within';
  readonly changes: boolean;
  /** The command among those of the step that change something, or that only look; from 0. */
  readonly nth: number;
  /** The first line of the command. */
  readonly line: string;
}

type Intent = Extract<RunEvent, { type: 'intent' }>;

const firstLine = (line: string) => (line.split('\n')[0] ?? '').replace(/\d{8}-\d{6}-[\w-]+(,\S*)?/, 'RUN');

/** Commands that must not be sent where the other side has changed, and that cannot be bound to anything afterwards. */
const isCritical = ({ line }: Intent) => /^(fsck|sfxadm|sdxproxy Rejoin) /.test(line);

/**
 * True if both sides are still asked before the next command that changes something, or where that one can be judged
 * afterwards.
 */
function isInTime(sent: readonly Intent[], query: Intent): boolean {
  const from = sent.slice(sent.indexOf(query));
  const next = from.findIndex(({ changes }) => changes);
  if (next < 0 || !isCritical(from[next] as Intent)) return true;
  const asked = from.slice(0, next).filter(({ argv }) => argv[0] === 'sdxinfo');
  return asked.some(({ host }) => host === 'node1') && asked.some(({ host }) => host === 'node3');
}

/** The middle one of a step's queries after which an act can still be seen. */
function amidOf(sent: readonly Intent[]): Intent | undefined {
  const looking = sent.filter(({ changes }) => !changes).filter((query) => isInTime(sent, query));
  return looking.length < 3 ? undefined : looking[Math.floor(looking.length / 2)];
}

/**
 * @param steps those that are disturbed
 * @param events of a run that has succeeded
 */
export function momentsOf(steps: readonly PlannedStep[], events: readonly RunEvent[]): Moment[] {
  return steps.flatMap(({ step }) => {
    const sent = events.filter((event): event is Intent => event.type === 'intent' && event.step === step);
    const looking = sent.filter(({ changes }) => !changes);
    const [first] = sent;
    const amid = amidOf(sent);
    const moment = (intent: Intent, when: Moment['when'], nth: number): Moment => {
      const { changes, line } = intent;
      return { step, when, changes, nth, line: firstLine(line) };
    };
    return [
      ...(first && !first.changes ? [moment(first, 'before', 0)] : []),
      ...looking.flatMap((intent, nth) => (intent === amid ? [moment(intent, 'amid', nth)] : [])),
      ...sent.filter(({ changes }) => changes).map((intent, nth) => moment(intent, 'after', nth)),
    ];
  });
}

/** Commands that read the whole of a shadow, or write to it. Sampled records are read one command each. */
const usesShadow = ({ line }: Intent) =>
  /^(dd if=\/dev\/sfdsk\/|tar cf |ufsdump |sfxdump |fsck |sfxadm )/.test(line) && !/ count=1$/.test(line);

/** What starts a dump on the backup server, which runs on by itself. */
const startsDump = ({ line }: Intent) => line.startsWith('sh -c ') && line.includes('.dump.work');

/** @param events of a run that has succeeded @returns a moment for each command that reads or writes through the shadow */
export function momentsWithin(events: readonly RunEvent[]): Moment[] {
  const sent = events.filter((event): event is Intent => event.type === 'intent');
  return sent.flatMap((intent): Moment[] => {
    const { step, changes, line } = intent;
    if (!/^6/.test(step) || !(usesShadow(intent) || startsDump(intent))) return [];
    return [{ step, when: 'within', changes, nth: 0, line: firstLine(line) }];
  });
}

/** The act at a moment, and, if it is undone, when the next step begins. */
export interface HeldAct {
  /** @param host to which the command that is held back belongs */
  readonly act: (host: NodeName) => Promise<void>;
  readonly later?: (() => Promise<void>) | undefined;
}

/** Delays one command of a run while somebody acts. */
export class Hold {
  readonly #moment: Moment;
  readonly #stop: () => void;
  readonly #act: HeldAct;
  #passed = -1;
  #armed:
    | { readonly intent: Intent; readonly phase: 'started' | 'ended'; readonly act: HeldAct['act'] }
    | undefined;
  #isUsed = false;
  #isTakenBack = false;
  #isWorkOver = false;

  constructor(lab: Lab, moment: Moment, act: HeldAct) {
    this.#moment = moment;
    this.#act = act;
    this.#stop = lab.onCommand(({ phase, host, line }) => {
      const armed = this.#armed;
      if (armed?.phase !== phase || armed.intent.host !== host || armed.intent.line !== line) return;
      this.#armed = undefined;
      if (armed.phase === 'started' && moment.when === 'within') this.#armEnd(armed.intent);
      this.#isUsed = true;
      return armed.act(host);
    });
  }

  /** True if the run reached the moment. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  readonly onEvent = (event: RunEvent): void => {
    if (event.type === 'work' && event.what === 'ended') this.#isWorkOver = this.#isUsed;
    if (event.type !== 'intent') return;
    if (this.#isUsed) this.#armLater(event);
    else this.#armAct(event);
  };

  /** What a dump on the backup server reads lasts longer than the command that starts it. */
  #armEnd(intent: Intent): void {
    const { later } = this.#act;
    if (!later || startsDump(intent)) return;
    this.#isTakenBack = true;
    this.#armed = { intent, phase: 'ended', act: later };
  }

  #armAct(intent: Intent): void {
    const { step, when, changes, nth, line } = this.#moment;
    if (intent.step !== step || intent.changes !== changes) return;
    // Where the shadow is not held open, other queries come before it than in an undisturbed run.
    if (when === 'within' && firstLine(intent.line) !== line) return;
    this.#passed += 1;
    if (this.#passed === nth)
      this.#armed = { intent, phase: when === 'after' ? 'ended' : 'started', act: this.#act.act };
  }

  #armLater(intent: Intent): void {
    const { later } = this.#act;
    const isOver = intent.step !== this.#moment.step || this.#isWorkOver;
    if (!later || this.#isTakenBack || !isOver) return;
    this.#isTakenBack = true;
    this.#armed = { intent, phase: 'started', act: later };
  }

  stop(): void {
    this.#stop();
  }
}
