import type { Command } from '../hosts/command-call.ts';
import { dd } from './command-dd.ts';
import { cksum, digest, sha256sum } from './command-digest.ts';
import { cat, ls, mkdir, mkfifo, mv, rm, rmdir, tee, test } from './command-files.ts';
import { fsck, mount, umount } from './command-mount.ts';
import { mt } from './command-mt.ts';
import { mtx } from './command-mtx.ts';
import { sfxdump, ufsdump } from './command-dump.ts';
import { rmt } from './command-rmt.ts';
import { sfxrestore, ufsrestore } from './command-restore.ts';
import { kill, ps } from './command-process.ts';
import { sdxinfo, sdxproxy, sdxvolume } from './command-sdx.ts';
import { sfxadm } from './command-sfxadm.ts';
import { sdxshadowdisk, sdxshadowgroup, sdxshadowvolume } from './command-sdxshadow.ts';
import {
  date,
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
const otherPrograms = ['env', 'nohup', 'setsid', 'sh'];

/** `command -v NAME`: where a command lies, exit status 1 where it is not there. */
const command: Command = async (call) => {
  const name = call.argv[1] === '-v' ? call.argv[2] : undefined;
  const { faults } = call.machine.world;
  if (name === undefined || !(commands.has(name) || otherPrograms.includes(name))) return 1;
  if (faults.forCommand(call.machine.node, [name], ['not-found'])) return 1;
  await call.output.write(`/usr/bin/${name}\n`);
  return 0;
};

/** Every command that is installed on the lab's hosts. */
export const commands: ReadonlyMap<string, Command> = new Map<string, Command>(
  Object.entries({
    '[': test,
    cat,
    cksum,
    command,
    date,
    dd,
    digest,
    echo,
    false: no,
    fsck,
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
    mount,
    mt,
    mv,
    mtx,
    printf,
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
    sha256sum,
    sleep,
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

/** True for what runs as a program, by its name or its path: a fault can meet it. What the shell does by itself is none. */
export function isProgram(name: string): boolean {
  const plain = name.replace(/^(\/usr)?\/s?bin\//, '');
  return commands.has(plain) || otherPrograms.includes(plain);
}
