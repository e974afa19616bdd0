/** The visible part of a picture, moved and zoomed by mouse, wheel, keys and buttons. */
import {
  clampViewport,
  drawnBox,
  fitAll,
  reveal,
  zoomAt,
  type Box,
  type Size,
  type Viewport,
} from '../geometry/viewport.ts';

export class PictureView {
  /** `all`: the whole picture, however large the window becomes. */
  #view = $state.raw<Viewport | 'all'>({ x: 0, y: 0, scale: 1 });
  #picture = $state.raw<Size>({ width: 1, height: 1 });
  width = $state(0);
  height = $state(0);

  readonly #window = $derived<Size>({ width: this.width, height: this.height });
  readonly #shown = $derived(
    this.#view === 'all'
      ? fitAll(this.#picture, this.#window)
      : clampViewport(this.#view, this.#picture, this.#window),
  );
  readonly #box = $derived(drawnBox(this.#shown, this.#window));

  get view(): Viewport {
    return this.#shown;
  }

  /** What to draw, in units of the picture. */
  get box(): Box {
    return this.#box;
  }

  /** As CSS has it: the drawing is moved as a whole, not redrawn. */
  get transform(): string {
    const { x, y, scale } = this.#shown;
    return `translate(${x}px, ${y}px) scale(${scale})`;
  }

  setPicture(picture: Size): void {
    this.#picture = picture;
  }

  panBy(dx: number, dy: number): void {
    const { x, y, scale } = this.#shown;
    this.#view = clampViewport({ x: x + dx, y: y + dy, scale }, this.#picture, this.#window);
  }

  /** @param point of the window that stays where it is; absent: its middle */
  zoomBy(factor: number, point = { x: this.width / 2, y: this.height / 2 }): void {
    this.#view = clampViewport(zoomAt(this.#shown, factor, point), this.#picture, this.#window);
  }

  fit(): void {
    this.#view = 'all';
  }

  ownSize(): void {
    this.#view = { x: 0, y: 0, scale: 1 };
  }

  reveal(box: Box): void {
    this.#view = clampViewport(reveal(this.#shown, box, this.#window), this.#picture, this.#window);
  }
}
