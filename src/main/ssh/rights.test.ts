import { describe, expect, it } from 'vitest';
import { isUnknownToSudo, needsRights, refusalOf, withRights } from './rights.ts';

const words = (line: string) => line.split(' ');
const needs = (line: string) => needsRights(words(line));

describe('rights of commands', () => {
  it.each([
    'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
    'sdxinfo -DGSV',
    'mount -t ext3 -o ro /dev/sfdsk/Class2/dsk/Volume2 /mnt1',
    'mt -f /dev/nst0 rewind',
    'dd ibs=262144 obs=32768 of=/dev/nst0',
    'dd if=/dev/sfdsk/Class2/rdsk/Volume2 of=/dev/null bs=512 count=1',
    'dd bs=32768',
    'kill -TERM 4711',
    'cat /proc/4711/io',
    'cat /etc/shadow',
    'cksum /export/image',
    'mkdir /mnt1',
    'rm -rf /mnt1',
    'rm -rf /var/tmp/shadowtape-x/../../../etc',
    'ls -d /mnt1',
    'sh -c script sh /dev/sfdsk/Class2/rdsk/Volume2',
    'a-command-of-the-site start',
  ])('%s needs the rights of an administrator', (line) => {
    expect(needs(line)).toBe(true);
    expect(withRights(words(line), 'sudo').join(' ')).toBe(`sudo -n ${line}`);
    expect(withRights(words(line), 'pfexec').join(' ')).toBe(`pfexec ${line}`);
    expect(withRights(words(line))).toEqual(words(line));
  });

  it.each([
    'true',
    'uname -s',
    'command -v sdxinfo',
    'ps -o pid,ppid,args -p 1',
    'cat /proc/mounts',
    'ls /var/tmp',
    'ls -R /dev/sfdsk',
    'mkdir /var/tmp/shadowtape-Class1.lock',
    'rm -rf /var/tmp/shadowtape-20261128-171000-volume2.Volume2.dump.work',
    'dd if=/var/tmp/shadowtape-x.work/samples bs=32768 skip=0 count=32',
    'dd if=/dev/zero bs=1048576 count=8',
    'cksum',
    'sh -c script shadowtape text',
  ])('%s runs as the login', (line) => {
    expect(needs(line)).toBe(false);
    expect(withRights(words(line), 'sudo')).toEqual(words(line));
  });

  it('a command of the site file that begins with sudo is sent as it is', () => {
    const line = words('/usr/bin/sudo -u oracle /app/stop');
    expect(withRights(line, 'sudo')).toEqual(line);
  });

  it.each([
    'sudo: a password is required\n',
    'sudo: a terminal is required to read the password; either use the -S option to read from standard input\nsudo: a password is required\n',
    'sudo: sorry, you must have a tty to run sudo\n',
    "Sorry, user backup is not allowed to execute '/usr/bin/dd if=/dev/sda' as root on node3.\n",
    'Sorry, user backup may not run sudo on node3.\n',
    'backup is not in the sudoers file.\n',
  ])('sudo refuses: %s', (stderr) => {
    expect(refusalOf(stderr)).toBe(stderr.split('\n')[0]);
  });

  it('what a command says is no refusal of sudo', () => {
    expect(refusalOf('dd: error reading /dev/st0: Input/output error\n')).toBeUndefined();
    expect(refusalOf('mount: /mnt1: permission denied.\n')).toBeUndefined();
    expect(isUnknownToSudo('sudo: sdxinfo: command not found\n')).toBe(true);
    expect(isUnknownToSudo('sh: sdxinfo: not found\n')).toBe(false);
  });
});
