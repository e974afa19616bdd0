/** Serves the console to browsers of this machine. */
import { Desk, type DeskOptions } from '../desk/desk.ts';
import { pageFolder } from '../desk/page-files.ts';
import { PageServer } from './page-server.ts';

export interface ServeOptions extends Pick<DeskOptions, 'state' | 'siteFile'> {
  /** 0: any that is free. */
  readonly port: number;
  /** Where the built pages lie; found by default. */
  readonly pages?: string | undefined;
  /** Called when an address of `url` or `newAddress` was used. */
  readonly onEntered?: (() => void) | undefined;
  /** See PageServerOptions. */
  readonly metricsToken?: string | undefined;
}

export interface Served {
  /** The first address that lets a browser in. It works once. */
  readonly url: string;
  /** Another one, for another tab or browser. */
  newAddress(): string;
  readonly desk: Desk;
  /** Ends all sessions; runs have to be ended before. */
  close(): Promise<void>;
}

/** @throws PAGE_MISSING, PORT_UNUSABLE, and what keeps the site from being opened */
export async function serve(options: ServeOptions): Promise<Served> {
  const { state, siteFile, port, pages, onEntered, metricsToken } = options;
  const folder = pages ?? pageFolder();
  const desk = new Desk({ state, siteFile, guest: 'browser', servesMetrics: metricsToken !== undefined });
  try {
    await desk.ready();
    const server = await PageServer.start({ desk, port, pages: folder, onEntered, metricsToken });
    const close = async () => {
      await server.close();
      await desk.close();
    };
    return { url: server.url, newAddress: () => server.newAddress(), desk, close };
  } catch (error) {
    await desk.close();
    throw error;
  }
}
