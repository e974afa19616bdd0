/** What happens once the journal of a run is closed: it is sealed, and signed if the site file says so. Old journals may be compressed. */
import { isFailure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import type { AskSecret } from '../ssh/host-profile.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { millisecondsOf } from './packed-runs.ts';
import { compressRuns } from './packed-runs.ts';
import { sealRun } from './seals-file.ts';
import { signRun } from './sign-run.ts';

export interface ClosedRun {
  readonly state: StateFolder;
  readonly run: string;
  /** The site's; undefined if runs are not signed. */
  readonly sign: { readonly key: string } | undefined;
  /** The site's, such as `90 days`; undefined if nothing is compressed. */
  readonly compressAfter: string | undefined;
  readonly askSecret: AskSecret;
  readonly agentSocket: string | undefined;
  /** Called with what failed, in a sentence: it fails no run. */
  readonly notice: (sentence: string) => void;
  /** Called with the head of the list of seals once the run is sealed; undefined if it was not. */
  readonly onSealed: (head: string | undefined) => void;
}

async function orNotice(
  what: string,
  notice: ClosedRun['notice'],
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isFailure(error, 'RUN_NOT_ENDED')) return;
    notice(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Never throws. */
export async function closeRun(closed: ClosedRun): Promise<void> {
  const { state, run, sign, compressAfter, askSecret, agentSocket, notice, onSealed } = closed;
  let head: string | undefined;
  await orNotice(phrase('the journal of run {run} was not sealed', { run }), notice, async () => {
    head = await sealRun(state, run);
  });
  onSealed(head);
  if (sign)
    await orNotice(phrase('run {run} was not signed', { run }), notice, () =>
      signRun({ state, run, keyFile: sign.key, agentSocket, askSecret }),
    );
  if (compressAfter !== undefined)
    await orNotice(phrase('journals were not compressed'), notice, () =>
      compressRuns(state, millisecondsOf(compressAfter)),
    );
}
