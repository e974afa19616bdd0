/** What an administrator does about a rule that does not hold. Rule -> remedy. */
const remedies: Readonly<Record<string, string>> = {
  'proxy-joined':
    'see with shadowtape runs whether a run was interrupted, and with shadowtape runs status:3 whether one left it parted: resume it or roll it back; otherwise find out who parted it, and make sure with sdxinfo that no backup server has a shadow of it, before anybody joins it again',
  'proxy-slices-in-sync':
    'COPY: wait until the copy has ended; anything else: repair the slice, see "Slice Status Abnormality" in the GDS guide',
  'proxy-disks-enabled':
    'see "Disk Status Abnormality" in the GDS guide; back up when the disk is ENABLE again',
  'statuses-known':
    'look the word up in the GDS guide; when it is a good one, report it, and back up once sdxinfo shows another',
  'shadowable-type':
    'a proxy that can be shadowed lies in a mirror group or on a single disk; back this one up on the cluster',
  'shadowable-members':
    'a mirror of plain disks, or of stripe or concat groups of plain disks, can be shadowed; back this one up on the cluster',
  'shadowable-blocks-before':
    'look with sdxinfo -V at what lies before the proxy in its group; back this one up on the cluster',
  'stripe-width':
    'compare the widths with sdxinfo -G -e long on both sides; jobs.JOB.shadow.stripeWidth in the site file says what is built',
  'stand-in-first-block': 'something else lies before it on the backup server; nothing was dumped',
  'stand-in-size':
    'a stand-in is as long as what it stands in for; see what sdxinfo -V shows on both sides; nothing was dumped',
  'no-shadow-objects':
    'a shadow of another run, or of another cluster, is still there: find out whose it is, then remove it (GDS guide 6.6.3.7, step 7)',
  'shadow-not-seen':
    'run sdxinfo on the backup server; where it shows a shadow, find out whose it is, then remove it (GDS guide 6.6.3.7, step 7); where it fails or prints nothing although objects exist, look in /var/opt/FJSVsdx/msglog/sdxservd.log there',
  'disk-identity':
    'correct jobs.JOB.shadow.disks: each device must be, on the backup server, the disk that has this name on the cluster',
  'nothing-mounted': 'unmount it on the backup server, once nobody uses it',
  'proxy-parted': 'look at the proxy with sdxinfo -V -e long on every primary node',
  'proxy-stopped':
    'a stopped volume starts again when its node reboots: see whether that node did, and run again when it is up',
  'proxy-not-mounted':
    'unmount the proxy on that node, stop it there (GDS guide 6.6.3.7, step 3-5), and run again: what was written to it belongs to no backup',
  'proxy-slices': 'repair the slice, see "Slice Status Abnormality" in the GDS guide, and run again',
  'proxy-copying': 'see "Slice Status Abnormality" in the GDS guide',
  'disk-names':
    'register each disk under the name that it has on the cluster: jobs.JOB.shadow.disks in the site file',
  'disk-devices': 'compare jobs.JOB.shadow.disks in the site file with the devices of the backup server',
  'device-sizes': 'the device of the site file is another disk: compare its serial number on both sides',
  'first-block': 'something else lies before the volume on the backup server; nothing was dumped',
  'shadow-active':
    'see why the backup server does not show the volume ACTIVE and its disks ENABLE; "Disk Status Abnormality" in the GDS guide; nothing was dumped',
  'shadow-writable': 'see what else on the backup server uses the volume; nothing was dumped',
  'same-boot':
    'a reboot removes every shadow: find out why the backup server was rebooted, and run again when it is up',
  'nothing-else':
    'find out who else works in that class on the backup server; a shadow class belongs to one run alone',
  mounted:
    'see what mount printed in the journal, and whether something else is mounted there; nothing was dumped',
};

const otherwise = 'compare what sdxinfo shows on both sides; nothing was dumped';

/** @param rule the rule's id */
export function remedyOf(rule: string): string {
  return remedies[rule] ?? otherwise;
}

/** Rules whose remedy is the same before the verification and after it: nobody else has changed the shadow. */
const withoutRival = new Set(['same-boot']);

const findRival =
  'find out who else works on the shadow class on the backup server, and run again when it is free';

/** What an administrator does about a shadow that is no longer as it was verified. @param rule the rule's id */
export function remedyOfChange(rule: string): string {
  return withoutRival.has(rule) ? remedyOf(rule) : findRival;
}
