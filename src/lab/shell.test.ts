import type { Client } from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from './lab.ts';
import { logIn, runOn, testLab } from './lab.test-support.ts';

let lab: Lab;
let end: () => Promise<void>;
let client: Client;

beforeAll(async () => {
  ({ lab, end } = await testLab());
  client = await logIn(lab, 'node3');
});
afterAll(async () => {
  client.end();
  await end();
});

async function said(line: string, input = ''): Promise<[number | undefined, string, string]> {
  const { status, stdout, stderr } = await runOn(client, line, input);
  return [status, stdout.toString('utf8'), stderr];
}

describe('a command line', () => {
  test.each<[string, number, string, string]>([
    ['echo one; echo two', 0, 'one\ntwo\n', ''],
    ['false && echo no', 1, '', ''],
    ['false || echo yes', 0, 'yes\n', ''],
    ['false; echo $?', 0, '1\n', ''],
    ['cd /var/tmp && pwd', 0, '/var/tmp\n', ''],
    ['cd /nowhere && pwd', 1, '', 'sh: /nowhere: does not exist\n'],
    ["echo 'a  b' | cat | tee /tmp/kept", 0, 'a  b\n', ''],
    ['cat /tmp/kept', 0, 'a  b\n', ''],
    ['echo late >> /tmp/kept; cat < /tmp/kept', 0, 'a  b\nlate\n', ''],
    ['nothing 2>&1', 127, 'sh: nothing: not found\n', ''],
    ['/usr/bin/nothing', 127, '', 'sh: /usr/bin/nothing: not found\n'],
    ["echo 'open", 2, '', "sh: syntax error at line 1: `'' unmatched\n"],
    ["LC_ALL=C /usr/bin/printf '%s=%d\\n' a 1 b 2", 0, 'a=1\nb=2\n', ''],
    ["sh -c 'cd /tmp; pwd'; pwd", 0, '/tmp\n/root\n', ''],
    ['exit 7; echo no', 7, '', ''],
    ['command -v dd', 0, '/usr/bin/dd\n', ''],
    ['command -v vxdump', 1, '', ''],
    ['uname -s -n', 0, 'SunOS node3\n', ''],
    ['hostname', 0, 'node3\n', ''],
  ])('%s', async (line, status, stdout, stderr) => {
    expect(await said(line)).toEqual([status, stdout, stderr]);
  });

  test('reads its standard input', async () => {
    expect(await said('cat', 'from the client')).toEqual([0, 'from the client', '']);
  });
});

describe('mkdir', () => {
  test('of many at once exactly one makes the directory', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => said('mkdir /var/tmp/lock')));
    expect(all.filter(([status]) => status === 0)).toHaveLength(1);
    expect(all.find(([status]) => status !== 0)).toEqual([
      2,
      '',
      'mkdir: Failed to make directory "/var/tmp/lock"; File exists\n',
    ]);
    expect(await said('rmdir /var/tmp/lock')).toEqual([0, '', '']);
  });

  test('with -p makes what is missing, and rm -r removes it', async () => {
    expect(await said('mkdir -p /var/tmp/a/b && echo x > /var/tmp/a/b/owner && ls /var/tmp/a/b')).toEqual([
      0,
      'owner\n',
      '',
    ]);
    expect(await said('rmdir /var/tmp/a')).toEqual([
      2,
      '',
      'rmdir: directory "/var/tmp/a": Directory not empty\n',
    ]);
    expect(await said('rm -r /var/tmp/a; test -d /var/tmp/a')).toEqual([1, '', '']);
  });
});

describe('test', () => {
  test.each([
    ['test -d /var/tmp', 0],
    ['[ -d /var/nothing ]', 1],
    ['test -f /etc/mnttab', 0],
    ['test -c /dev/rmt/0n', 0],
    ['test -e /dev/sfdsk/Class2/rdsk/Volume2', 1],
    ['test ! -z x', 0],
    ['[ a = b ]', 1],
  ])('%s', async (line, status) => {
    expect((await said(line))[0]).toBe(status);
  });
});

describe('digests', () => {
  test('cksum prints the POSIX checksum', async () => {
    // the value that POSIX cksum gives for these nine bytes
    expect(await said('printf 123456789 | cksum')).toEqual([0, '930766865\t9\n', '']);
  });

  test('digest prints SHA-256', async () => {
    expect(await said('printf abc | digest -a sha256')).toEqual([
      0,
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n',
      '',
    ]);
  });
});
