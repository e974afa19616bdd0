import { createHash, randomBytes } from 'node:crypto';
import type { Client } from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../lab.ts';
import { logIn, makeShadow, partProxy, runOn, testLab } from '../lab.test-support.ts';
import type { Ran } from '../lab.test-support.ts';

let lab: Lab;
let end: () => Promise<void>;
let client: Client;

const run = (line: string, input?: Buffer): Promise<Ran> => runOn(client, line, input);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

beforeAll(async () => {
  ({ lab, end } = await testLab());
  await partProxy(lab);
  await makeShadow(lab);
  client = await logIn(lab, 'node3');
});
afterAll(async () => {
  client.end();
  await end();
});

describe('dd from a volume', () => {
  const shadow = '/dev/sfdsk/Class2/rdsk/Volume2';

  test('yields all its bytes and counts records by bs', async () => {
    const { status, stdout, stderr } = await run(`dd if=${shadow} bs=32768`);
    expect([status, stderr]).toEqual([0, '256+0 records in\n256+0 records out\n']);
    expect(sha256(stdout)).toBe(await lab.volumeDigest('Class1', 'Volume2'));
  });

  test('counts a short last record', async () => {
    const { stdout, stderr } = await run(`dd if=${shadow} bs=3000000`);
    expect([stdout.length, stderr]).toEqual([8_388_608, '2+1 records in\n2+1 records out\n']);
  });

  test.each(['skip', 'iseek'])('%s and count choose a sample', async (operand) => {
    const whole = await run(`dd if=${shadow} bs=32768`);
    const sample = await run(`dd if=${shadow} bs=32768 ${operand}=17 count=2`);
    expect(sample.stderr).toBe('2+0 records in\n2+0 records out\n');
    expect(sample.stdout.equals(whole.stdout.subarray(17 * 32_768, 19 * 32_768))).toBe(true);
  });

  test('without operands for sizes counts records of 512', async () => {
    expect((await run(`dd if=${shadow} count=3`)).stderr).toBe('3+0 records in\n3+0 records out\n');
  });
});

describe('dd to the tape', () => {
  test('packs what comes through a pipe into records of obs, the last one short', async () => {
    const data = randomBytes(1_000_001);
    const { status, stderr } = await run('dd ibs=262144 obs=32768 of=/dev/rmt/0', data);
    expect(status).toBe(0);
    expect(stderr).toMatch(/\n30\+1 records out\n$/);
    const back = await run('dd if=/dev/rmt/0 bs=32768');
    expect(back.stderr).toBe('30+1 records in\n30+1 records out\n');
    expect(back.stdout.equals(data)).toBe(true);
  });

  test('conv=sync fills the last record with zeros', async () => {
    await run('dd if=/etc/release of=/dev/rmt/0 bs=512 conv=sync');
    const back = await run('dd if=/dev/rmt/0 bs=512');
    expect(back.stderr).toBe('1+0 records in\n1+0 records out\n');
    expect(back.stdout.length).toBe(512);
  });

  test('records read back as written, for any buffer', async () => {
    await run('dd ibs=1000 obs=1000 of=/dev/rmt/0', randomBytes(2500));
    expect((await run('dd if=/dev/rmt/0 bs=32768')).stderr).toBe('0+3 records in\n0+3 records out\n');
  });

  test('files follow each other on the n device', async () => {
    await run('mt -f /dev/rmt/0n rewind');
    for (const text of ['first', 'second']) await run('dd obs=512 of=/dev/rmt/0n', Buffer.from(text));
    expect((await run('mt -f /dev/rmt/0n status')).stdout.toString('utf8')).toBe(
      'HP Ultrium LTO 4 tape drive:\n   sense key(0x0)= No Additional Sense   residual= 0   retries= 0\n   file no= 2   block no= 0\n',
    );
    await run('mt -f /dev/rmt/0n bsf 2');
    await run('mt -f /dev/rmt/0n fsf 1');
    expect((await run('dd if=/dev/rmt/0n bs=32768')).stdout.toString('utf8')).toBe('second');
    await run('mt -f /dev/rmt/0n rewind');
    expect((await run('dd if=/dev/rmt/0n bs=32768')).stdout.toString('utf8')).toBe('first');
  });

  test('a client that dies halfway leaves a file that looks complete', async () => {
    const other = await logIn(lab, 'node3');
    const ended = new Promise<void>((resolve) => {
      const off = lab.onCommand((event) => {
        if (event.phase !== 'ended' || !event.line.startsWith('dd obs=32768')) return;
        off();
        resolve();
      });
    });
    other.exec('dd obs=32768 of=/dev/rmt/0', (_error, channel) => {
      channel.write(Buffer.alloc(100_000, 'x'), () => other.destroy());
    });
    await ended;
    const back = await run('dd if=/dev/rmt/0 bs=32768');
    expect(back.status).toBe(0);
    expect(back.stderr).toMatch(/^\d\+[01] records in\n/);
  });
});

describe('dd refuses', () => {
  test.each([
    [
      'dd if=/dev/sfdsk/Class2/rdsk/Volume9 bs=512',
      'dd: /dev/sfdsk/Class2/rdsk/Volume9: open: No such file or directory\n',
      2,
    ],
    [
      'dd if=/dev/zero of=/dev/sfdsk/Class2/rdsk/Volume2 bs=512 count=1',
      'dd: /dev/sfdsk/Class2/rdsk/Volume2: open: Read-only file system\n',
      2,
    ],
    ['dd if=/etc/release bs=0', 'dd: buffer sizes cannot be zero\n', 2],
    ['dd if=/etc/release status=none', 'dd: bad argument: "status=none"\n', 2],
  ])('%s', async (line, stderr, status) => {
    expect(await run(line)).toMatchObject({ stderr, status });
  });

  test('a buffer that is smaller than the record', async () => {
    await run('dd obs=1024 of=/dev/rmt/0', randomBytes(2048));
    expect(await run('dd if=/dev/rmt/0 bs=512')).toMatchObject({
      status: 2,
      stderr: 'read: Invalid argument\n0+0 records in\n0+0 records out\n',
    });
  });
});
