/** The block devices of a Linux host, as lsblk(8) and blkid(8) show them, and what forbids writing to one of them. Pure. */
import { phrase } from '../../../contract/text/say.ts';

/** One line of lsblk; a device below several others has a line for each. */
export interface BlockDevice {
  /** `sdb1`. */
  readonly name: string;
  /** The device that it is a part of, or is made of; '' if there is none. */
  readonly parent: string;
  /** `disk`, `part`, `loop`, `lvm`, `raid1`, `mpath`, … */
  readonly type: string;
  readonly bytes: number;
  readonly isReadOnly: boolean;
  /** '' if it is not mounted; `[SWAP]` for swap. */
  readonly directory: string;
}

export const blockDeviceQuery = ['lsblk', '-bP', '-o', 'NAME,PKNAME,TYPE,SIZE,RO,MOUNTPOINT'] as const;

/** What can be a target: a device with a kernel name, not a link, a logical volume or a volume of GDS. */
export const blockDeviceName = (path: string): string | undefined =>
  /^\/dev\/([A-Za-z][A-Za-z0-9]*)$/.exec(path)?.[1];

export function parseBlockDevices(text: string): BlockDevice[] {
  return text.split('\n').flatMap((line): BlockDevice[] => {
    const valueOf = (key: string) => new RegExp(`(?:^| )${key}="([^"]*)"`).exec(line)?.[1];
    const [name, bytes, readOnly] = [valueOf('NAME'), valueOf('SIZE'), valueOf('RO')];
    if (name === undefined || !/^\d+$/.test(bytes ?? '') || readOnly === undefined) return [];
    return [
      {
        ...{ name, parent: valueOf('PKNAME') ?? '', type: valueOf('TYPE') ?? '' },
        ...{ bytes: Number(bytes), isReadOnly: readOnly !== '0', directory: valueOf('MOUNTPOINT') ?? '' },
      },
    ];
  });
}

/** The disk that a partition is on; a disk itself. */
export function diskOf(devices: readonly BlockDevice[], name: string): string {
  const own = devices.find((device) => device.name === name);
  return own?.type === 'part' && own.parent !== '' ? own.parent : name;
}

/** Why a device cannot be written, according to lsblk; undefined if that shows no reason. */
export function whyInUse(devices: readonly BlockDevice[], name: string): string | undefined {
  const own = devices.filter((device) => device.name === name);
  const mounted = own.find(({ directory }) => directory !== '');
  if (mounted)
    return mounted.directory === '[SWAP]'
      ? phrase('{name} is used as swap', { name })
      : phrase('{name} is mounted on {directory}', { name, directory: mounted.directory });
  if (own.some(({ isReadOnly }) => isReadOnly)) return phrase('{name} is read-only', { name });
  const disk = diskOf(devices, name);
  // What uses the whole disk uses this part of it, too.
  const above = devices.find(({ parent, type }) => parent === name || (parent === disk && type !== 'part'));
  return (
    above &&
    phrase('{name} ({type}) is on {parent}', { name: above.name, type: above.type, parent: above.parent })
  );
}

/** What blkid(8) finds on a device, by its names: TYPE, UUID, LABEL, PART_ENTRY_UUID, … */
export type Signature = ReadonlyMap<string, string>;

/** @param text of `blkid -p -o export` */
export const parseSignature = (text: string): Signature =>
  new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const [, key, value] = /^([A-Z_]+)=(.+)$/.exec(line) ?? [];
      return key === undefined || value === undefined ? [] : [[key, value]];
    }),
  );

/**
 * File systems on one device, by the names of blkid(8), that one host has to mount before it uses them. Anything else
 * may be used without being mounted under the name of this device: by a database, by a volume manager, by other hosts,
 * or together with other devices. So may a type that is not known here.
 */
const ofOneHost =
  /^(ext[234]|ext4dev|xfs|jfs|reiserfs|reiser4|ufs|minix|vfat|exfat|ntfs|hfs|hfsplus|hpfs|iso9660|udf|nilfs2|squashfs3?|cramfs|romfs|befs|bfs|sysv|xenix)$/;

/**
 * Partitions of Veritas Volume Manager: by the tags of a Solaris label (slice-table.ts), and by their GUIDs in a GPT (EFI_SYMC_PUB and
 * EFI_SYMC_CDS of illumos, sys/efi_partition.h).
 */
const ofVeritas: Readonly<Record<string, readonly string[]>> = {
  sun: ['0xe', '0xf'],
  gpt: ['6a9630d1-1dd2-11b2-99a6-080020736631', '6a980767-1dd2-11b2-99a6-080020736631'],
};

/** Why a device cannot be written, according to its signature; undefined if that shows no reason. */
export function whyOfOthers(signature: Signature): string | undefined {
  const type = signature.get('TYPE');
  if (type !== undefined && !ofOneHost.test(type)) return phrase('it holds {type}', { type });
  const kinds = ofVeritas[signature.get('PART_ENTRY_SCHEME') ?? ''];
  const kind = signature.get('PART_ENTRY_TYPE');
  if (kind !== undefined && kinds?.includes(kind))
    return phrase('it is a partition of Veritas Volume Manager ({type})', { type: kind });
  // Its partitions would be shown: another host has made them since this one has read the table, or they were hidden.
  // A file system that was there before leaves its signature behind the table.
  const table = signature.get('PTTYPE');
  return table === undefined ? undefined : phrase('it has a partition table ({table})', { table });
}

/** How /etc/fstab may name a device: by its path, or by what is on it. */
function namesInTable(path: string, signature: Signature): string[] {
  const keys = {
    UUID: signature.get('UUID'),
    LABEL: signature.get('LABEL'),
    PARTUUID: signature.get('PART_ENTRY_UUID'),
    PARTLABEL: signature.get('PART_ENTRY_NAME'),
  };
  return [
    path,
    ...Object.entries(keys).flatMap(([key, value]) =>
      value === undefined
        ? []
        : [`${key}=${value}`, `${key}="${value}"`, `/dev/disk/by-${key.toLowerCase()}/${value}`],
    ),
  ];
}

/**
 * The line of a mount table that names the device; undefined if none does. Comments count, too: somebody had a reason
 * for them.
 */
export function lineNaming(table: string, path: string, signature: Signature): string | undefined {
  const names = namesInTable(path, signature);
  return table.split('\n').find((line) => line.split(/\s+/).some((word) => names.includes(word)));
}

/** True if a text - a list of swap files, of arrays, of pools - names the device: `/dev/sdb1`, `sdb1[0]`, `sdb1`. */
export const names = (text: string, name: string): boolean =>
  text.split(/\s+/).some((word) => word.replace(/^\/dev\//, '').replace(/\[\d+\](\([A-Z]\))*$/, '') === name);
