/** The facts of a run in a notification, folded from its events. */
import type { RunEvent } from '../../contract/events.ts';
import type { Stamp } from '../../contract/time/run-clock.ts';
import { phrase } from '../../contract/text/say.ts';

export class NotifiedRun {
  readonly job: string;
  readonly site: string;
  run: string | undefined;
  class = '';
  volumes: readonly { readonly master: string; readonly proxy: string }[] = [];
  drive: string | undefined;
  began: string | undefined;
  /** When the notifying process started or resumed the run. */
  processBegan: Stamp | undefined;
  /** True if the run was interrupted, and another process continues it. */
  isResumed = false;
  /** True if the run was resumed to roll the cluster back. */
  unwinding = false;
  /** Names on the labels of its tapes. */
  readonly tapes = new Set<string>();
  /** Volume -> bytes that were sent to tape. */
  readonly handed = new Map<string, number>();

  constructor(job: string, site: string) {
    this.job = job;
    this.site = site;
  }

  fold(event: RunEvent): void {
    this.run ??= event.run;
    switch (event.type) {
      case 'run-started':
        this.class = event.class;
        this.volumes = event.volumes;
        this.drive = phrase('{device} on {host}', { device: event.tape.device, host: event.tape.host });
        this.began = event.at;
        this.processBegan = event;
        break;
      case 'run-resumed':
        this.processBegan = event;
        this.isResumed = true;
        this.unwinding = event.mode === 'unwind';
        break;
      case 'label':
        this.tapes.add(event.name);
        break;
      case 'digest':
        if (event.hop === 'handed' && event.bytes !== undefined) this.handed.set(event.volume, event.bytes);
        break;
      default:
    }
  }
}
