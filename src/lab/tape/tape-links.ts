/** The targets of those names of the lab's drive that are links. */

const serialName = 'scsi-35000e11100a00001';
const pathName = 'pci-0000:03:00.0-sas-0x5000e11100a00001-lun-0';

/** Links that udev makes on Linux (60-persistent-storage-tape.rules): name -> device of the kernel. */
const linuxLinks: ReadonlyMap<string, string> = new Map(
  [`by-id/${serialName}`, `by-path/${pathName}`].flatMap((name): [string, string][] => [
    [`/dev/tape/${name}`, '/dev/st0'],
    [`/dev/tape/${name}-nst`, '/dev/nst0'],
  ]),
);

/** The kernel's device that a persistent name of Linux leads to; the path itself where it is no such name. */
export const kernelDevice = (path: string): string => linuxLinks.get(path) ?? path;

/** What `ls -l` shows after a name of the drive on Solaris: the node of st(7D), with its density and manner as the minor name. */
export function solarisLink(path: string): string | undefined {
  const minor = /^\/dev\/rmt\/0([lmhuc]?b?n?)$/.exec(path)?.[1];
  return minor === undefined ? undefined : `../../devices/pci@1f,4000/scsi@3/st@5,0:${minor}`;
}
