import { platformOf } from '../gds/lab-model.ts';
import type { Platform } from '../gds/lab-model.ts';
import type { Command } from '../hosts/command-call.ts';
import { sgLogs } from './drive/command-sg-logs.ts';
import { dd } from './command-dd.ts';
import { cksum, digest, sha256sum } from './command-digest.ts';
import { cat, ls, mkdir, mkfifo, mv, readlink, rm, rmdir, tee, test } from './command-files.ts';
import { fsck, mount, umount } from './command-mount.ts';
import { prtvtoc, swap } from './command-disk.ts';
import { mt } from './command-mt.ts';
import { mtx } from './command-mtx.ts';
import { mkfs, newfs } from './command-newfs.ts';
import { dump, sfxdump, ufsdump } from './command-dump.ts';
import {
  dumpe2fs,
  fsckExt3,
  lsblk,
  mountOfLinux as mountOfLinux,
  umountOfLinux as umountOfLinux,
} from './command-linux.ts';
import { rmt } from './command-rmt.ts';
import { restore, sfxrestore, ufsrestore } from './command-restore.ts';
import { fuser, kill, ps } from './command-process.ts';
import { sdxinfo, sdxproxy, sdxvolume } from './command-sdx.ts';
import { sfxadm } from './command-sfxadm.ts';
import { sdxshadowdisk, sdxshadowgroup, sdxshadowvolume } from './command-sdxshadow.ts';
import {
  date,
  df,
  echo,
  hostid,
  hostname,
  id,
  iostat,
  kstat,
  no,
  printf,
  pwd,
  sleep,
  uname,
  who,
  yes,
} from './command-small.ts';
import { tar } from './command-tar.ts';
import { head, tail, wc } from './command-text.ts';

/** Programs that hand their process over to others; the shell runs them itself. */
const otherPrograms = ['env', 'nohup', 'pfexec', 'setsid', 'sh', 'sudo'];

/** `command -v NAME`: the path of a command, exit status 1 if it does not exist. */
const command: Command = async (call) => {
  const name = call.argv[1] === '-v' ? call.argv[2] : undefined;
  const { faults, model } = call.machine.world;
  if (name === undefined || !isInstalled(name, platformOf(model))) return 1;
  if (faults.forCommand(call.machine.node, [name], ['not-found'])) return 1;
  await call.output.write(`/usr/bin/${name}\n`);
  return 0;
};

/** Every command that is installed on the hosts of a Solaris lab. */
const commandsOfSolaris: ReadonlyMap<string, Command> = new Map<string, Command>(
  Object.entries({
    '[': test,
    cat,
    cksum,
    command,
    date,
    dd,
    df,
    digest,
    echo,
    false: no,
    fsck,
    fuser,
    head,
    hostid,
    hostname,
    id,
    iostat,
    kill,
    kstat,
    ls,
    mkdir,
    mkfifo,
    mkfs,
    mount,
    mt,
    mv,
    mtx,
    newfs,
    printf,
    prtvtoc,
    ps,
    pwd,
    rm,
    rmdir,
    rmt,
    '/etc/rmt': rmt,
    sdxinfo,
    sdxproxy,
    sdxshadowdisk,
    sdxshadowgroup,
    sdxshadowvolume,
    sdxvolume,
    sfxadm,
    sfxdump,
    sfxrestore,
    sg_logs: sgLogs,
    sha256sum,
    sleep,
    swap,
    sync: yes,
    tail,
    tar,
    tee,
    test,
    true: yes,
    ufsdump,
    ufsrestore,
    umount,
    uname,
    wc,
    who,
  }),
);

/** Commands that Linux does not have: Solaris' own, and those of file systems that it lacks. */
const notOnLinux = new Set(
  'digest fsck fuser iostat kstat mkfs newfs prtvtoc swap sfxadm sfxdump sfxrestore ufsdump ufsrestore /etc/rmt'.split(
    ' ',
  ),
);

const commandsOfLinux: ReadonlyMap<string, Command> = new Map([
  ...[...commandsOfSolaris].filter(([name]) => !notOnLinux.has(name)),
  ...Object.entries({
    dump,
    dumpe2fs,
    'fsck.ext3': fsckExt3,
    lsblk,
    mount: mountOfLinux,
    readlink,
    restore,
    umount: umountOfLinux,
  }),
]);

/** Every command that is installed on the hosts of a lab. */
export const commandsOn = (platform: Platform): ReadonlyMap<string, Command> =>
  platform === 'linux' ? commandsOfLinux : commandsOfSolaris;

const isInstalled = (name: string, platform: Platform): boolean =>
  commandsOn(platform).has(name) || otherPrograms.includes(name);

/** True for what runs as a program, by its name or its path: a fault can affect it. The shell's builtins are not. */
export function isProgram(name: string, platform: Platform = 'solaris'): boolean {
  return isInstalled(name.replace(/^(\/usr)?\/s?bin\//, ''), platform);
}
