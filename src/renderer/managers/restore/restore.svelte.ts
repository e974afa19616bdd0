/**
 * A restore that is being prepared: what, where to, and what will happen. The console checks it; its refusals are shown
 * as they are.
 */
import type { Bridge, RequestOf } from '../../../contract/channels.ts';
import type { ErrorInfo } from '../../../contract/errors.ts';
import { say } from '../../../contract/text/say.ts';
import { foldRun } from '../../../folds/run/run-fold.ts';
import type { RunModel, VolumeModel } from '../../../folds/run/run-model.ts';
import type { RunLine } from '../../../contract/screens.ts';
import { bridge } from '../../bridge.ts';
import { Asked } from '../asked.svelte.ts';
import type { ScreenName } from '../routes.ts';
import type { RestoreSubject } from './restore-subject.ts';

/** The pages of the wizard, in their order. */
export const restorePages = ['what', 'where', 'plan'] as const;
export type RestorePage = (typeof restorePages)[number];

/** `cluster`: from tape to the proxy, then to the master; `proxy`: from the parted proxy; `drill`: nothing stays written. */
export type RestoreTarget = 'cluster' | 'proxy' | 'here' | 'host' | 'drill';

/** Where a drill also extracts the backup; `none`: it only reads. */
export type ScratchPlace = 'none' | 'here' | 'host';

export type Overwrite = NonNullable<RequestOf<'restorePreview'>['overwrite']>;

/** How many runs are listed; a search finds the others. */
const mostRuns = 100;
/** Milliseconds of rest in the typing before the request. */
const rest = 250;

export class RestoreManager {
  /** Backups to choose from. */
  readonly backups: Asked<'searchRuns'>;
  /** The chosen run, with the data of its journal. */
  readonly opened: Asked<'run'>;
  readonly plan: Asked<'restorePlan'>;
  readonly preview: Asked<'restorePreview'>;
  readonly #started: Asked<'restore'>;
  readonly #restored: Asked<'restoreFiles'>;
  readonly #drilled: Asked<'drill'>;
  #page = $state<RestorePage>('what');
  #run = $state<string>();
  #volumes = $state.raw<readonly string[]>([]);
  #target = $state<RestoreTarget>('cluster');
  #timer: ReturnType<typeof setTimeout> | undefined;
  query = $state('');
  /** True if single files are requested. */
  isOfFiles = $state(false);
  /** As typed, one path or pattern per line. */
  paths = $state('');
  host = $state('');
  folder = $state('');
  overwrite = $state<Overwrite>('never');
  scratch = $state<ScratchPlace>('none');
  /** Master, or path of a device -> what was typed for it. */
  typed = $state<Record<string, string>>({});
  readonly #model = $derived.by<RunModel | undefined>(() => {
    const view = this.opened.value;
    return view?.line.run === this.#run && view ? foldRun(view.events) : undefined;
  });

  constructor(to: Bridge) {
    this.backups = new Asked(to, 'searchRuns');
    this.opened = new Asked(to, 'run');
    this.plan = new Asked(to, 'restorePlan');
    this.preview = new Asked(to, 'restorePreview');
    this.#started = new Asked(to, 'restore');
    this.#restored = new Asked(to, 'restoreFiles');
    this.#drilled = new Asked(to, 'drill');
  }

  get page(): RestorePage {
    return this.#page;
  }

  get run(): string | undefined {
    return this.#run;
  }

  get target(): RestoreTarget {
    return this.#target;
  }

  /** The data of the chosen run's journal; undefined until it is read. */
  get model(): RunModel | undefined {
    return this.#model;
  }

  /** The selected volumes of the run; the only one of a run without others. */
  get volumes(): readonly VolumeModel[] {
    const all = this.#model?.volumes ?? [];
    return all.length === 1 ? all : all.filter(({ proxy }) => this.#volumes.includes(proxy));
  }

  get wantedPaths(): readonly string[] {
    return this.isOfFiles ? this.paths.split('\n').filter((line) => line.trim() !== '') : [];
  }

  /** Why the current page cannot be left; undefined if it can. */
  get refusal(): string | undefined {
    return this.#page === 'what'
      ? this.#whatRefusal
      : this.#page === 'where'
        ? this.#whereRefusal
        : undefined;
  }

  /**
   * The backups that can be chosen; undefined until they are known. Restores are omitted, and runs that are unreadable
   * or wrote nothing.
   */
  get choices(): readonly RunLine[] | undefined {
    return this.backups.value?.lines.filter(
      ({ restores, trouble, bytes }) =>
        restores === undefined && trouble === undefined && bytes !== undefined,
    );
  }

  get #unchosen(): string {
    if (this.choices?.length !== 0) return say('choose a backup');
    return this.query.trim() === '' ? say('there are no backups yet') : say('no backup matches the search');
  }

  get #whatRefusal(): string | undefined {
    if (this.#run === undefined) return this.#unchosen;
    if (!this.#model)
      return this.opened.error ? say('the run cannot be read') : say('the journal is being read');
    if (this.volumes.length === 0) return say('choose a volume');
    return this.isOfFiles && this.wantedPaths.length === 0 ? say('name at least one file') : undefined;
  }

  get #whereRefusal(): string | undefined {
    if (this.targetRefusal(this.#target) !== undefined) return this.targetRefusal(this.#target);
    if (this.placeOn === undefined) return undefined;
    if (this.folder.trim() === '') return say('enter a path');
    return this.placeOn === 'host' && this.host === '' ? say('choose a host') : undefined;
  }

  /** Where the path that is entered is; undefined if none is needed. */
  get placeOn(): 'here' | 'host' | undefined {
    const place = this.#target === 'drill' ? this.scratch : this.#target;
    return place === 'here' || place === 'host' ? place : undefined;
  }

  /** Why files cannot go there. */
  targetRefusal(target: RestoreTarget): string | undefined {
    if (!this.isOfFiles || target === 'here' || target === 'host') return undefined;
    return say('single files are restored to a folder');
  }

  /** What would be lost, and has not been typed yet: masters by their names, a device by its path. */
  get untyped(): readonly string[] {
    const { device } = this;
    return [...this.masters, ...(device === undefined ? [] : [device])].filter(
      (name) => this.typed[name] !== name,
    );
  }

  /** The path of the device of a host that is overwritten; undefined if the target is not a device. */
  get device(): string | undefined {
    return this.preview.value?.device;
  }

  /** True if the path that was entered is among the devices of a host. */
  get namesDevice(): boolean {
    return this.#target === 'host' && /^\/dev(\/|$)/.test(this.folder.trim());
  }

  /** Masters that are replaced; none if nothing on the cluster is. */
  get masters(): readonly string[] {
    return this.isOnCluster ? this.volumes.map(({ master }) => master) : [];
  }

  /** True if volumes of the cluster are written. */
  get isOnCluster(): boolean {
    return this.#target === 'cluster' || this.#target === 'proxy';
  }

  /** True while a start is being checked. */
  get isStarting(): boolean {
    return this.#started.busy || this.#restored.busy || this.#drilled.busy;
  }

  /** Why the start was refused. */
  get startError(): ErrorInfo | undefined {
    return this.#started.error ?? this.#restored.error ?? this.#drilled.error;
  }

  /** Reopens the wizard, with the subject of the address. */
  open(subject: RestoreSubject | undefined): void {
    this.#clearAnswers();
    this.#page = 'what';
    this.#volumes = subject?.volume === undefined ? [] : [subject.volume];
    this.isOfFiles = subject?.path !== undefined;
    this.paths = subject?.path ?? '';
    this.#target = this.isOfFiles ? 'here' : 'cluster';
    if (subject === undefined) this.#choose(undefined);
    else this.choose(subject.run, true);
    void this.search();
  }

  /** Searches during typing: requested when the typing rests. */
  type(query: string): void {
    this.query = query;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.search(), rest);
  }

  async search(): Promise<void> {
    clearTimeout(this.#timer);
    await this.backups.ask({ query: this.query.trim(), limit: mostRuns });
  }

  /** @param keeps true if volumes and files were chosen with the run */
  choose(run: string, keeps = false): void {
    if (run === this.#run && this.#model) return;
    if (!keeps) this.#volumes = [];
    this.#choose(run);
  }

  #choose(run: string | undefined): void {
    this.#run = run;
    this.typed = {};
    this.opened.clear();
    if (run !== undefined) void this.opened.ask({ run });
  }

  /** Marks or unmarks a volume of the run. */
  markVolume(proxy: string): void {
    const isMarked = this.#volumes.includes(proxy);
    this.#volumes = isMarked ? this.#volumes.filter((each) => each !== proxy) : [...this.#volumes, proxy];
    this.typed = {};
  }

  chooseTarget(target: RestoreTarget): void {
    this.#target = target;
    this.typed = {};
  }

  /** Moves to the next page; the last one is requested. */
  next(): void {
    if (this.refusal !== undefined) return;
    if (this.#page === 'what') {
      this.#page = 'where';
      if (this.targetRefusal(this.#target) !== undefined) this.#target = 'here';
    } else if (this.#page === 'where') {
      this.#page = 'plan';
      void this.ask();
    }
  }

  back(): void {
    this.#clearAnswers();
    this.#page = this.#page === 'plan' ? 'where' : 'what';
  }

  /** Returns to an earlier page. */
  goTo(page: RestorePage): void {
    while (restorePages.indexOf(page) < restorePages.indexOf(this.#page)) this.back();
  }

  /** Requests a preview; hosts are queried, no tape is read. */
  async ask(): Promise<void> {
    this.#clearAnswers();
    this.typed = {};
    if (this.isOnCluster) await this.plan.ask(this.#volumeRequest());
    else if (this.#target !== 'drill') await this.preview.ask(this.#fileRequest());
  }

  /** @returns the screen that shows it; undefined if it is refused */
  async start(): Promise<{ screen: ScreenName; subject: string } | undefined> {
    if (this.untyped.length > 0) return undefined;
    const [volume, ...others] = this.volumes;
    if (this.isOnCluster) {
      const run = (await this.#started.ask(this.#volumeRequest()))?.run;
      return run === undefined ? undefined : { screen: 'run', subject: run };
    }
    const only = others.length === 0 && (this.#model?.volumes.length ?? 0) > 1 ? volume?.proxy : undefined;
    const begun =
      this.#target === 'drill'
        ? await this.#drilled.ask(this.#drillRequest(only))
        : await this.#restored.ask(this.#fileRequest());
    return begun && { screen: 'restored', subject: begun.restore };
  }

  /** @param only the proxy volume, if the others of the run are not read */
  #drillRequest(only: string | undefined): RequestOf<'drill'> {
    return {
      run: this.#run ?? '',
      ...(only === undefined ? {} : { volume: only }),
      ...(this.placeOn === 'host' ? { host: this.host } : {}),
      ...(this.placeOn === undefined ? {} : { path: this.folder.trim() }),
    };
  }

  #volumeRequest(): RequestOf<'restorePlan'> {
    const isOneOfSeveral = (this.#model?.volumes.length ?? 0) > 1;
    const isTyped = this.untyped.length === 0;
    return {
      run: this.#run ?? '',
      fromProxy: this.#target === 'proxy',
      // Before they are typed they only select the volumes.
      ...(isOneOfSeveral || isTyped ? { replace: [...this.masters] } : {}),
    };
  }

  #fileRequest(): RequestOf<'restorePreview'> {
    const [volume, ...others] = this.volumes;
    const { device } = this;
    return {
      what: [this.#run ?? '', ...this.wantedPaths],
      ...(volume && others.length === 0 ? { volume: volume.proxy } : {}),
      ...(this.#target === 'host' ? { host: this.host } : {}),
      path: this.folder.trim(),
      // A device is overwritten once its path is typed, and never otherwise.
      overwrite: this.namesDevice ? 'never' : this.overwrite,
      ...(device !== undefined && this.untyped.length === 0 ? { replace: [device] } : {}),
    };
  }

  #clearAnswers(): void {
    for (const asked of [this.plan, this.preview, this.#started, this.#restored, this.#drilled])
      asked.clear();
  }
}

export const restores = new RestoreManager(bridge);
