/** Folds the events of a run, one after the other, into what the screens show. */
import { hopNames } from '../hop-names.ts';
import type { EventOf, RunEvent } from '../../contract/events.ts';
import type { Hop } from '../../contract/data-events.ts';
import { steadyMoment } from '../../contract/time/run-clock.ts';
import type { ProgressView } from '../../contract/screens.ts';
import { LegBuilder } from './leg-builder.ts';
import { writtenBeforeFailure } from '../written-records.ts';
import { CommandList, PassBuilder } from './pass-builder.ts';
import type {
  FingerprintPair,
  LegModel,
  PauseModel,
  RunModel,
  SessionModel,
  VolumeModel,
} from './run-model.ts';
import { TapeList } from '../tape-list.ts';

const blockBytes = 512;

function volumesOf({ volumes, method, blocks }: EventOf<'run-started'>): VolumeModel[] {
  return volumes.map((volume, index) => {
    const size = volume.blocks ?? (index === 0 ? blocks : undefined);
    return {
      master: volume.master,
      proxy: volume.proxy,
      method: volume.method ?? method,
      bytes: size === undefined ? undefined : size * blockBytes,
      tapeFile: volume.tapeFile,
      digests: {},
    };
  });
}

export class RunFold {
  #run = '';
  #start: EventOf<'run-started'> | undefined;
  #end: EventOf<'run-finished'> | undefined;
  #count = 0;
  #lastSeq = 0;
  #at: number | undefined;
  /** The last event by the monotonic clock. */
  #steadyAt: number | undefined;
  readonly #passes: PassBuilder[] = [];
  #legs: LegBuilder[] = [];
  #volumes: VolumeModel[] = [];
  readonly #fingerprints = new Map<string, FingerprintPair>();
  #paused: RunModel['paused'];
  readonly #pauses: PauseModel[] = [];
  readonly #tapes = new TapeList();
  #sessions: SessionModel[] = [];
  #restoreDigests: EventOf<'restore-digest'>[] = [];
  readonly #warnings: RunModel['warnings'][number][] = [];
  readonly #otherCommands = new CommandList();
  /** `seq` of an intent -> the list that holds it. */
  readonly #owners = new Map<number, PassBuilder | undefined>();

  /** Takes the next event; one that was taken before is passed over. */
  add(event: RunEvent): void {
    if (event.seq <= this.#lastSeq) return;
    this.#lastSeq = event.seq;
    this.#count += 1;
    this.#run = event.run;
    this.#at = Date.parse(event.at);
    this.#steadyAt = steadyMoment(event, this.#start);
    this.#take(event);
  }

  /** How long the run took, or has been going. */
  #milliseconds(): number | undefined {
    const last = this.#end === undefined ? this.#steadyAt : steadyMoment(this.#end, this.#start);
    if (this.#start === undefined || last === undefined) return undefined;
    return Math.max(0, last - steadyMoment(this.#start, this.#start));
  }

  /** The last event by the monotonic clock, in milliseconds since 1970. */
  get steadyAt(): number | undefined {
    return this.#steadyAt;
  }

  #take(event: RunEvent): void {
    switch (event.type) {
      case 'run-started':
        return this.#begin(event);
      case 'run-resumed':
        return this.#resume(event);
      case 'observed':
        return this.#observe(event);
      case 'step-started':
        this.#paused = undefined;
        return this.#beginPass(event);
      case 'step-finished':
        return this.#endPass(event);
      case 'intent':
        return this.#send(event);
      case 'outcome':
        return this.#hear(event);
      case 'run-finished':
        this.#end = event;
        return undefined;
      default:
        return this.#takeFact(event);
    }
  }

  /** What a step found out or received. */
  #takeFact(event: RunEvent): void {
    switch (event.type) {
      case 'check':
        return this.#inPass(event.step, (pass) => pass.check(event));
      case 'asked':
        return this.#inPass(event.step, (pass) => pass.ask(event));
      case 'answered':
        return this.#inPass(event.step, (pass) => pass.answer(event));
      case 'warning':
        this.#warnings.push({ step: event.step, text: event.text, at: Date.parse(event.at) });
        return this.#inPass(event.step, (pass) => pass.warn(event.text));
      case 'drive-health':
        return this.#inPass(event.step, (pass) => pass.tellHealth(event));
      case 'progress':
        return this.#advance(event, this.#steadyAt ?? 0, Date.parse(event.at), false);
      case 'digest':
        return this.#addDigest(event);
      case 'restore-digest':
        return this.#addRestoreDigest(event);
      case 'pause':
        return this.#pause(event);
      case 'fingerprint':
        return this.#addFingerprint(event);
      default:
        this.#tapes.add(event);
    }
  }

  /** @param at milliseconds since 1970, by the journal's monotonic clock */
  addLive(progress: ProgressView, at: number): void {
    if (this.#end === undefined) this.#advance(progress, at, at, true);
  }

  #begin(event: EventOf<'run-started'>): void {
    this.#start = event;
    this.#volumes = volumesOf(event);
    this.#sessions = [
      { at: Date.parse(event.at), by: event.operator, mode: 'run', reason: undefined, findings: [] },
    ];
  }

  #resume({ at, by, mode, reason }: EventOf<'run-resumed'>): void {
    // What continued when the console died has no end of its own; what the run came to then counts no more.
    for (const pass of this.#passes) pass.breakOff();
    this.#end = undefined;
    this.#sessions = [...this.#sessions, { at: Date.parse(at), by, mode, reason, findings: [] }];
  }

  #observe({ findings }: EventOf<'observed'>): void {
    const last = this.#sessions.at(-1);
    if (last) this.#sessions = [...this.#sessions.slice(0, -1), { ...last, findings }];
  }

  #beginPass(event: EventOf<'step-started'>): void {
    this.#passes.push(new PassBuilder(event, this.#steadyAt ?? Date.parse(event.at)));
    this.#tapes.beginStep(event.step);
    // What a step has counted before counts no more once it begins again.
    this.#volumes = this.#volumes.map((volume) => ({
      ...volume,
      digests: Object.fromEntries(
        hopNames.flatMap((hop) => {
          const digest = volume.digests[hop];
          return digest && digest.step !== event.step ? [[hop, digest]] : [];
        }),
      ),
    }));
  }

  #endPass(event: EventOf<'step-finished'>): void {
    // A resumed run has steps that an earlier process ended: they have no beginning of their own.
    this.#inPass(event.step, (pass) => pass.finish(event));
  }

  #send(event: EventOf<'intent'>): void {
    const pass = this.#passes.findLast(({ step, isRunning }) => step === event.step && isRunning);
    this.#owners.set(event.seq, pass);
    (pass?.commands ?? this.#otherCommands).begin(event);
    pass?.touch();
  }

  #hear(event: EventOf<'outcome'>): void {
    const pass = this.#owners.get(event.of);
    this.#owners.delete(event.of);
    (pass?.commands ?? this.#otherCommands).end(event);
    pass?.touch();
    const written = pass && writtenBeforeFailure(pass.commands.lineOf(event.of), event);
    const leg = this.#legs.at(-1);
    if (written && leg?.pass === pass.key && leg.what === 'dump')
      leg.fail(written, this.#steadyAt ?? Date.parse(event.at));
  }

  #inPass(step: string, take: (pass: PassBuilder) => void): void {
    const pass = this.#passes.findLast((each) => each.step === step);
    if (!pass) return;
    take(pass);
    pass.touch();
  }

  /** @param at by the monotonic clock; @param shownAt by that of the computer */
  #advance(progress: ProgressView, at: number, shownAt: number, live: boolean): void {
    this.#inPass(progress.step, (pass) => {
      pass.advance(progress);
      const { what } = progress;
      if (what !== 'dump' && what !== 'read-back') return;
      this.#legOf(pass, { ...progress, what }, at, shownAt, live).add(progress, at, live);
    });
  }

  /** A step that reads several files back has a way for each. */
  #legOf(
    pass: PassBuilder,
    progress: ProgressView & { what: LegModel['what'] },
    at: number,
    shownAt: number,
    live: boolean,
  ): LegBuilder {
    const last = this.#legs.at(-1);
    if (last?.pass === pass.key && last.what === progress.what && !last.isOverFor(progress, live))
      return last;
    const leg = new LegBuilder(pass.key, progress.what, progress, { at, shownAt });
    this.#legs = [...this.#legs, leg];
    return leg;
  }

  #addDigest(event: EventOf<'digest'>): void {
    const hop: Hop = event.hop;
    this.#volumes = this.#volumes.map((volume) =>
      volume.proxy === event.volume ? { ...volume, digests: { ...volume.digests, [hop]: event } } : volume,
    );
    if (hop === 'handed') this.#conclude('dump', event);
    if (hop === 'readback') this.#conclude('read-back', event);
  }

  #addRestoreDigest(event: EventOf<'restore-digest'>): void {
    const isOther = ({ volume, place }: EventOf<'restore-digest'>) =>
      volume !== event.volume || place !== event.place;
    this.#restoreDigests = [...this.#restoreDigests.filter(isOther), event];
    const { step, bytes, at, place } = event;
    // What is read of a tape has a digest of its hop, too.
    if (place !== 'tape') this.#conclude(place === 'sent' ? 'dump' : 'read-back', { step, bytes, at });
  }

  /** What was so short that it had no progress has its digest alone. */
  #conclude(
    what: LegModel['what'],
    { step, bytes, records, at }: Pick<EventOf<'digest'>, 'step' | 'bytes' | 'records' | 'at'>,
  ): void {
    const pass = this.#passes.findLast((each) => each.step === step);
    if (!pass) return;
    const end = this.#steadyAt ?? Date.parse(at);
    const shownAt = Date.parse(at);
    const last = this.#legs.at(-1);
    const isOpen = last?.pass === pass.key && last.what === what && !last.isConcluded;
    const leg = isOpen
      ? last
      : new LegBuilder(
          pass.key,
          what,
          { step, what, bytes: 0 },
          { at: last?.endsAt ?? end, shownAt: last?.shownEnd ?? shownAt },
        );
    if (!isOpen) this.#legs = [...this.#legs, leg];
    leg.conclude(bytes, records, end);
  }

  #addFingerprint(event: EventOf<'fingerprint'>): void {
    const { volume, side } = event;
    const known = this.#fingerprints.get(volume) ?? { volume, primary: undefined, backup: undefined };
    // Sampled again on the cluster, what the shadow showed before counts no more.
    const backup = side === 'primary' ? undefined : known.backup;
    this.#fingerprints.set(volume, { ...known, backup, [side]: event });
  }

  #pause({ step, what, at, by = '', continuesByItself = false }: EventOf<'pause'>): void {
    const moment = Date.parse(at);
    const last = this.#pauses.at(-1);
    if (this.#paused && last) this.#pauses.splice(-1, 1, { ...last, until: moment });
    this.#paused = what === 'paused' ? { by, at, continuesByItself } : undefined;
    if (what === 'paused') this.#pauses.push({ step, from: moment, until: undefined, by });
  }

  /** The state so far. Steps that have not changed since the last asking are the same objects. */
  model(): RunModel {
    const last = this.#passes.at(-1);
    return {
      run: this.#run,
      start: this.#start,
      startedAt: this.#start && Date.parse(this.#start.at),
      passes: this.#passes.map((pass) => pass.view()),
      current: last?.isRunning && this.#end === undefined ? last.view() : undefined,
      legs: this.#legs.map((leg) => leg.view()),
      paused: last?.isRunning && this.#end === undefined ? this.#paused : undefined,
      pauses: [...this.#pauses],
      volumes: this.#volumes,
      fingerprints: [...this.#fingerprints.values()],
      tapes: this.#tapes.view(this.#start),
      sessions: this.#sessions,
      restoreDigests: this.#restoreDigests,
      warnings: [...this.#warnings],
      otherCommands: this.#otherCommands.view(),
      end: this.#end,
      at: this.#at,
      milliseconds: this.#milliseconds(),
      eventCount: this.#count,
      lastSeq: this.#lastSeq,
    };
  }
}

/** Folds all events at once. */
export function foldRun(events: readonly RunEvent[]): RunModel {
  const fold = new RunFold();
  for (const event of events) fold.add(event);
  return fold.model();
}
