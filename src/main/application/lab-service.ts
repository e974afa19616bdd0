/** What a person can do at the embedded lab: moves cartridges, write-protects them, breaks the drive, a host or a shadow. */
import { failure } from '../../contract/errors.ts';
import type { LabAct, LabView } from '../../contract/lab.ts';
import { phrase } from '../../contract/text/say.ts';
import type { Lab } from '../../lab/lab.ts';

/** Fault of the lab -> how it is switched on. A dump fails at its 20th record; a shadow begins 512 blocks too late. */
const faults = {
  'write-protect': 'write-protected',
  'fail-drive': 'tape-error=20',
  mismatch: 'shadow-first-block=512',
} as const;
type FaultAct = keyof typeof faults;

const isFaultAct = (act: LabAct): act is FaultAct => Object.hasOwn(faults, act);
const faultName = (act: FaultAct): string => faults[act].split('=')[0] ?? '';

const isOn = (lab: Lab, act: FaultAct): boolean =>
  lab.faults.list().some((spec) => spec.split('=')[0] === faultName(act));

/** An unused name for a cartridge. */
function freshName({ cartridges }: Lab): string {
  const names = new Set(cartridges.map(({ name }) => name));
  for (let number = 1; ; number += 1) if (!names.has(`blank-${number}`)) return `blank-${number}`;
}

export class LabService {
  readonly #lab: Lab | undefined;
  readonly #refusal: string | undefined;

  /** @param lab undefined if the site is another one, or another process runs the lab */
  constructor(lab: Lab | undefined, isLab: boolean) {
    this.#lab = lab;
    this.#refusal =
      lab !== undefined
        ? undefined
        : isLab
          ? phrase('another process runs it')
          : phrase('the site is not the embedded lab');
  }

  get view(): LabView {
    const lab = this.#lab;
    return {
      refusal: this.#refusal,
      hosts: lab?.hosts.map(({ name }) => name) ?? [],
      cartridges:
        lab?.cartridges.map(({ name, where, writtenBytes }) => ({ name, where, writtenBytes })) ?? [],
      writeProtected: lab !== undefined && isOn(lab, 'write-protect'),
      driveFails: lab !== undefined && isOn(lab, 'fail-drive'),
      mismatch: lab !== undefined && isOn(lab, 'mismatch'),
      faults: lab?.faults.list() ?? [],
    };
  }

  /**
   * @param name the host that reboots, the cartridge that is loaded
   * @throws LAB_NOT_HERE, LAB_DRIVE_BUSY
   */
  async act(act: LabAct, name: string | undefined): Promise<LabView> {
    const lab = this.#lab;
    if (!lab) throw failure('LAB_NOT_HERE', { reason: this.#refusal ?? '' });
    if (isFaultAct(act)) {
      if (isOn(lab, act)) lab.faults.clear(faultName(act));
      else lab.faults.set(faults[act]);
    } else await this.#move(lab, act, name);
    await lab.faultsSettled();
    return this.view;
  }

  async #move(lab: Lab, act: Exclude<LabAct, FaultAct>, name: string | undefined): Promise<void> {
    if (act === 'reboot') return this.#reboot(lab, name);
    if (act === 'clear-faults') {
      for (const spec of lab.faults.list()) lab.faults.clear(spec);
      return;
    }
    try {
      if (act === 'eject') await lab.ejectCartridge();
      else if (act === 'load-blank') await lab.insertCartridge(freshName(lab), { blank: true });
      else await lab.insertCartridge(this.#cartridge(lab, name));
    } catch (error) {
      if ((error as { code?: unknown }).code === 'EBUSY') throw failure('LAB_DRIVE_BUSY', {}, {}, error);
      throw error;
    }
  }

  #cartridge({ cartridges }: Lab, name: string | undefined): string {
    const found = cartridges.find((each) => each.name === name);
    if (!found)
      throw failure('LAB_NOT_HERE', { reason: phrase('it has no cartridge {name}', { name: name ?? '' }) });
    return found.name;
  }

  async #reboot(lab: Lab, name: string | undefined): Promise<void> {
    const host = lab.hosts.find((each) => each.name === name);
    if (!host)
      throw failure('LAB_NOT_HERE', { reason: phrase('it has no host {name}', { name: name ?? '' }) });
    await lab.rebootNode(host.name);
  }
}
