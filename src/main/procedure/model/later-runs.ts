/** Runs that were begun later: what stands on the hosts may be theirs. Pure. */
import type { RunEvent } from '../../../contract/events.ts';
import { sentCommands } from './sent-commands.ts';

/** True where a run has parted a proxy that another one has parted before. */
export function hasPartedLater(first: readonly RunEvent[], later: readonly RunEvent[]): boolean {
  const [mine, other] = [first[0], later[0]];
  if (mine?.type !== 'run-started' || other?.type !== 'run-started') return false;
  const isSame =
    mine.class === other.class &&
    mine.volumes.some(({ proxy }) => other.volumes.some((pair) => pair.proxy === proxy)) &&
    mine.site === other.site;
  return (
    isSame &&
    other.at >= mine.at &&
    sentCommands(later).some(
      ({ intent, ending }) => intent.step === '3-3' && intent.changes && ending !== 'bad',
    )
  );
}
