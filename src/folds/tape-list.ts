/** The tapes of a run: what was found on them, how they were labeled, and which parts lie where. */
import type { EventOf, RunEvent } from '../contract/events.ts';
import type { TapeModel } from './run/run-model.ts';

interface Tape {
  readonly step: string;
  readonly label: EventOf<'label'>;
  readonly found: string | undefined;
  readonly parts: readonly EventOf<'tape-part'>[];
  readonly manifestFile: number | undefined;
}

export class TapeList {
  #found: EventOf<'tape'> | undefined;
  /** Uuid -> tape, in the order of their labels. */
  readonly #tapes = new Map<string, Tape>();

  add(event: RunEvent): void {
    if (event.type === 'tape') this.#found = event;
    if (event.type === 'label') this.#label(event);
    if (event.type === 'tape-part') this.#part(event);
    if (event.type === 'manifest') this.#manifest(event);
  }

  /** A dump that begins again writes its parts again. */
  beginStep(step: string): void {
    for (const [uuid, tape] of this.#tapes) {
      const parts = tape.parts.filter((part) => part.step !== step);
      // The label of a step that is tried again is another tape, or the same one labeled again.
      if (tape.step === step) this.#tapes.delete(uuid);
      else if (parts.length < tape.parts.length) this.#tapes.set(uuid, { ...tape, parts });
    }
  }

  #label(label: EventOf<'label'>): void {
    const found = this.#found?.found;
    this.#tapes.set(label.uuid, { step: label.step, label, found, parts: [], manifestFile: undefined });
  }

  #part(part: EventOf<'tape-part'>): void {
    const tape = this.#tapes.get(part.uuid);
    if (tape) this.#tapes.set(part.uuid, { ...tape, parts: [...tape.parts, part] });
  }

  #manifest({ file }: EventOf<'manifest'>): void {
    const last = [...this.#tapes.entries()].at(-1);
    if (last) this.#tapes.set(last[0], { ...last[1], manifestFile: file });
  }

  view(start: EventOf<'run-started'> | undefined): TapeModel[] {
    const labelled = [...this.#tapes.values()].map(({ label, found, parts, manifestFile }, index) => ({
      number: label.number ?? index + 1,
      name: label.name,
      uuid: label.uuid,
      keepUntil: label.keepUntil,
      slot: label.slot,
      found,
      parts,
      manifestFile,
    }));
    if (labelled.length > 0 || !this.#found) return labelled;
    const nothing = { uuid: undefined, keepUntil: undefined, slot: undefined, manifestFile: undefined };
    const name = start?.layout === 'labelled' ? this.#found.label : undefined;
    return [{ number: 1, name, found: this.#found.found, parts: [], ...nothing }];
  }
}
