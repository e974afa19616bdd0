/** The digest of a week that did not reach everybody, sent again. */
import type { Bridge } from '../../contract/channels.ts';
import { bridge } from '../bridge.ts';
import { Asked } from './asked.svelte.ts';

export class DigestManager {
  readonly sent: Asked<'sendDigest'>;

  constructor(to: Bridge) {
    this.sent = new Asked(to, 'sendDigest');
  }

  /** @returns the days on which the weeks begin whose digests everybody has now; undefined if one was refused */
  async send(): Promise<readonly string[] | undefined> {
    const outcomes = await this.sent.ask({});
    return outcomes?.map(({ week }) => week);
  }
}

export const digest = new DigestManager(bridge);
