/** Closing the window while a run continues: it is asked what becomes of the run. */
import { app, dialog, type BrowserWindow } from 'electron';
import type { Desk } from '../desk/desk.ts';

const choices = ['Keep running in the background', 'Roll back and quit', 'Stay'] as const;

export class Closing {
  readonly #window: BrowserWindow;
  readonly #desk: Desk;
  #isAsking = false;

  constructor(window: BrowserWindow, desk: Desk) {
    this.#window = window;
    this.#desk = desk;
    window.on('close', (event) => {
      const [run] = desk.activity.runs;
      if (!run) return;
      event.preventDefault();
      void this.#ask(run.run);
    });
  }

  /** To be called when a run has ended: one that went well in the background needs no window any more. */
  afterEnd(exitStatus: number): void {
    if (this.#window.isVisible()) return;
    if (exitStatus !== 0) this.#window.show();
    else if (this.#desk.activity.runs.length === 0) app.quit();
  }

  async #ask(run: string): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const { response } = await dialog.showMessageBox(this.#window, {
      type: 'warning',
      message: `Run ${run} is still running.`,
      detail:
        'In the background it continues without a window; starting Shadowtape again shows it. Rolling back stops the dump, removes the shadow and rejoins the proxy.',
      buttons: [...choices],
      defaultId: 2,
      cancelId: 2,
      noLink: true,
    });
    this.#isAsking = false;
    if (response === 0) this.#window.hide();
    if (response === 1) await this.bringBackAndQuit();
  }

  /** Rolls the runs back, and quits when they have ended. */
  async bringBackAndQuit(): Promise<void> {
    this.#desk.runs.cancelAll();
    await this.#desk.runs.settled();
    app.quit();
  }
}
