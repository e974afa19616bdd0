/** Who owns a device, according to its first bytes: data that is in use without being mounted or listed on this host. Pure. */
import { phrase } from '../../../contract/text/say.ts';

/** Of a device. The label that ZFS writes to the beginning of each of its devices is as long. */
export const headBytes = 262_144;

/** Each disk of Oracle ASM begins with a block header of 32 bytes, and this word (kfdhdb.driver.provstr, as kfed prints it). */
const asm = { at: 32, word: Buffer.from('ORCLDISK') };

/** An array of uberblocks, each with this number at its beginning, in the byte order of the host that wrote it (ZFS On-Disk Specification, 1.3). */
const zfs = { from: 131_072, every: 1024, magic: 0x00bab10cn };

function hasUberblock(head: Buffer): boolean {
  for (let at = zfs.from; at + 8 <= head.length; at += zfs.every)
    if (head.readBigUInt64BE(at) === zfs.magic || head.readBigUInt64LE(at) === zfs.magic) return true;
  return false;
}

/** @param head the first bytes of a device @returns undefined if they show no owner */
export function ownerOf(head: Buffer): string | undefined {
  if (head.subarray(asm.at, asm.at + asm.word.length).equals(asm.word)) return phrase('Oracle ASM');
  return hasUberblock(head) ? phrase('ZFS') : undefined;
}
