/**
 * A site file that is being edited: its text, its errors, the plan of a job, saving. The form and the text view change
 * the same text, so that comments stay.
 */
import type { Bridge } from '../../contract/channels.ts';
import type { Plan } from '../../contract/plan.ts';
import type { SiteFileView, SiteTrouble } from '../../contract/site-views.ts';
import { renameHost } from '../site-text/rename-host.ts';
import { removeField, renameKey, setValue, valueAt, valueOf, type Path } from '../site-text/site-edit.ts';
import { isInside, pathText } from '../site-text/site-paths.ts';
import { isMap, type Value } from '../site-text/yaml-text.ts';
import { Asked } from './asked.svelte.ts';

/** Milliseconds of rest in typing before the text is checked, and the plan made. */
export interface Rests {
  readonly check: number;
  readonly plan: number;
}

export class SiteEditor {
  readonly #bridge: Bridge;
  readonly #rests: Rests;
  #text = $state.raw('');
  #savedText = $state.raw<string>();
  #file = $state.raw<string>();
  #digest = $state.raw<string>();
  /** The contents of the file if they differ from what was read; undefined if nothing prevents saving. */
  #theirs = $state.raw<SiteFileView>();
  #refusal = $state.raw<string>();
  #job = $state.raw<string>();
  #checkTimer: ReturnType<typeof setTimeout> | undefined;
  #planTimer: ReturnType<typeof setTimeout> | undefined;
  readonly loading: Asked<'siteFile'>;
  readonly draft: Asked<'draftSite'>;
  readonly planned: Asked<'draftPlan'>;
  readonly saving: Asked<'saveSite'>;
  readonly #parsed = $derived.by(() => valueOf(this.#text));
  /** The last text that was YAML: a form does not go blank over a missing quote. */
  #lastGood: Value | undefined;
  readonly #data = $derived.by(() => this.#parsed ?? this.#lastGood);

  constructor(bridge: Bridge, rests: Rests = { check: 250, plan: 700 }) {
    this.#bridge = bridge;
    this.#rests = rests;
    this.loading = new Asked(bridge, 'siteFile');
    this.draft = new Asked(bridge, 'draftSite');
    this.planned = new Asked(bridge, 'draftPlan');
    this.saving = new Asked(bridge, 'saveSite');
  }

  get text(): string {
    return this.#text;
  }

  /** Undefined while it has no file yet. */
  get file(): string | undefined {
    return this.#file;
  }

  get changed(): boolean {
    return this.#text !== (this.#savedText ?? '');
  }

  get isYaml(): boolean {
    return this.#parsed !== undefined;
  }

  get troubles(): readonly SiteTrouble[] {
    return this.draft.value?.troubles ?? [];
  }

  /** Undefined before the first check, and if the plan was not made. */
  get plan(): Plan | undefined {
    return this.planned.value;
  }

  /** Why the form cannot change that place. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  get theirs(): SiteFileView | undefined {
    return this.#theirs;
  }

  get jobNames(): readonly string[] {
    return this.keysAt(['jobs']);
  }

  get hostNames(): readonly string[] {
    return this.keysAt(['hosts']);
  }

  /** The value at a place, in any form. */
  valueAt(path: Path): Value | undefined {
    return valueAt(this.#data, path);
  }

  /** A single value as text; empty if there is none. */
  textAt(path: Path): string {
    const value = this.valueAt(path);
    return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
  }

  keysAt(path: Path): readonly string[] {
    const value = this.valueAt(path);
    return isMap(value) ? Object.keys(value) : [];
  }

  troublesAt(path: Path): readonly SiteTrouble[] {
    const place = pathText(path);
    return this.troubles.filter((trouble) => trouble.path === place);
  }

  /** Those at a place and at all places inside of it. */
  troublesWithin(path: Path): readonly SiteTrouble[] {
    return this.troubles.filter((trouble) => isInside(trouble, path));
  }

  /** @returns whether it could be read */
  async load(file: string | undefined): Promise<boolean> {
    const view = await this.loading.ask(file === undefined ? {} : { file });
    if (view) this.#take(view);
    return view !== undefined;
  }

  /** Starts with a text that is in no file yet. */
  begin(text: string): void {
    this.#savedText = undefined;
    this.#file = undefined;
    this.#digest = undefined;
    this.#theirs = undefined;
    this.#job = undefined;
    this.planned.clear();
    this.setText(text);
  }

  setText(text: string): void {
    this.#refusal = undefined;
    this.#lastGood = this.#data;
    this.#text = text;
    this.#schedule();
  }

  /** @param value undefined removes the place */
  set(path: Path, value: Value | undefined): void {
    this.#edit((text) => (value === undefined ? removeField(text, path) : setValue(text, path, value)));
  }

  rename(path: Path, name: string): void {
    this.#edit((text) => renameKey(text, path, name));
  }

  /** Names that point at a host follow it. */
  renameHost(from: string, to: string): void {
    this.#edit((text) => renameHost(text, from, to));
  }

  /** Discards the changes since it was read or saved. */
  discard(): void {
    this.setText(this.#savedText ?? '');
  }

  /** The job whose plan is shown next to it. */
  planFor(job: string | undefined): void {
    if (job === this.#job) return;
    this.#job = job;
    this.planned.clear();
    this.#schedule();
  }

  /**
   * @param file where it is saved; undefined: where it came from
   * @returns whether it was saved; if somebody else has changed the file, `theirs` holds its contents
   */
  async save(file = this.#file): Promise<boolean> {
    if (file === undefined) return false;
    const text = this.#text;
    const digest = file === this.#file ? this.#digest : undefined;
    const saved = await this.saving.ask(digest === undefined ? { file, text } : { file, text, digest });
    if (!saved) {
      await this.#findConflict(file, digest);
      return false;
    }
    this.#file = saved.file;
    this.#digest = saved.digest;
    this.#savedText = text;
    this.#theirs = undefined;
    return true;
  }

  /** Settles a conflict: writes this text over theirs. */
  async overwriteTheirs(): Promise<boolean> {
    const theirs = this.#theirs;
    if (!theirs) return false;
    this.#file = theirs.file;
    this.#digest = theirs.digest;
    return this.save();
  }

  /** Settles a conflict: continues with their text. */
  takeTheirs(): void {
    if (this.#theirs) this.#take(this.#theirs);
    this.saving.clear();
  }

  /** Continues editing; saving finds the conflict again. */
  leaveConflict(): void {
    this.#theirs = undefined;
    this.saving.clear();
  }

  stop(): void {
    clearTimeout(this.#checkTimer);
    clearTimeout(this.#planTimer);
    this.draft.stop();
    this.planned.stop();
  }

  #take(view: SiteFileView): void {
    this.#file = view.file;
    this.#digest = view.digest;
    this.#savedText = view.text;
    this.#theirs = undefined;
    this.setText(view.text);
  }

  #edit(change: (text: string) => string): void {
    try {
      this.setText(change(this.#text));
    } catch (error) {
      this.#refusal = error instanceof Error ? error.message : String(error);
    }
  }

  #schedule(): void {
    this.stop();
    this.#checkTimer = setTimeout(() => void this.#check(), this.#rests.check);
  }

  async #check(): Promise<void> {
    const draft = await this.draft.ask({ text: this.#text });
    const job = this.#job;
    if (!draft || draft.troubles.length > 0 || job === undefined || !this.jobNames.includes(job)) return;
    const rest = Math.max(0, this.#rests.plan - this.#rests.check);
    this.#planTimer = setTimeout(() => void this.planned.ask({ text: this.#text, job }), rest);
  }

  /** Whether saving was refused because the file differs from what was read. */
  async #findConflict(file: string, digest: string | undefined): Promise<void> {
    const reply = await this.#bridge.request('siteFile', { file });
    if ('error' in reply) return;
    const { digest: found } = reply.result;
    if (found !== undefined && found !== digest) this.#theirs = reply.result;
  }
}
