/** How a restore is spoken of before it is begun. */
import { countText, listed } from '../../../contract/words.ts';
import type { RestoreManager, RestoreTarget } from '../../managers/restore/restore.svelte.ts';

type Prepared = Pick<
  RestoreManager,
  'isOnCluster' | 'isOfFiles' | 'target' | 'masters' | 'run' | 'preview' | 'device' | 'wantedPaths'
>;

/** Verb and object of the button that starts it. */
export function startWords({ isOnCluster, target, masters, preview, device }: Prepared): string {
  if (isOnCluster) return `Restore ${listed(masters)}`;
  if (target === 'drill') return 'Read and compare';
  if (device !== undefined) return `Overwrite ${preview.value?.to ?? device}`;
  if (preview.value?.kind === 'image') return 'Restore the image';
  const count = preview.value?.backups.reduce<number | undefined>(
    (sum, { fileCount }) => (sum === undefined || fileCount === undefined ? undefined : sum + fileCount),
    0,
  );
  if (count === undefined) return 'Restore files';
  return `Restore ${countText(count)} ${count === 1 ? 'entry' : 'entries'}`;
}

interface TargetWords {
  readonly title: string;
  readonly text: string;
}

/** What each target means. @param proxies that hold the backup, or will; @param masters whose data is lost */
export function targetWords(
  target: RestoreTarget,
  proxies: readonly string[],
  masters: readonly string[],
): TargetWords {
  const [proxy, master] = [listed(proxies), listed(masters)];
  const words: Readonly<Record<RestoreTarget, TargetWords>> = {
    cluster: {
      title: `The cluster, from tape`,
      text: `The tape is written to ${proxy} and read back. Then ${proxy} replaces ${master}. Both lose their present data.`,
    },
    proxy: {
      title: `The cluster, from the parted proxy`,
      text: `${proxy} still holds the backup and replaces ${master}. No tape is read. ${master} loses its present data.`,
    },
    here: {
      title: 'This console’s computer',
      text: 'Files are written to a folder, an image to a file. Nothing on the cluster changes.',
    },
    host: {
      title: 'A host of the site',
      text: 'Files are written to a new or empty folder, an image to a file or to a device that nothing uses. No volume changes.',
    },
    drill: {
      title: 'Nowhere: a drill',
      text: 'All of the backup is read from tape and compared with what its run wrote. Nothing is written.',
    },
  };
  return words[target];
}
