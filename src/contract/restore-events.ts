/** What the journal of a restore has that the journal of a backup does not. See events.ts. */
import { z } from 'zod';
import { event } from './event-shape.ts';

/** Where the bytes of a restored volume are read: each time all of them, and compared with what the backup recorded. */
const restorePlaces = ['tape', 'sent', 'shadow', 'proxy', 'master'] as const;
export type RestorePlace = (typeof restorePlaces)[number];

/** What a run restores: part of its first event; absent in a backup. */
export const restoreShape = z.looseObject({
  /** `tape`: proxy and master are written; `proxy`: the master is rebuilt from the parted proxy. */
  from: z.enum(['tape', 'proxy']),
  /** The run that wrote the backup. */
  run: z.string(),
  /** The instant of its part, in ISO 8601: what the backup shows. */
  at: z.string(),
  /** How the proxy was when the restore began. */
  begins: z.enum(['joined', 'parted']),
  /** The run that parted it with pjrm=off, where it was parted. */
  partedBy: z.string().optional(),
  /** An earlier restore that did not finish, and that this one replaces: the proxy is as that one has left it. */
  replaces: z.string().optional(),
  /** Nodes on which the master was ACTIVE: it is started there again. */
  activeOn: z.array(z.string()),
  volumes: z.array(
    z.looseObject({
      proxy: z.string(),
      /** Size in bytes of the device; of a backup of files, of its archive or dump on tape. */
      bytes: z.number(),
      /** SHA-256 (hex) of the same. */
      sha256: z.string(),
      /** True if the backup has the files of the volume: they are written into a new file system. */
      files: z.literal(true).optional(),
      /** How the file system of the backup was made, as its own tool showed it; absent where that is not recorded. */
      made: z.string().optional(),
      /** Of a backup on several tapes: those that hold the volume, in order. `file` is the number of the tape file. */
      tapes: z.array(z.looseObject({ number: z.int(), name: z.string(), file: z.int() })).optional(),
    }),
  ),
  /** Number of the tape file with the manifest, where the backup has more volumes than are restored. */
  manifestFile: z.int().optional(),
  /** Masters that the run backed up at the same instant, and that are not restored. */
  others: z.array(z.string()).optional(),
  /** Other proxies of the masters that were parted and valid when the restore began: one of them may be the better source. */
  otherProxies: z.array(z.string()).optional(),
  /** The second copy that is read: uuid of its first tape. */
  copy: z.string().optional(),
  /** Name of the tape that is read first, where it has a label. */
  tape: z.string().optional(),
  /** Files that the backup does not have, or has as they were while they changed, as tar said. */
  skipped: z.int().optional(),
  /** True if the run was taken from its tape: whether it was verified is not known. */
  imported: z.literal(true).optional(),
});

export type RestoreOrder = z.infer<typeof restoreShape>;

export const restoreEvents = [
  /** All bytes of a restored volume were read at a place. */
  event('restore-digest', {
    step: z.string(),
    volume: z.string(),
    place: z.enum(restorePlaces),
    host: z.string(),
    bytes: z.number(),
    sha256: z.string(),
    /** True if both are those of the backup; of a file system, those that were read through the shadow. */
    equal: z.boolean(),
    /** True if they are what is read later is compared with: a file system whose files were restored. */
    reference: z.literal(true).optional(),
  }),
  /** Files were extracted into the file system on the shadow. */
  event('restore-files', {
    step: z.string(),
    volume: z.string(),
    host: z.string(),
    /** How many entries of the archive were read back and compared; undefined of a dump, whose format only its own program reads. */
    compared: z.int().optional(),
    /** Of these, how many are not as the archive has them. */
    differing: z.int().optional(),
  }),
] as const;
