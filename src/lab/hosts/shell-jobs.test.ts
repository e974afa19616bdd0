import type { Client } from 'ssh2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openLab } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { logIn, makeShadow, mustRun, partProxy, runOn, testLab } from '../lab.test-support.ts';

let lab: Lab;
let end: () => Promise<void>;
let client: Client;

const work = '/var/tmp/work';
const volume = '/dev/sfdsk/Class2/rdsk/Volume2';

beforeAll(async () => {
  ({ lab, end } = await testLab());
  await partProxy(lab);
  await makeShadow(lab);
});
afterAll(() => end());
beforeEach(async () => {
  client = await logIn(lab, 'node3');
  client.on('error', () => undefined);
  await said(`mkdir ${work}; mkfifo ${work}/go ${work}/begun ${work}/data ${work}/copy ${work}/written`);
});
afterEach(async () => {
  for (const spec of lab.faults.list()) lab.faults.clear(spec);
  await mustRun(lab, 'node3', `rm -rf ${work}`);
  client.end();
});

async function said(line: string): Promise<[number | undefined, string, string]> {
  const { status, stdout, stderr } = await runOn(client, line);
  return [status, stdout.toString('utf8'), stderr];
}

/** Runs a script as a run of the program does: the work continues when the session has ended. @returns its process id */
async function detached(script: string): Promise<string> {
  const [status, pid, errors] = await said(
    `cd ${work}; nohup sh -c '${script}' name > /dev/null 2>&1 < /dev/null & echo $!`,
  );
  expect([status, errors]).toEqual([0, '']);
  return pid.trim();
}

const hangUp = (connection: Client): Promise<void> =>
  new Promise((resolve) => {
    connection.on('close', () => resolve());
    connection.destroy();
  });

describe('a process in the background', () => {
  test('continues when the connection that began it is gone', async () => {
    const pid = await detached('cat < go > got; cat got > begun');
    await hangUp(client);
    client = await logIn(lab, 'node3');
    expect(await said(`ps -p ${pid} -o pid=,ppid=,args=`)).toEqual([
      0,
      `${pid.padStart(5)}     1 sh -c cat < go > got; cat got > begun name\n`,
      '',
    ]);
    await said(`echo after > ${work}/go`);
    expect(await said(`cat ${work}/begun`)).toEqual([0, 'after\n', '']);
  });

  test('dies when its host reboots', async () => {
    const pid = await detached('cat < go; echo ended > ended');
    await lab.rebootNode('node3');
    client = await logIn(lab, 'node3');
    expect(await said(`kill -0 ${pid}`)).toEqual([1, '', `kill: ${pid}: no such process\n`]);
    expect(await said(`test -f ${work}/ended`)).toEqual([1, '', '']);
    expect(await said('ps -e -o args=')).toEqual([0, 'sh -c ps -e -o args=\nps -e -o args=\n', '']);
    await makeShadow(lab);
  });

  test('that holds the channel’s output keeps the channel open', async () => {
    const held = said(`cat < ${work}/go & echo started`);
    expect(await said(`echo late > ${work}/go`)).toEqual([0, '', '']);
    expect(await held).toEqual([0, 'started\nlate\n', '']);
  });

  test('reads nothing from the channel', async () => {
    const { status, stdout } = await runOn(client, 'cat & wait; cat', 'for the shell alone');
    expect([status, stdout.toString('utf8')]).toEqual([0, 'for the shell alone']);
  });

  test('is waited for, and has an exit status', async () => {
    expect(await said('(exit 5) & wait $!; echo $?; wait; echo $?; wait 1; echo $?')).toEqual([
      0,
      '5\n0\n127\n',
      '',
    ]);
    expect(await said('sh -c "exit 6" & one=$!; false & wait $one; echo $?; wait $!; echo $?')).toEqual([
      0,
      '6\n1\n',
      '',
    ]);
  });

  test('leaves the volume that it reads in use', async () => {
    const script = `{ head -c 1 > /dev/null; echo > begun; cat < go; } < data & dd if=${volume} of=data bs=32768`;
    await detached(`${script}; echo $? > go2`);
    await said(`cat ${work}/begun`);
    expect(await said('sdxshadowvolume -F -c Class2 -v Volume2')).toEqual([
      1,
      '',
      'SDX:sdxshadowvolume: ERROR: Volume2: volume is in use on node node3\n',
    ]);
    await said(`mkfifo ${work}/go2; echo > ${work}/go`);
    // its reader has gone: the dd ends by signal 13
    expect(await said(`cat ${work}/go2`)).toEqual([0, '141\n', '']);
    expect((await said('sdxshadowvolume -F -c Class2 -v Volume2'))[0]).toBe(0);
    await said('sdxshadowvolume -N -c Class2 -v Volume2');
  });

  test('shows its output while it runs', async () => {
    await detached('{ echo first >&2; nothing; echo > begun; cat < go; } 2> errors');
    expect(await said(`cat ${work}/begun; cat ${work}/errors`)).toEqual([
      0,
      '\nfirst\nsh: nothing: not found\n',
      '',
    ]);
    await said(`echo > ${work}/go`);
  });
});

describe('a signal', () => {
  test.each([
    ['kill $!', 143],
    ['kill -9 $!', 137],
    ['kill -HUP $!', 129],
    ['kill -s USR1 $!', 144],
    ['kill -0 $! && kill -INT $!; kill -SIGTERM $!', 143],
  ])('ends a process: %s', async (line, status) => {
    expect(await said(`sleep 1000 & ${line}; wait $!; echo $?`)).toEqual([0, `${status}\n`, '']);
  });

  test.each([
    ['nohup sleep 1000 & kill -HUP $!; kill $!', 143],
    ["trap '' HUP; sleep 1000 & kill -1 $!; kill -9 $!", 137],
    ["(trap '' TERM; exec sleep 1000) & kill -0 $!; kill -KILL $!", 137],
  ])('can be ignored: %s', async (line, status) => {
    expect(await said(`${line}; wait $!; echo $?`)).toEqual([0, `${status}\n`, '']);
  });

  test('ends a command that hangs, or waits for the other end of a FIFO', async () => {
    lab.faults.set('hang=node3:mt');
    expect(await said('mt status & kill $!; wait $!; echo $?')).toEqual([0, '143\n', '']);
    expect(await said(`cat < ${work}/go & kill $!; wait $!; echo $?`)).toEqual([0, '143\n', '']);
    expect(await said(`tee ${work}/go & kill $!; wait $!; echo $?`)).toEqual([0, '143\n', '']);
  });

  test('to a shell lets its children continue', async () => {
    const parent = await detached('cat < go > data & echo $! > child; echo > begun; wait; echo no > after');
    await said(`cat ${work}/begun`);
    expect((await said(`kill ${parent}`))[0]).toBe(0);
    const child = (await said(`cat ${work}/child`))[1].trim();
    expect((await said(`ps -p ${child} -o ppid=`))[1]).toBe('    1\n');
    await said(`echo orphan > ${work}/go &`);
    expect(await said(`cat ${work}/data`)).toEqual([0, 'orphan\n', '']);
    expect((await said(`test -f ${work}/after`))[0]).toBe(1);
  });

  test('over ssh ends what the session began, but not what has left its process group', async () => {
    const [own, ended] = await new Promise<[string, Promise<number | null>]>((resolve, reject) => {
      const line = `setsid sleep 1000 > /dev/null 2>&1 & echo $!; cat < ${work}/go`;
      client.exec(line, (error, channel) => {
        if (error) return reject(error);
        const status = new Promise<number | null>((told) => channel.on('exit', told));
        channel.on('data', (bytes: Buffer) => {
          channel.signal('TERM');
          resolve([bytes.toString('utf8').trim(), status]);
        });
      });
    });
    expect(await ended).toBe(143);
    expect(await said(`kill -- -${own}`)).toEqual([0, '', '']);
  });

  test.each([
    ['kill 99999', 1, 'kill: 99999: no such process\n'],
    ['kill -BAD 1', 2, 'kill: BAD: bad signal\n'],
    ['kill x', 2, 'kill: x: arguments must be process ids\n'],
    ['kill', 2, 'kill: usage: kill [ -signal ] pid ...\n'],
    ['ps -p 99999', 1, ''],
    ['ps -o what=', 1, 'ps: unknown output format: -o what\n'],
  ])('%s is refused', async (line, status, errors) => {
    expect(await said(line)).toMatchObject({ 0: status, 2: errors });
  });
});

describe('FIFOs', () => {
  test('are made, shown and removed', async () => {
    expect(await said(`mkfifo ${work}/go`)).toEqual([1, '', `mkfifo: ${work}/go: File exists\n`]);
    expect(await said('mkfifo /nowhere/x')).toEqual([
      1,
      '',
      'mkfifo: /nowhere/x: No such file or directory\n',
    ]);
    expect((await said(`ls -l ${work}/go`))[1]).toMatch(/^prw-r--r-- {3}1 root .* 0 Jan/);
    expect(await said(`test -p ${work}/go && rm ${work}/go && mkfifo -m 600 ${work}/x; ls ${work}`)).toEqual([
      0,
      'begun\ncopy\ndata\nwritten\nx\n',
      '',
    ]);
    expect((await said(`test -p ${work}/go`))[0]).toBe(1);
    expect(await said(`mv ${work}/x ${work}/go; test -p ${work}/go`)).toEqual([0, '', '']);
  });

  test('end a writer whose reader has gone', async () => {
    const line = `dd if=/dev/zero of=${work}/data bs=65536 & head -c 10 < ${work}/data > /dev/null; wait $!; echo $?`;
    expect(await said(line)).toEqual([0, '141\n', '']);
  });

  test('carry a dump through tee: the tape and the checksum are those of the volume', async () => {
    await said(`dd if=${volume} of=/dev/rmt/0 bs=32768`);
    const plain = (await runOn(client, 'dd if=/dev/rmt/0 bs=32768')).stdout;
    expect(plain).toHaveLength(8_388_608);
    await said('dd if=/dev/zero of=/dev/rmt/0 bs=32768 count=1');
    const script = `
      cd ${work}
      dd if=${volume} bs=32768 > data 2> reader.errors &
      reader=$!
      cksum < copy > digest.output 2> digest.errors &
      digest=$!
      tee copy < data > written 2> tee.errors &
      tee=$!
      dd obs=32768 of=/dev/rmt/0 < written 2> writer.errors &
      writer=$!
      wait $reader; echo $? > reader.status
      wait $digest; echo $? > digest.status
      wait $tee; echo $? > tee.status
      wait $writer; echo $? > writer.status
      echo done > begun`;
    await said(`echo '${script}' > ${work}/run; nohup sh ${work}/run > /dev/null 2>&1 < /dev/null &`);
    expect((await said(`cat ${work}/begun`))[1]).toBe('done\n');
    const [, digest] = await said(`cksum ${volume}`);
    expect((await said(`cat ${work}/*.status ${work}/digest.output`))[1]).toBe(
      `0\n0\n0\n0\n${digest.replace(/\t\/.*/, '')}`,
    );
    expect((await said(`cat ${work}/reader.errors ${work}/writer.errors`))[1]).toBe(
      '256+0 records in\n256+0 records out\n16384+0 records in\n256+0 records out\n',
    );
    const { stdout } = await runOn(client, 'dd if=/dev/rmt/0 bs=32768');
    expect(stdout.equals(plain)).toBe(true);
  });
});

test('a lab with processes in the background closes, and its FIFOs are gone', async () => {
  const other = await testLab();
  const { folder } = other.lab;
  await mustRun(other.lab, 'node3', 'mkfifo /var/tmp/never; echo text > /var/tmp/kept');
  const line = 'cat < /var/tmp/never & dd of=/var/tmp/never & sleep 1000 & (while true; do true; done)';
  await mustRun(other.lab, 'node3', `sh -c '${line}' > /dev/null 2>&1 &`);
  await other.lab.close();
  const again = await openLab({ folder });
  expect(await mustRun(again, 'node3', 'ls /var/tmp; cat /var/tmp/kept')).toBe('kept\ntext\n');
  await again.close();
  await other.end();
});
