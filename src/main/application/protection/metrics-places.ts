/**
 * Where monitors read the metrics: a file for the textfile collector of node_exporter, or `serve` with a token for
 * nothing else.
 */
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { failure, isFailure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { readOwn } from '../../journal/kept-file.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import { unwritable, writeWhole } from '../../proof/whole-file.ts';
import { metricsText } from './status-metrics.ts';
import type { SiteStatus } from './status-service.ts';

/** node_exporter runs as a different user, and the metrics hold no secret. */
const metricsAccess = 0o644;

/**
 * Writes the metrics to a file, which is either unchanged or complete.
 * @throws STATE_FILE_UNWRITABLE
 */
export async function writeMetrics(file: string, status: SiteStatus): Promise<void> {
  try {
    // A folder created for a mistyped name would have no reader.
    await stat(dirname(resolve(file)));
  } catch (error) {
    throw unwritable(file, error);
  }
  await writeWhole(resolve(file), metricsText(status), { mode: 'replace', access: metricsAccess });
}

export interface MetricsToken {
  readonly token: string;
  readonly file: string;
}

const tokenShape = /^[\w-]{32,}$/;

async function readToken(file: string): Promise<string | undefined> {
  const text = (await readOwn(file))?.toString('utf8');
  if (text === undefined) return undefined;
  const token = text.split('\n')[0]?.trim() ?? '';
  if (tokenShape.test(token)) return token;
  const reason = phrase('its first line is not a token of at least 32 letters, digits, "-" and "_"');
  throw failure('STATE_FILE_UNREADABLE', { file, reason });
}

/**
 * The token of `/metrics`, which survives a restart of `serve`; it is created if missing.
 * @throws STATE_FILE_UNREADABLE, STATE_FILE_UNWRITABLE
 */
export async function metricsToken(state: StateFolder): Promise<MetricsToken> {
  const file = state.metricsTokenFile;
  const known = await readToken(file);
  if (known !== undefined) return { token: known, file };
  const token = randomBytes(32).toString('base64url');
  try {
    await writeWhole(file, `${token}\n`, { mode: 'new' });
  } catch (error) {
    // Another process was quicker.
    const others = isFailure(error, 'STATE_FILE_THERE') ? await readToken(file) : undefined;
    if (others === undefined) throw error;
    return { token: others, file };
  }
  return { token, file };
}
