/** Closing the window while a run, a restore of files or a drill continues: its end is asked for first. */
import { app, dialog, type BrowserWindow } from 'electron';
import { say } from '../../contract/text/say.ts';
import type { Desk } from '../desk/desk.ts';

const choices = [say('Keep running in the background'), say('Roll back and quit'), say('Stay')] as const;
const restoreChoices = [say('Stop it and quit'), say('Stay')] as const;

export class Closing {
  readonly #window: BrowserWindow;
  readonly #desk: Desk;
  #isAsking = false;

  constructor(window: BrowserWindow, desk: Desk) {
    this.#window = window;
    this.#desk = desk;
    window.on('close', (event) => {
      const { runs, restores = [] } = desk.activity;
      const [run] = runs;
      if (!run && restores.length === 0) return;
      event.preventDefault();
      void (run ? this.#ask(run.run) : this.#askForRestore());
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
      message: say('Run {run} is still running.', { run }),
      detail: say(
        'In the background it continues without a window; starting Shadowtape again shows it. Rolling back stops the dump, removes the shadow and rejoins the proxy.',
      ),
      buttons: [...choices],
      defaultId: 2,
      cancelId: 2,
      noLink: true,
    });
    this.#isAsking = false;
    if (response === 0) this.#window.hide();
    if (response === 1) await this.bringBackAndQuit();
  }

  async #askForRestore(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const { response } = await dialog.showMessageBox(this.#window, {
      type: 'warning',
      message: say('A tape is still being read.'),
      detail: say(
        'What a restore has written so far stays, and its record lists it. A drill that is stopped proves nothing.',
      ),
      buttons: [...restoreChoices],
      defaultId: 1,
      cancelId: 1,
      noLink: true,
    });
    this.#isAsking = false;
    if (response === 0) await this.bringBackAndQuit();
  }

  /** Rolls the runs back, stops restores, and quits when they have ended. */
  async bringBackAndQuit(): Promise<void> {
    this.#desk.runs.cancelAll();
    await Promise.all([this.#desk.runs.settled(), this.#desk.restores.close()]);
    app.quit();
  }
}
