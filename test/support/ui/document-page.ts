/**
 * The built pages in a document without a browser: every effect runs and every button can be pressed, but nothing is laid out or drawn. A
 * hundred times cheaper than Chromium, so that every fault can be shown on every screen.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { Window, type HTMLElement } from 'happy-dom';
import type { Language } from '../../../src/contract/text/catalogue.ts';
import type { HostMessage, PageMessage, Wire } from '../../../src/contract/wire.ts';
import { pageFolder } from '../../../src/main/desk/page-files.ts';

/** The other end of a page: it receives the page's messages, and answers them. */
export interface Host {
  receive(message: PageMessage): void;
}

/** What Node has as well, without a difference for the page: those of a Window are emulated more slowly. */
const ofNode = new Set(['undefined', 'NaN', 'Infinity', 'eval', 'Array', 'Object', 'Function']);

/** Names of a window that can be parameters: what a page finds as globals. */
function globalsOf(window: Window): string[] {
  const names = new Set<string>();
  for (let level: object = window; level !== Object.prototype; level = Object.getPrototypeOf(level) as object)
    for (const name of Object.getOwnPropertyNames(level)) names.add(name);
  const isOwn = (name: string) => /^[A-Za-z_$][\w$]*$/.test(name) && !ofNode.has(name);
  const isOfLanguage = (name: string) => name in globalThis && /^[A-Z]/.test(name) && isBuiltIn(name);
  return [...names].filter((name) => isOwn(name) && !isOfLanguage(name) && name !== 'constructor');
}

/** Names of ECMAScript itself. */
const isBuiltIn = (name: string): boolean =>
  /^(Aggregate|Eval|Range|Reference|Syntax|Type|URI)?Error$|^(Array|Object|Function|Promise|Map|Set|Weak.*|Symbol|Proxy|Reflect|JSON|Math|Date|RegExp|String|Number|Boolean|BigInt|Intl|.*Array|ArrayBuffer|DataView|Atomics|Iterator)$/.test(
    name,
  );

/** Where the built pages choose their language: a test may give them one that they do not know. */
const languageChoice = /(document\.documentElement\.lang=\w+;var (\w+)=)(\w+\.get\(\w+\);\2!==void 0&&)/;

/** @throws if the pages choose their language in another way */
function withLanguageOfTest(text: string): string {
  if (!languageChoice.test(text))
    throw new Error('the built pages do not choose their language as this test expects');
  return text.replace(languageChoice, '$1window.languageOfTest??$3');
}

let compiled: Promise<{ readonly script: Script; readonly names: readonly string[] }> | undefined;

async function compile() {
  const folder = process.env['CONSOLE_PAGES'] ?? pageFolder();
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  const [, source = ''] = /<script type="module"[^>]* src="([^"]+)"/.exec(html) ?? [];
  const file = join(folder, source);
  const names = globalsOf(new Window());
  const text = withLanguageOfTest(await readFile(file, 'utf8'));
  const script = new Script(`(function (${names.join(', ')}) {${text}\n})`, { filename: dirname(file) });
  return { script, names };
}

const longestPause = 500;

/** A turn of the event loop. */
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

export class DocumentPage {
  readonly #window: Window;
  #hear: (message: HostMessage) => void = () => undefined;
  /** Messages in both directions. */
  #said = 0;
  readonly #unanswered = new Set<number>();
  /** Timers of the page that end at once, and frames that it waits for. */
  readonly #soon = new Set<unknown>();

  private constructor() {
    this.#window = new Window({ url: 'http://localhost/', width: 1280, height: 800 });
  }

  /**
   * @param meet gets the connection to the page; its result receives the page's messages
   * @param language of the page; English by default
   */
  static async open(
    meet: (tell: (message: HostMessage) => void) => Host,
    hash: string,
    language?: Language,
  ): Promise<DocumentPage> {
    compiled ??= compile();
    const { script, names } = await compiled;
    const page = new DocumentPage();
    const host = meet((message) => page.#tell(message));
    const wire: Wire = {
      send: (message) => {
        page.#said += 1;
        if ('request' in message) page.#unanswered.add(message.id);
        host.receive(message);
      },
      listen: (listener) => (page.#hear = listener),
    };
    const window = page.#window as unknown as Record<string, unknown>;
    window['shadowtape'] = wire;
    window['languageOfTest'] = language;
    page.#hasten();
    page.#window.location.hash = hash;
    const run = script.runInThisContext() as (...values: unknown[]) => void;
    run(
      ...names.map((name) => (typeof window[name] === 'function' ? bound(page.#window, name) : window[name])),
    );
    await page.settled();
    return page;
  }

  /** A page paces what it shows by pauses of up to half a second: they are left out, so that nothing depends on the speed of the machine. */
  #hasten(): void {
    const own = {
      set: this.#window.setTimeout.bind(this.#window),
      clear: this.#window.clearTimeout.bind(this.#window),
    };
    const set = (work: () => void, milliseconds = 0) => {
      const timer: unknown = own.set(
        () => {
          this.#soon.delete(timer);
          work();
        },
        milliseconds <= longestPause ? 0 : milliseconds,
      );
      if (milliseconds <= longestPause) this.#soon.add(timer);
      return timer;
    };
    const clear = (timer: unknown) => {
      this.#soon.delete(timer);
      own.clear(timer as never);
    };
    Object.assign(this.#window, { setTimeout: set, clearTimeout: clear, ...this.#frames() });
  }

  /** A dialog is there a few frames after it was opened: they are waited for as timers are. */
  #frames() {
    const own = {
      ask: this.#window.requestAnimationFrame.bind(this.#window),
      cancel: this.#window.cancelAnimationFrame.bind(this.#window),
    };
    return {
      requestAnimationFrame: (work: (time: number) => void) => {
        const frame = own.ask((time) => {
          this.#soon.delete(frame);
          work(time);
        });
        this.#soon.add(frame);
        return frame;
      },
      cancelAnimationFrame: (frame: ReturnType<typeof own.ask>) => {
        this.#soon.delete(frame);
        own.cancel(frame);
      },
    };
  }

  #tell(message: HostMessage): void {
    this.#said += 1;
    if ('reply' in message) this.#unanswered.delete(message.id);
    this.#hear(message);
  }

  /** Requests that wait for an answer. */
  get waits(): number {
    return this.#unanswered.size;
  }

  /** Resolves once there are no messages for a few turns of the event loop: then everything is shown. */
  async settled(): Promise<void> {
    for (let quiet = 0; quiet < 4; quiet += 1) {
      const before = this.#said;
      await turn();
      if (this.#said !== before || this.#soon.size > 0) quiet = -1;
    }
  }

  async open(hash: string): Promise<void> {
    if (this.#window.location.hash === hash) return this.settled();
    const changed = new Promise<void>((resolve) => {
      this.#window.addEventListener('hashchange', () => resolve(), { once: true });
    });
    this.#window.location.hash = hash;
    await changed;
    await this.settled();
  }

  get title(): string {
    return this.#window.document.title;
  }

  /** Every text that is shown or spoken, except what a program reads: commands, paths. */
  get texts(): string[] {
    const { document } = this.#window;
    const spoken = ['aria-label', 'title', 'placeholder', 'alt', 'data-label'].flatMap((name) =>
      this.all(`[${name}]`).map((element) => element.getAttribute(name) ?? ''),
    );
    const walker = document.createTreeWalker(document.body, this.#window.NodeFilter.SHOW_TEXT);
    const seen: string[] = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      if (!node.parentElement?.closest('code, pre, kbd, style, script, .mono, .mono-face, textarea'))
        seen.push(node.textContent ?? '');
    return [document.title, ...spoken, ...seen]
      .map((text) => text.replaceAll(/\s+/g, ' ').trim())
      .filter(Boolean);
  }

  find(selector: string): HTMLElement | null {
    return this.#window.document.querySelector<HTMLElement>(selector);
  }

  all(selector: string): HTMLElement[] {
    return [...this.#window.document.querySelectorAll<HTMLElement>(selector)];
  }

  /** Clicks a button of the screen, or of a dialog over it. @throws if there is none, or if it does nothing */
  async press(name: string): Promise<void> {
    const button = this.all('button').find((each) => nameOf(each) === name);
    if (!button) throw new Error(`no button "${name}"`);
    if (button.getAttribute('aria-disabled') === 'true')
      throw new Error(`"${name}" does nothing: ${button.title}`);
    button.click();
    await this.settled();
  }

  /** Fills in the field with a label, or selects there. @throws if the screen has no such field */
  async fill(label: string, value: string): Promise<void> {
    const named = this.all('label').find((each) => wordsOf(each) === label);
    const field = named && this.#window.document.getElementById(named.getAttribute('for') ?? '');
    if (!field) throw new Error(`no field "${label}"`);
    (field as unknown as { value: string }).value = value;
    for (const type of ['input', 'change'])
      field.dispatchEvent(new this.#window.Event(type, { bubbles: true }));
    await this.settled();
  }

  /** Ends its timers. */
  async close(): Promise<void> {
    await this.#window.happyDOM.close();
  }
}

/** Functions of a window want it as their `this`; its classes do not. */
function bound(window: Window, name: string): unknown {
  const value = (window as unknown as Record<string, unknown>)[name] as (...values: unknown[]) => unknown;
  return /^[a-z]/.test(name) ? value.bind(window) : value;
}

export const wordsOf = (element: Pick<HTMLElement, 'textContent'> | null): string =>
  (element?.textContent ?? '').replace(/\s+/g, ' ').trim();

/** The name of a button. */
export const nameOf = (button: HTMLElement): string => button.getAttribute('aria-label') ?? wordsOf(button);
