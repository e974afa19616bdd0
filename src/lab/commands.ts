import type { Command } from './command-call.ts';
import { dd } from './command-dd.ts';
import { cksum, digest } from './command-digest.ts';
import { cat, ls, mkdir, rm, rmdir, tee, test } from './command-files.ts';
import { fsck, mount, umount } from './command-mount.ts';
import { mt } from './command-mt.ts';
import { sfxdump, ufsdump } from './command-dump.ts';
import { sfxrestore, ufsrestore } from './command-restore.ts';
import { sdxinfo, sdxproxy, sdxvolume } from './command-sdx.ts';
import { sfxadm } from './command-sfxadm.ts';
import { sdxshadowdisk, sdxshadowgroup, sdxshadowvolume } from './command-sdxshadow.ts';
import { date, echo, hostname, id, no, printf, pwd, sleep, uname, yes } from './command-small.ts';
import { tar } from './command-tar.ts';

/** `command -v NAME`: where a command lies, exit status 1 where it is not there. */
const command: Command = async (call) => {
  const name = call.argv[1] === '-v' ? call.argv[2] : undefined;
  const { faults } = call.machine.world;
  if (name === undefined || !commands.has(name)) return 1;
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
    hostname,
    id,
    ls,
    mkdir,
    mount,
    mt,
    printf,
    pwd,
    rm,
    rmdir,
    sdxinfo,
    sdxproxy,
    sdxshadowdisk,
    sdxshadowgroup,
    sdxshadowvolume,
    sdxvolume,
    sfxadm,
    sfxdump,
    sfxrestore,
    sleep,
    tar,
    tee,
    test,
    true: yes,
    ufsdump,
    ufsrestore,
    umount,
    uname,
  }),
);
