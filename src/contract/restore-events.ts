/** What the journal of a restore tells beside that of a backup. See events.ts. */
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
      /** Size in bytes of the device. */
      bytes: z.number(),
      /** SHA-256 (hex) of the device. */
      sha256: z.string(),
      /** Of a backup on several tapes: those that hold the volume, in order. `file` is the number of the tape file. */
      tapes: z.array(z.looseObject({ number: z.int(), name: z.string(), file: z.int() })).optional(),
    }),
  ),
  /** Number of the tape file with the manifest, where the backup has more volumes than are restored. */
  manifestFile: z.int().optional(),
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
    /** True where both are those of the backup. */
    equal: z.boolean(),
  }),
] as const;
