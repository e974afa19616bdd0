import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import type { Client } from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../lab.ts';
import { logIn, runOn, testLab } from '../lab.test-support.ts';

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
    ['printf \'a b\\n\\nlast\' | while read line; do echo "<$line>"; done', 0, '<a b>\n<>\n', ''],
    ["printf 'one' | { read line; echo $? $line; }", 0, '1 one\n', ''],
    ['command -v dd', 0, '/usr/bin/dd\n', ''],
    ['command -v vxdump', 1, '', ''],
    ['uname -s -n', 0, 'SunOS node3\n', ''],
    ['hostname', 0, 'node3\n', ''],
    ['NAME="a b"; echo $NAME "$NAME"', 0, 'a b a b\n', ''],
    ['(cd /tmp; pwd); pwd', 0, '/tmp\n/root\n', ''],
    ['{ echo one; nothing; } 2>&1 | cat', 0, 'one\nsh: nothing: not found\n', ''],
    ['(exit 3) || echo $?', 0, '3\n', ''],
    ['true; (exit 3); echo $?; :; echo $?', 0, '3\n0\n', ''],
    ['if test -d /nowhere; then echo no; elif test -d /tmp; then echo yes; else echo no; fi', 0, 'yes\n', ''],
    ['if false; then echo no; fi', 0, '', ''],
    ['until test -d /tmp/l; do mkdir /tmp/l && echo made; done; rmdir /tmp/l', 0, 'made\n', ''],
    ['while test -d /nowhere; do echo no; done; echo $?', 0, '0\n', ''],
    ['for x in 1 "2 3"; do echo "<$x>"; done > /tmp/for; cat < /tmp/for', 0, '<1>\n<2 3>\n', ''],
    ['exec > /tmp/all 2>&1; echo in; nothing; exec true; echo no', 0, '', ''],
    ['cat /tmp/all', 0, 'in\nsh: nothing: not found\n', ''],
    ["exec echo one; echo 'not reached'", 0, 'one\n', ''],
    [`sh -c 'echo $0 $1 "$@" $#' name a 'b c'`, 0, 'name a a b c 2\n', ''],
    [`sh -c 'shift; echo "$@"' name a b`, 0, 'b\n', ''],
    ["A=1; B=2; export B; sh -c 'echo [$A] [$B]'", 0, '[] [2]\n', ''],
    ["A=1 sh -c 'echo $A'; env A=2 sh -c 'echo $A'", 0, '1\n2\n', ''],
    [`echo 'echo $0 $1; exit 4' > /tmp/run; sh /tmp/run a`, 4, '/tmp/run a\n', ''],
    ['sh /tmp/nothing', 2, '', 'sh: /tmp/nothing: cannot open\n'],
    ["echo 'echo from the input' | sh", 0, 'from the input\n', ''],
    ['umask 077 && umask 9', 1, '', 'sh: 9: bad number\n'],
    ["trap '' HUP 15; trap - TERM", 0, '', ''],
    ["trap 'echo no' 0", 1, '', 'sh: trap: commands are not part of the lab\n'],
    ['echo x > /nowhere/x; echo $?', 0, '1\n', 'sh: /nowhere/x: cannot create\n'],
    ['cat < /nowhere; echo $?', 0, '1\n', 'sh: /nowhere: cannot open\n'],
    ['echo 7 > /tmp/a.status; echo 8 > /tmp/b.status; cat /tmp/*.status', 0, '7\n8\n', ''],
    ['echo /tmp/*.none "/tmp/*"', 0, '/tmp/*.none /tmp/*\n', ''],
    ['nohup echo kept; setsid echo own', 0, 'kept\nown\n', ''],
    ['nohup nothing', 127, '', 'sh: nothing: not found\n'],
    ['true &\n\nwait', 0, '', ''],
    ['if true; then echo; else', 2, '', "sh: syntax error at line 1: `end of file' unexpected\n"],
    ['echo 1;\n(echo 2; }', 2, '', "sh: syntax error at line 2: `}' unexpected\n"],
    ['echo $(id)', 2, '', 'sh: command substitution is not part of the lab\n'],
  ])('%s', async (line, status, stdout, stderr) => {
    expect(await said(line)).toEqual([status, stdout, stderr]);
  });

  test('reads its standard input', async () => {
    expect(await said('cat', 'from the client')).toEqual([0, 'from the client', '']);
  });
});

/** Scripts of lists, pipes, groups, subshells, if and for, around commands that show which of them ran. */
const scripts = fc.letrec<Record<'list' | 'command', string>>((tie) => ({
  list: fc
    .array(fc.tuple(tie('command'), fc.constantFrom('; ', ' && ', ' || ', ' | ', '\n')), {
      minLength: 1,
      maxLength: 3,
    })
    .map((parts) => parts.map(([text, joint], index) => (index > 0 ? joint + text : text)).join('')),
  command: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('true', 'false', '(exit 3)', 'echo $?', 'x=$?', 'echo "<$x>"', 'exit 4', 'cd /tmp'),
    tie('list').map((list) => `{ ${list}; }`),
    tie('list').map((list) => `(${list})`),
    tie('list').map((list) => `for y in 1 2; do ${list}; done`),
    fc
      .tuple(tie('list'), tie('list'), tie('list'))
      .map(([first, second, third]) => `if ${first}; then ${second}; else ${third}; fi`),
  ),
}));

test('scripts run as in a real shell', async () => {
  const answers = fc.asyncProperty(scripts.list, async (script) => {
    const real = spawnSync('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [status, stdout] = await said(script);
    expect([script, status, stdout]).toEqual([script, real.status, real.stdout.toString('utf8')]);
  });
  await fc.assert(answers, { numRuns: 30 });
});

describe('mkdir', () => {
  test('of many at once exactly one creates the directory', async () => {
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

describe('files', () => {
  test.each<[string, number, string, string]>([
    ['printf one > /tmp/f; mv /tmp/f /tmp/g; cat /tmp/g; test -f /tmp/f', 1, 'one', ''],
    ['mkdir /tmp/d; mv /tmp/g /tmp/d; mv /tmp/d /tmp/e; ls /tmp/e', 0, 'g\n', ''],
    ['mv /tmp/none /tmp/x', 2, '', 'mv: cannot rename /tmp/none to /tmp/x: No such file or directory\n'],
    [
      'printf "a\\nb\\nc\\n" > /tmp/t; head -n 2 /tmp/t; tail -1 /tmp/t; tail -n 9 /tmp/t',
      0,
      'a\nb\nc\na\nb\nc\n',
      '',
    ],
    ['printf abcdef | head -c 4; printf abcdef | tail -c 2', 0, 'abcdef', ''],
    ['printf "a\\nb" | tail -n 1', 0, 'b', ''],
    ['tail -n 5 /tmp/none', 1, '', 'tail: /tmp/none: No such file or directory\n'],
    ['wc -c < /tmp/t; wc -l /tmp/t', 0, '       6\n       3 /tmp/t\n', ''],
    ['echo a | tee -a /tmp/u /tmp/v; echo b | tee -a /tmp/u > /dev/null; cat /tmp/u', 0, 'a\na\nb\n', ''],
    ['echo a | tee /nowhere/x', 1, 'a\n', 'tee: /nowhere/x: No such file or directory\n'],
    ['sync', 0, '', ''],
  ])('%s', async (line, status, stdout, stderr) => {
    expect(await said(line)).toEqual([status, stdout, stderr]);
  });
});

describe('devices', () => {
  test('disks are listed by their slices, those alone that the host sees', async () => {
    const [, raw] = await said('ls /dev/rdsk');
    const names = raw.trim().split('\n');
    expect([...new Set(names.map((name) => name.replace(/s[0-7]$/, '')))]).toEqual([
      'c0t0d0',
      'c1t1d11',
      'c1t1d12',
      'c1t1d14',
      'c1t1d15',
      'c1t1d17',
      'c1t1d3',
      'c1t1d6',
      'c2t0d0',
    ]);
    expect((await said('ls /dev/dsk'))[1]).toBe(raw);
    expect((await said('ls -l /dev/rdsk/c1t1d3s2'))[1]).toMatch(/^crw.* \/dev\/rdsk\/c1t1d3s2\n$/);
    expect((await said('test -c /dev/rdsk/c1t1d1s2'))[0]).toBe(1);
  });

  test('a drive has its letters', async () => {
    expect((await said('ls /dev/rmt'))[1].split('\n')).toEqual(expect.arrayContaining(['0', '0n', '0cbn']));
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

  test('sha256sum prints SHA-256 and a name', async () => {
    const hash = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(await said('printf abc > /tmp/abc; sha256sum < /tmp/abc; sha256sum /tmp/abc')).toEqual([
      0,
      `${hash}  -\n${hash}  /tmp/abc\n`,
      '',
    ]);
  });

  test('digest prints SHA-256', async () => {
    expect(await said('printf abc | digest -a sha256')).toEqual([
      0,
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n',
      '',
    ]);
  });
});
