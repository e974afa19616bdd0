/** The words for a restore before it starts. */
import { saidList } from '../../../contract/words.ts';
import { say, sayCount } from '../../../contract/text/say.ts';
import { minuteText } from '../../components/moments.ts';
import { drillText } from '../../../contract/drill-level.ts';
import type { ProvenRestorable } from '../../../folds/restore/proven-restorable.ts';
import type { RestoreManager, RestoreTarget } from '../../managers/restore/restore.svelte.ts';

type Prepared = Pick<
  RestoreManager,
  | 'isOnCluster'
  | 'isOfFiles'
  | 'target'
  | 'placeOn'
  | 'masters'
  | 'run'
  | 'preview'
  | 'device'
  | 'wantedPaths'
>;

/** Verb and object of the button that starts it. */
export function startWords({ isOnCluster, target, placeOn, masters, preview, device }: Prepared): string {
  if (isOnCluster) return say('Restore {masters}', { masters: saidList(masters) });
  if (target === 'drill') return placeOn === undefined ? say('Read and compare') : say('Read and extract');
  if (device !== undefined) return say('Overwrite {to}', { to: preview.value?.to ?? device });
  if (preview.value?.kind === 'image') return say('Restore the image');
  const count = preview.value?.backups.reduce<number | undefined>(
    (sum, { fileCount }) => (sum === undefined || fileCount === undefined ? undefined : sum + fileCount),
    0,
  );
  if (count === undefined) return say('Restore files');
  return sayCount(count, 'Restore {count} entry', 'Restore {count} entries');
}

/** When its tape was last verified, and by what. */
export const provenText = ({ at, by, level }: ProvenRestorable): string =>
  by === 'drill'
    ? say('{at}, by {drill}', { at: minuteText(at), drill: drillText(level) })
    : say('{at}, by a restore', { at: minuteText(at) });

/** What a restore of files or of an image does, in order, one sentence each. */
export function happenings({ preview, device, target }: Prepared): string[] {
  const isImage = preview.value?.kind === 'image';
  const isDump = preview.value?.backups.some(({ method }) => method === '6c' || method === '6e') === true;
  const again =
    device !== undefined
      ? say('When the tape is in position, the device is checked again: nothing may use it.')
      : isImage
        ? say('The image is written under a temporary name.')
        : target === 'host'
          ? say('When the tape is in position, the folder is checked again: it must be new or empty.')
          : say('A file takes its name once it is complete.');
  const last =
    device !== undefined
      ? say('The device is read back and compared with the tape.')
      : isImage
        ? say('The image gets its name once it is compared with the tape.')
        : isDump
          ? say('Each file is read back and listed with its SHA-256.')
          : say('Each file is read back and compared with the archive.');
  return [
    say('The tape is recognized. A wrong tape is not read.'),
    again,
    say('The whole backup is read from the tape and compared with what its run wrote.'),
    last,
  ];
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
  const [proxy, master] = [saidList(proxies), saidList(masters)];
  const words: Readonly<Record<RestoreTarget, TargetWords>> = {
    cluster: {
      title: say('The cluster, from tape'),
      text: say(
        'The tape is written to {proxy} and read back. Then {proxy} replaces {master}. Both lose their current data.',
        { proxy, master },
      ),
    },
    proxy: {
      title: say('The cluster, from the parted proxy'),
      text: say(
        '{proxy} still holds the backup and replaces {master}. No tape is read. {master} loses its current data.',
        { proxy, master },
      ),
    },
    here: {
      title: say('This console’s computer'),
      text: say('Files are written to a folder, an image to a file. Nothing on the cluster changes.'),
    },
    host: {
      title: say('A host of the site'),
      text: say(
        'Files are written to a new or empty folder, an image to a file or to a device that nothing uses. No volume changes.',
      ),
    },
    drill: {
      title: say('Nowhere: a drill'),
      text: say(
        'All of the backup is read from tape and compared with what its run wrote. On request it is also extracted into a new folder, which is removed.',
      ),
    },
  };
  return words[target];
}
