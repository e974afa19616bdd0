import { describe, expect, it } from 'vitest';
import { PictureView } from './picture-view.svelte.ts';

function viewOf(width: number, height: number): PictureView {
  const view = new PictureView();
  view.setPicture({ width: 2000, height: 1000 });
  view.width = width;
  view.height = height;
  return view;
}

describe('the view of a picture', () => {
  it('that shows all of it keeps doing so, whatever changes in window and picture', () => {
    const view = viewOf(1000, 1000);
    view.fit();
    expect(view.view.scale).toBe(0.5);
    view.width = 1600;
    expect(view.view.scale).toBe(0.8);
    view.setPicture({ width: 3200, height: 1000 });
    expect(view.view.scale).toBe(0.5);
  });

  it('is the chosen one, once it was moved or zoomed', () => {
    const view = viewOf(1000, 1000);
    view.fit();
    view.zoomBy(2);
    expect(view.view.scale).toBe(1);
    view.width = 1600;
    expect(view.view.scale).toBe(1);
    view.ownSize();
    expect(view.view).toEqual({ x: 0, y: 0, scale: 1 });
  });
});
