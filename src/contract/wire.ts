/**
 * What a page and its host say to each other: over the preload's channel in the window, over a WebSocket in the browser, one JSON object
 * a message. Types only: the host checks what comes in.
 */
import type { ErrorInfo } from './errors.ts';

/** `id` is the page's own number for the request or the following, and is in every answer to it. */
export type PageMessage =
  | { readonly id: number; readonly request: { readonly channel: string; readonly payload: unknown } }
  /** The answer is not wanted any more. */
  | { readonly id: number; readonly cancel: true }
  | { readonly id: number; readonly follow: { readonly topic: string; readonly payload: unknown } }
  | { readonly id: number; readonly unfollow: true };

export type HostMessage =
  /** The `Reply` of a request. */
  | { readonly id: number; readonly reply: unknown }
  /** One of the `Pushes` of what is followed. */
  | { readonly id: number; readonly push: unknown }
  /** Following has failed; nothing more comes. */
  | { readonly id: number; readonly error: ErrorInfo };

/** What the preload gives the page of the desktop window. */
export interface Wire {
  send(message: PageMessage): void;
  listen(listener: (message: HostMessage) => void): void;
  /** The language of the program (BCP 47). */
  readonly language?: string | undefined;
}
