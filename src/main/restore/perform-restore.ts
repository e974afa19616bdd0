/** Restores what was found, from the tape to its target. */
import { rmdir } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import type { CatalogueEntry } from '../history/catalogue-writer.ts';
import type { DataRoom } from '../procedure/hosts/remote-data.ts';
import type { TarEntry } from '../../streams/tar/tar-walker.ts';
import { requireFreeDevice, type GdsHosts } from './device/device-place.ts';
import { FileExtractor, type Wants } from './archive/extract-files.ts';
import { HostFiles } from './target/host-files.ts';
import { HostDevice } from './device/host-device.ts';
import { HostDump } from './target/host-dump.ts';
import { HostImage } from './target/host-image.ts';
import { placeWords, type HostPlace } from './target/host-place.ts';
import { LocalFolder, type Overwrite } from './target/local-folder.ts';
import { LocalImage } from './target/local-image.ts';
import { makeLocalFolder } from './target/local-place.ts';
import type { SourceDigest } from './read-source.ts';
import type { RestoreOutcome } from './restore-outcome.ts';
import { deviceOf, type RestoreTarget } from './target/restore-target.ts';
import type { OnRestored } from './restored-file.ts';
import { phrase } from '../../contract/text/say.ts';

/** Reads the whole backup through a stream. */
export type ReadThrough = (through: Duplex, cksum: boolean) => Promise<SourceDigest>;

export interface Restoring {
  readonly room: DataRoom;
  readonly target: RestoreTarget;
  readonly overwrite: Overwrite;
  readonly outcome: RestoreOutcome;
  readonly tell: OnRestored;
  readonly read: ReadThrough;
  /** Of the file on tape; 0 if no journal has it. */
  readonly bytes: number;
  /** Where the disks of GDS are. */
  readonly gds: GdsHosts;
}

/** Selects the entries of a file list, each at its place in the archive. */
export class ListedEntries {
  readonly #left: Map<number, CatalogueEntry>;

  constructor(entries: readonly CatalogueEntry[]) {
    this.#left = new Map(entries.map((entry) => [entry.offset, entry]));
  }

  readonly wants: Wants = ({ offset, path }: TarEntry): boolean => {
    const isWanted = this.#left.get(offset)?.path === path;
    if (isWanted) this.#left.delete(offset);
    return isWanted;
  };

  /** Entries that were not in the archive at the place in the list. */
  tellMissing(tell: OnRestored): void {
    for (const { path } of this.#left.values())
      tell({
        path,
        what: 'left out',
        reason: phrase('the archive does not have it where the file list says'),
      });
  }
}

/** Access control lists are lost on this computer only. */
function noteAttributes({ outcome }: Restoring, count: number): void {
  if (count === 0) return;
  const words =
    count === 1
      ? phrase('1 access control list or set')
      : phrase('{count} access control lists or sets', { count });
  outcome.notes.push(phrase('{what} of extended attributes were not restored', { what: words }));
}

async function filesHere(restoring: Restoring, wants: Wants, path: string): Promise<SourceDigest> {
  const { overwrite, outcome, tell, read } = restoring;
  const isNew = await makeLocalFolder(path);
  const folder = new LocalFolder(path, overwrite);
  const extractor = new FileExtractor(folder, wants, tell);
  try {
    const digest = await read(extractor.stream(), false);
    await extractor.settled();
    return digest;
  } finally {
    // The earlier error says more.
    await extractor.settled().catch(() => undefined);
    outcome.mayHaveWritten ||= folder.hasWritten;
    // Not one into which somebody else has put something.
    if (isNew && !folder.hasWritten) await rmdir(path).catch(() => undefined);
    noteAttributes(restoring, extractor.attributesLeftOut);
  }
}

/** @throws errors of reading the tape and of writing to the target */
export async function restoreFiles(restoring: Restoring, wants: Wants): Promise<SourceDigest> {
  const { room, target, outcome, tell, read } = restoring;
  if (target.kind === 'here') return filesHere(restoring, wants, target.path);
  const files = new HostFiles(room, target, tell);
  let digest: SourceDigest | undefined;
  const onWrite = () => void (outcome.mayHaveWritten = true);
  const sent = await files.write(wants, onWrite, async (through) => {
    digest = await read(through, false);
  });
  outcome.others.push(...(await files.compare(sent)));
  if (!digest) throw new Error('the archive is read before it is compared');
  return digest;
}

/**
 * Rebuilds the tree of a dump in a folder of a host.
 * @throws errors of reading the tape and of writing to the target
 */
export async function restoreDump(
  { room, target, outcome, tell, read }: Restoring,
  tool: string,
): Promise<SourceDigest> {
  if (target.kind === 'here') throw new Error('a dump goes to a host');
  const dump = new HostDump(room, target, tool);
  let digest: SourceDigest | undefined;
  const onWrite = () => void (outcome.mayHaveWritten = true);
  const said = await dump.write(onWrite, async (through) => {
    digest = await read(through, false);
  });
  outcome.notes.push(...said);
  await dump.tell(tell);
  if (!digest) throw new Error('the dump is read before its files are named');
  return digest;
}

async function imageHere({ read, overwrite }: Restoring, file: string): Promise<SourceDigest> {
  const image = await LocalImage.create(file);
  let digest: SourceDigest;
  try {
    digest = await read(image.stream(), false);
  } catch (error) {
    await image.discard();
    throw error;
  }
  await image.keep(overwrite === 'always');
  return digest;
}

async function imageOnDevice(
  { room, outcome, read, gds, bytes }: Restoring,
  place: HostPlace,
  recordBytes: number,
): Promise<SourceDigest> {
  const device = new HostDevice(room, place, gds.platform);
  const before = async () => {
    await requireFreeDevice(room.runner, place, bytes, gds);
    // Its old data is lost with the first record.
    outcome.mayHaveWritten = true;
  };
  try {
    return await device.write(recordBytes, before, (through) => read(through, false));
  } catch (error) {
    if (outcome.mayHaveWritten)
      outcome.notes.push(
        phrase('{place} holds no whole image, and its old data is lost', { place: placeWords(place) }),
      );
    throw error;
  }
}

/**
 * The image gets its name only once it is proven to match the backup.
 * @param recordBytes of the tape
 * @throws errors of reading the tape and of writing to the target
 */
export async function restoreImage(restoring: Restoring, recordBytes: number): Promise<SourceDigest> {
  const { room, target, outcome, overwrite, tell, read } = restoring;
  const done = (digest: SourceDigest): SourceDigest => {
    const { bytes, sha256 } = digest;
    tell({ path: target.path, what: 'written', kind: 'file', bytes, sha256 });
    return digest;
  };
  if (target.kind === 'here') return done(await imageHere(restoring, target.path));
  if (deviceOf(target)) return done(await imageOnDevice(restoring, target, recordBytes));
  const image = new HostImage(room, target, overwrite === 'always');
  try {
    const digest = await image.write(recordBytes, (through) => read(through, true));
    await image.keep(digest);
    return done(digest);
  } catch (error) {
    const left = await image.discard();
    outcome.mayHaveWritten ||= left.length > 0;
    outcome.notes.push(...left);
    throw error;
  }
}
