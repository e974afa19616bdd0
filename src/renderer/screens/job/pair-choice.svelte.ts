/** Which pairs of the cluster a new job backs up, and on which devices of the backup server its shadow is built. */
import type { Bridge } from '../../../contract/channels.ts';
import type { FoundPair } from '../../../contract/site-views.ts';
import { say } from '../../../contract/text/say.ts';
import { Asked } from '../../managers/asked.svelte.ts';
import { jobOfPairs, pairKey } from '../../site-text/new-site.ts';
import type { ValueMap } from '../../site-text/yaml-text.ts';

export class PairChoice {
  readonly found: Asked<'findPairs'>;
  #keys = $state.raw<readonly string[]>([]);
  #devices = $state.raw<Readonly<Record<string, string>>>({});
  #shadowClass = $state('');
  #tapeDevice = $state('');

  constructor(bridge: Bridge) {
    this.found = new Asked(bridge, 'findPairs');
  }

  get chosen(): readonly FoundPair[] {
    return this.found.value?.pairs.filter((pair) => this.#keys.includes(pairKey(pair))) ?? [];
  }

  /** The disks below the chosen proxies. */
  get disks(): readonly string[] {
    const disks = this.chosen.flatMap((pair) => pair.disks);
    return disks.filter((disk, at) => disks.indexOf(disk) === at);
  }

  get shadowClass(): string {
    return this.#shadowClass;
  }

  set shadowClass(name: string) {
    this.#shadowClass = name;
  }

  get tapeDevice(): string {
    return this.#tapeDevice;
  }

  set tapeDevice(device: string) {
    this.#tapeDevice = device;
  }

  deviceOf(disk: string): string {
    return this.#devices[disk] ?? '';
  }

  setDevice(disk: string, device: string): void {
    this.#devices = { ...this.#devices, [disk]: device };
  }

  async find(text: string): Promise<void> {
    const found = await this.found.ask({ text });
    if (!found) return;
    this.#keys = this.#keys.filter((key) => found.pairs.some((pair) => pairKey(pair) === key));
    if (this.#shadowClass === '') this.#shadowClass = found.proposedShadowClass;
    if (this.#tapeDevice === '') this.#tapeDevice = found.tapeDevices[0] ?? '';
  }

  /** Pairs of a job belong to one class: one of another class replaces the selected ones. */
  toggle(pair: FoundPair): void {
    const key = pairKey(pair);
    if (this.#keys.includes(key)) {
      this.#keys = this.#keys.filter((each) => each !== key);
      return;
    }
    const sameClass = this.chosen.filter((each) => each.class === pair.class).map(pairKey);
    this.#keys = [...sameClass, key];
    const proposed = Object.entries(pair.proposedDevices).filter(([disk]) => this.deviceOf(disk) === '');
    this.#devices = { ...this.#devices, ...Object.fromEntries(proposed) };
  }

  isChosen(pair: FoundPair): boolean {
    return this.#keys.includes(pairKey(pair));
  }

  /** Why no job can be made from it yet. */
  get missing(): string | undefined {
    if (this.chosen.length === 0) return say('no pair chosen');
    if (this.#shadowClass.trim() === '') return say('the shadow class has no name');
    const nameless = this.disks.find((disk) => this.deviceOf(disk).trim() === '');
    return nameless === undefined ? undefined : say('the device of {nameless} is missing', { nameless });
  }

  job(): ValueMap {
    return jobOfPairs(this.chosen, this.#shadowClass.trim(), this.#devices);
  }
}
