/** Answers what the page asks, a handler a channel. Requests of any other page, and of other shapes, are refused. */
import { ipcMain, type IpcMainInvokeEvent } from 'electron';
import { pathToFileURL } from 'node:url';
import {
  errorInfoOf,
  requestSchemas,
  type Channel,
  type Reply,
  type RequestOf,
  type Responses,
} from '../../contract/channels.ts';
import { failure } from '../../contract/errors.ts';
import { version, type ShadowtapeConsole } from '../console.ts';
import { pageFile } from './window.ts';

type Handlers = { readonly [Name in Channel]: (request: RequestOf<Name>) => Promise<Responses[Name]> };

function handlersOf(console: ShadowtapeConsole): Handlers {
  const { site } = console;
  return {
    site: () =>
      Promise.resolve({
        name: site.site,
        isLab: console.isLab,
        hosts: Object.keys(site.hosts),
        jobs: Object.keys(site.jobs),
        version,
      }),
    plan: ({ job }) => console.plan({ job }),
  };
}

function isOwnPage(event: IpcMainInvokeEvent): boolean {
  return event.senderFrame?.url === pathToFileURL(pageFile).href;
}

function answer<Name extends Channel>(name: Name, handler: Handlers[Name]): void {
  ipcMain.handle(name, async (event, request: unknown): Promise<Reply<Name>> => {
    try {
      if (!isOwnPage(event))
        throw failure('REQUEST_REFUSED', { channel: name, reason: 'it comes from another page' });
      const parsed = requestSchemas[name].safeParse(request);
      if (!parsed.success)
        throw failure('REQUEST_REFUSED', { channel: name, reason: 'it has another shape' });
      return { result: await handler(parsed.data as RequestOf<Name>) };
    } catch (error) {
      return { error: errorInfoOf(error) };
    }
  });
}

export function answerRequests(console: ShadowtapeConsole): void {
  const handlers = handlersOf(console);
  for (const name of Object.keys(handlers) as Channel[])
    answer(name, handlers[name] as Handlers[typeof name]);
}
