/** What an administrator does if a rule does not hold. Rule -> remedy. */
import { phrase } from '../../../contract/text/say.ts';

const remedies: Readonly<Record<string, string>> = {
  'proxy-joined': phrase(
    'run shadowtape runs and shadowtape runs status:3 to find a run that left it parted; resume it or roll it back. If there is none, find out who parted it. Before a rejoin, check with sdxinfo that no backup server has a shadow of it',
  ),
  'proxy-slices-in-sync': phrase(
    'COPY: wait for the copy to finish. Any other status: repair the slice, see "Slice Status Abnormality" in the GDS guide',
  ),
  'proxy-disks-enabled': phrase(
    'see "Disk Status Abnormality" in the GDS guide; run the backup when the disk is ENABLE again',
  ),
  'statuses-known': phrase(
    'look up the status in the GDS guide. If it is a normal one, report it, and run the backup when sdxinfo shows another status',
  ),
  'shadowable-type': phrase(
    'a proxy can be shadowed only in a mirror group or on a single disk; back up this one on the cluster',
  ),
  'shadowable-members': phrase(
    'a mirror of plain disks, or of stripe or concat groups of plain disks, can be shadowed; back up this one on the cluster',
  ),
  'shadowable-blocks-before': phrase(
    'run sdxinfo -V to see what is before the proxy in its group; back up this one on the cluster',
  ),
  'stripe-width': phrase(
    'compare the widths with sdxinfo -G -e long on both sides; jobs.JOB.shadow.stripeWidth in the site file sets the width',
  ),
  'stand-in-first-block': phrase('something else is before it on the backup server; nothing was dumped'),
  'stand-in-size': phrase(
    'a stand-in has the size of what it replaces; compare sdxinfo -V on both sides; nothing was dumped',
  ),
  'no-shadow-objects': phrase(
    'a shadow of another run or another cluster still exists: find out whose it is, then remove it (GDS guide 6.6.3.7, step 7)',
  ),
  'shadow-not-seen': phrase(
    'run sdxinfo on the backup server. If it shows a shadow, find out whose it is, then remove it (GDS guide 6.6.3.7, step 7). If it fails, or prints nothing although objects exist, check /var/opt/FJSVsdx/msglog/sdxservd.log there',
  ),
  'disk-identity': phrase(
    'correct jobs.JOB.shadow.disks: on the backup server, each device must be the disk with this name on the cluster',
  ),
  'services-mounted-once': phrase(
    'no node: mount the file system where its services run, or set services: not-needed if none uses the volume. Several nodes: a shared file system needs the commands of each node (services.nodes); any other must be unmounted on all nodes but one',
  ),
  'services-not-moved': phrase(
    'the services moved to another node during the run: run again when the cluster is at rest, or set the cluster application to maintenance mode for the backup',
  ),
  'nothing-mounted': phrase('unmount it on the backup server when nobody uses it'),
  'proxy-parted': phrase('check the proxy with sdxinfo -V -e long on every primary node'),
  'proxy-stopped': phrase(
    'a stopped volume starts again when its node reboots. If that node rebooted, wait until it is up, then run again',
  ),
  'proxy-not-mounted': phrase(
    'unmount the proxy on that node, stop it there (GDS guide 6.6.3.7, step 3-5), then run again: data written to it is in no backup',
  ),
  'proxy-slices': phrase('repair the slice, see "Slice Status Abnormality" in the GDS guide, then run again'),
  'proxy-copying': phrase('see "Slice Status Abnormality" in the GDS guide'),
  'disk-names': phrase(
    'give each disk the name that it has on the cluster: jobs.JOB.shadow.disks in the site file',
  ),
  'disk-devices': phrase(
    'compare jobs.JOB.shadow.disks in the site file with the devices of the backup server',
  ),
  'device-sizes': phrase(
    'the device in the site file is a different disk: compare its serial number on both sides',
  ),
  'first-block': phrase('something else is before the volume on the backup server; nothing was dumped'),
  'shadow-active': phrase(
    'find out why the backup server does not show the volume ACTIVE and its disks ENABLE; see "Disk Status Abnormality" in the GDS guide; nothing was dumped',
  ),
  'shadow-writable': phrase('find out what else uses the volume on the backup server; nothing was dumped'),
  'same-boot': phrase(
    'a reboot removes every shadow: find out why the backup server rebooted, then run again when it is up',
  ),
  'nothing-else': phrase(
    'find out who else works in that class on the backup server; a shadow class belongs to one run only',
  ),
  'master-valid': phrase(
    'COPY: wait for the copy to finish. INVALID: the joined proxy may hold the newest data, so it is not overwritten; docs/restore.md, "A master that is lost", has the way by hand',
  ),
  'master-stopped': phrase(
    'find out who started the master, or why it cannot be stopped; nothing was copied to it. Then restore again',
  ),
  'other-proxies-parted': phrase(
    'part the other proxies of this master first: a joined proxy follows its master',
  ),
  'disks-proven': phrase(
    'compare the serial numbers on both hosts (Solaris: iostat -En, Linux: lsblk -o NAME,WWN,SERIAL) and correct jobs.JOB.shadow.disks; without serial numbers a volume is not restored by this program',
  ),
  'proxy-rejoined': phrase(
    'check the pair with sdxinfo -V -e long on every primary node; docs/restore.md shows the ways on',
  ),
  'master-active': phrase(
    'start the master with sdxvolume -N on the nodes where it was active: it is restored and proven',
  ),
  mounted: phrase(
    'check the output of mount in the journal, and whether something else is mounted there; nothing was dumped',
  ),
};

const otherwise = phrase('compare what sdxinfo shows on both sides; nothing was dumped');

/** @param rule the rule's id */
export function remedyOf(rule: string): string {
  return remedies[rule] ?? otherwise;
}

/** Remedies that name no command of the command line. Rule -> remedy. */
const withoutCommands: Readonly<Record<string, string>> = {
  'proxy-joined': phrase(
    'a run that was interrupted or needs action may have left it parted: find it in the history, and resume it or roll it back. If there is none, find out who parted it. Before a rejoin, check with sdxinfo that no backup server has a shadow of it',
  ),
};

/** The same, for a screen. @param rule the rule's id */
export const remedyOnScreen = (rule: string): string => withoutCommands[rule] ?? remedyOf(rule);

/** Rules whose remedy is the same before the verification and after it: nobody else has changed the shadow. */
const withoutRival = new Set(['same-boot']);

const findRival = phrase(
  'find out who else works on the shadow class on the backup server, then run again when it is free',
);

/** What an administrator does about a shadow that is no longer as it was verified. @param rule the rule's id */
export function remedyOfChange(rule: string): string {
  return withoutRival.has(rule) ? remedyOf(rule) : findRival;
}
