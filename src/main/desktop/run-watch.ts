/** Follows the runs for the window: its title, the task bar, notifications. */
import { Notification, type BrowserWindow } from 'electron';
import type { ActiveRun, ActivityPush, RunPush } from '../../contract/screens.ts';
import type { Desk } from '../desk/desk.ts';
import { askingNews, endNews, progressBarOf, titleOf, type News } from './run-news.ts';

export class RunWatch {
  readonly #window: BrowserWindow;
  readonly #desk: Desk;
  readonly #onEnd: (exitStatus: number) => void;
  /** Run -> ends its following. */
  readonly #followed = new Map<string, () => void>();
  readonly #asking = new Set<string>();
  #pageTitle: string;
  #runs: readonly ActiveRun[] = [];

  /** @param onEnd called at the end of each run */
  constructor(window: BrowserWindow, desk: Desk, onEnd: (exitStatus: number) => void) {
    this.#window = window;
    this.#desk = desk;
    this.#onEnd = onEnd;
    this.#pageTitle = window.getTitle();
    window.on('page-title-updated', (event, title) => {
      event.preventDefault();
      this.#pageTitle = title;
      this.#showTitle();
    });
    desk.follow('activity', {}, (told) => {
      if ('push' in told && 'runs' in told.push) this.#see(told.push);
    });
  }

  #see({ runs }: ActivityPush): void {
    this.#runs = runs;
    for (const run of runs) {
      this.#follow(run);
      if (run.asking && !this.#asking.has(run.run)) this.#tell(askingNews(run));
      if (run.asking) this.#asking.add(run.run);
      else this.#asking.delete(run.run);
    }
    this.#showTitle();
    const { progress, mode } = progressBarOf(runs);
    if (!this.#window.isDestroyed()) this.#window.setProgressBar(progress, { mode });
  }

  #showTitle(): void {
    if (!this.#window.isDestroyed()) this.#window.setTitle(titleOf(this.#runs) ?? this.#pageTitle);
  }

  /** Its end is sent to its followers. */
  #follow(run: ActiveRun): void {
    if (this.#followed.has(run.run)) return;
    const end = this.#desk.follow('run', { run: run.run }, (told) => {
      if (!('push' in told) || (told.push as RunPush).kind !== 'end') return;
      const { exitStatus } = told.push as Extract<RunPush, { kind: 'end' }>;
      this.#followed.get(run.run)?.();
      this.#followed.delete(run.run);
      this.#tell(endNews(run, exitStatus));
      this.#onEnd(exitStatus);
    });
    this.#followed.set(run.run, end);
  }

  /** Who checks the window sees it there. */
  #tell({ title, body }: News): void {
    if (this.#window.isDestroyed() || this.#window.isFocused() || !Notification.isSupported()) return;
    const notification = new Notification({ title, body });
    notification.on('click', () => {
      this.#window.show();
      this.#window.focus();
    });
    notification.show();
  }
}
