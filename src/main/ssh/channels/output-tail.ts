/** Keeps the end of what a process prints: a command that goes wrong says why in its last lines. */
export class OutputTail {
  readonly #limit: number;
  #pieces: Buffer[] = [];
  #length = 0;

  /** @param limit bytes to keep */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
    // Joined only now and then: a talkative command must not cost a copy for each of its lines.
    if (this.#length > 2 * this.#limit || this.#pieces.length > 256) this.#trim();
  }

  #trim(): void {
    const kept = Buffer.concat(this.#pieces);
    this.#pieces = [Buffer.from(kept.subarray(Math.max(0, kept.length - this.#limit)))];
    this.#length = this.#pieces[0]?.length ?? 0;
  }

  /** The last bytes as text. */
  get text(): string {
    this.#trim();
    return this.#pieces[0]?.toString('utf8') ?? '';
  }
}
