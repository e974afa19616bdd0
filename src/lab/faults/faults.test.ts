import { readFile } from 'node:fs/promises';
import ssh2 from 'ssh2';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { isFailure } from '../../contract/errors.ts';
import { Faults, faultTable, parseFault } from './faults.ts';
import type { Lab } from '../lab.ts';
import {
  logIn,
  makeShadow,
  mustRun,
  partProxy,
  run,
  runOn,
  testBlocks,
  testLab,
} from '../lab.test-support.ts';

describe('a fault', () => {
  test('that is not in the table is refused, with a list of the table', () => {
    const refused = catching(() => parseFault('tape-eror=3'));
    expect(refused).toMatchObject({ code: 'LAB_FAULT_UNKNOWN', message: 'there is no fault "tape-eror"' });
    expect(isFailure(refused) && refused.hint).toBe(
      `did you mean "tape-error"? faults of the lab: ${Object.keys(faultTable).join(', ')}`,
    );
  });

  test.each([
    ['tape-error', 'the fault "tape-error" cannot be enabled: it needs a value'],
    ['tape-error=many', 'the fault "tape-error=many" cannot be enabled: "many" is not a whole number'],
    ['no-tape=1', 'the fault "no-tape=1" cannot be enabled: it takes no value'],
    ['hang=node1', 'the fault "hang=node1" cannot be enabled: it needs HOST:COMMAND'],
    ['reboot=node4', 'the fault "reboot=node4" cannot be enabled: "node4" is not one of node1, node2, node3'],
    [
      'language=node1:de_AT',
      'the fault "language=node1:de_AT" cannot be enabled: "de_AT" is not one of de_DE.UTF-8, fr_FR.UTF-8, ja_JP.UTF-8',
    ],
  ])('%s is refused', (spec, message) => {
    expect(catching(() => parseFault(spec))).toMatchObject({ code: 'LAB_FAULT_VALUE_WRONG', message });
  });

  test('is kept until it is cleared; several with one name may coexist if they name hosts', () => {
    const faults = new Faults();
    for (const spec of ['tape-error=3', 'tape-error=5', 'fail=node1:sdxproxy Part', 'fail=node3:dd:2'])
      faults.set(spec);
    expect(faults.list()).toEqual(['tape-error=5', 'fail=node1:sdxproxy Part', 'fail=node3:dd:2']);
    faults.clear('fail=node3:dd:2');
    faults.clear('tape-error');
    expect(faults.list()).toEqual(['fail=node1:sdxproxy Part']);
  });

  test('for a command affects only lines that begin with its words', () => {
    const faults = new Faults();
    faults.set('fail-once=node1:sdxproxy Part:9');
    const hit = (...argv: string[]): number | undefined =>
      faults.forCommand('node1', argv, ['fail-once'])?.status;
    expect(hit('sdxproxy', 'Rejoin')).toBeUndefined();
    expect(hit('sdxproxy', 'Parted')).toBeUndefined();
    expect(hit('sdxproxy', 'Part', '-c')).toBe(9);
    expect(hit('sdxproxy', 'Part', '-c')).toBeUndefined();
  });
});

function catching(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('in a lab', () => {
  let lab: Lab;
  let end: () => Promise<void>;
  beforeEach(async () => ({ lab, end } = await testLab()));
  afterEach(() => end());

  test('fail, not-found: the command is not carried out', async () => {
    lab.faults.set('fail=node1:sdxproxy Part:3');
    lab.faults.set('not-found=node3:mt');
    expect(await run(lab, 'node1', 'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off')).toMatchObject({
      status: 3,
      stderr: 'SDX:sdxproxy: ERROR: the lab was told to fail this command\n',
    });
    expect(lab.world().proxy.state).toBe('Join');
    expect(await run(lab, 'node3', 'mt status')).toMatchObject({
      status: 127,
      stderr: 'sh: mt: not found\n',
    });
    expect((await run(lab, 'node3', 'command -v mt')).status).toBe(1);
  });

  test('hang: no answer comes, until the command is ended by a signal', async () => {
    lab.faults.set('hang=node3:sdxinfo');
    const client = await logIn(lab, 'node3');
    const answered = new Promise<unknown>((resolve) => {
      client.exec('sdxinfo', (_error, channel) => {
        channel.on('exit', resolve).resume();
        channel.signal('TERM');
      });
    });
    const status = await answered;
    client.end();
    expect(status).toBe(143);
  });

  test('host-down: nothing listens until it is cleared; then on the same port', async () => {
    lab.faults.set('host-down=node2');
    await lab.faultsSettled();
    await expect(logIn(lab, 'node2')).rejects.toThrow('ECONNREFUSED');
    lab.faults.clear('host-down');
    await lab.faultsSettled();
    expect(await mustRun(lab, 'node2', 'hostname')).toBe('node2\n');
  });

  test('login-refused: no key is accepted, until it is cleared', async () => {
    lab.faults.set('login-refused=node2');
    await expect(logIn(lab, 'node2')).rejects.toThrow('All configured authentication methods failed');
    lab.faults.clear('login-refused');
    expect(await mustRun(lab, 'node2', 'hostname')).toBe('node2\n');
  });

  test('asks-password: no key is accepted, only the password is', async () => {
    lab.faults.set('asks-password=node2');
    await expect(logIn(lab, 'node2')).rejects.toThrow('All configured authentication methods failed');
    const { port = 0 } = lab.hosts.find(({ name }) => name === 'node2') ?? {};
    const login = (password: string) =>
      new Promise<string>((resolve) => {
        const client = new ssh2.Client();
        client
          .on('ready', () => resolve('let in'))
          .on('error', ({ message }) => resolve(message))
          .connect({ host: '127.0.0.1', port, username: 'root', password });
        onTestFinished(() => void client.end());
      });
    expect(await login('guessed')).toBe('All configured authentication methods failed');
    expect(await login('shadowtape')).toBe('let in');
  });

  test('host-key-changed: the key is not the one in known_hosts', async () => {
    lab.faults.set('host-key-changed=node1');
    await expect(logIn(lab, 'node1')).rejects.toThrow('Host denied (verification failed)');
    expect(await readFile(lab.knownHostsFile, 'utf8')).toMatch(
      /^(\[127\.0\.0\.1\]:\d+ ssh-ed25519 \S+\n){3}$/,
    );
    // A reinstalled host shows the same new key to everybody.
    const { port = 0 } = lab.hosts.find(({ name }) => name === 'node1') ?? {};
    const shownKey = () =>
      new Promise<string>((resolve) => {
        const client = new ssh2.Client();
        client.on('error', () => undefined);
        const hostVerifier = (key: Buffer) => {
          resolve(key.toString('base64'));
          return false;
        };
        client.connect({ host: '127.0.0.1', port, username: 'root', hostVerifier });
      });
    expect(await shownKey()).toBe(await shownKey());
  });

  test('connection-lost: the connection breaks after a number of bytes, once', async () => {
    await partProxy(lab);
    await makeShadow(lab);
    lab.faults.set('connection-lost=node3:3000000');
    const client = await logIn(lab, 'node3');
    let bytes = 0;
    await new Promise<void>((resolve) => {
      client.on('error', () => undefined);
      client.on('close', () => resolve());
      client.exec('dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768', (_error, channel) => {
        channel.on('data', (piece: Buffer) => (bytes += piece.length));
        channel.stderr.resume();
      });
    });
    expect(bytes).toBeLessThanOrEqual(3_000_000);
    expect((await run(lab, 'node3', 'dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768')).stdout.length).toBe(
      8_388_608,
    );
  });

  test('a shadow that differs from the request', async () => {
    await partProxy(lab);
    for (const spec of ['shadow-first-block=16', 'shadow-blocks=8192', 'disk-size', 'disk-name'])
      lab.faults.set(spec);
    await makeShadow(lab);
    expect(lab.world().shadow.volumes).toMatchObject([{ firstBlock: 65_552, blocks: 8192 }]);
    const shown = await mustRun(lab, 'node3', 'sdxinfo -D -S -c Class2');
    expect(shown).toMatch(/^disk {3}Disk7 {3}mirror Class2 {2}Group2 {2}c1t1d3 {5}89600 node3/m);
    expect(shown).toMatch(/^slice {2}Class2 {2}Group2 {2}Disk7 {3}Volume2 ACTIVE$/m);
    const read = await run(lab, 'node3', 'dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=512 count=1');
    const proxy = lab.readVolume('Class1', 'Volume2');
    for await (const piece of proxy) {
      expect(read.stdout.equals((piece as Buffer).subarray(16 * 512, 17 * 512))).toBe(true);
      break;
    }
  });

  test('wrong-disk: sdxinfo looks right, but the bytes differ', async () => {
    await partProxy(lab);
    await makeShadow(lab);
    const line = 'dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768';
    const [right, shown] = [await run(lab, 'node3', line), await mustRun(lab, 'node3', 'sdxinfo -e long')];
    lab.faults.set('wrong-disk');
    expect(await mustRun(lab, 'node3', 'sdxinfo -e long')).toBe(shown);
    const wrong = await run(lab, 'node3', line);
    for (let record = 0; record < testBlocks / 64; record += 1) {
      const [start, end] = [record * 32_768, (record + 1) * 32_768];
      expect(wrong.stdout.subarray(start, end).equals(right.stdout.subarray(start, end))).toBe(false);
    }
  });

  test('words and columns of sdxinfo', async () => {
    lab.faults.set('slice=TEMP-STOP');
    lab.faults.set('unknown-status=LIMBO');
    lab.faults.set('missing-column=BLOCKS');
    const shown = await mustRun(lab, 'node1', 'sdxinfo -V -S -c Class1 -o Volume2');
    expect(shown).toContain('SKIP JRM 1STBLK   LASTBLK  STATUS\n');
    expect(shown).toMatch(/^volume Volume2 .*LIMBO$/m);
    expect(shown).toMatch(/^slice .*Volume2 TEMP-STOP$/m);
  });

  test('rejoin-invalid: the slice ends INVALID, and cannot be parted', async () => {
    await partProxy(lab);
    lab.faults.set('rejoin-invalid');
    await mustRun(lab, 'node1', 'sdxproxy Rejoin -c Class1 -p Volume2 -e waitsync');
    expect(lab.world().proxy.sliceStatusOn).toEqual({ node1: 'INVALID', node2: 'INVALID' });
    expect((await run(lab, 'node1', 'sdxproxy Part -c Class1 -p Volume2')).stderr).toBe(
      'SDX:sdxproxy: ERROR: Volume2: data is not valid\n',
    );
  });

  test('slow-rejoin: the slice stays COPY until the fault is cleared', async () => {
    await partProxy(lab);
    lab.faults.set('slow-rejoin=1');
    await mustRun(lab, 'node1', 'sdxproxy Rejoin -c Class1 -p Volume2');
    expect(lab.world().proxy.sliceStatusOn).toEqual({ node1: 'COPY', node2: 'COPY' });
    lab.faults.clear('slow-rejoin');
    await lab.copyingFinished();
    expect(lab.world().proxy.sliceStatusOn).toEqual({ node1: 'STOP', node2: 'STOP' });
  });

  test('the tape: no cartridge, write protection, a foreign file, an error, its end', async () => {
    const client = await logIn(lab, 'node3');
    const told = async (line: string, input = ''): Promise<string> =>
      (await runOn(client, line, input)).stderr;
    lab.faults.set('no-tape');
    expect(await told('mt -f /dev/rmt/0n status')).toBe('/dev/rmt/0n: no tape loaded or drive offline\n');
    expect(await told('dd if=/dev/rmt/0 bs=32768')).toBe('dd: /dev/rmt/0: open: I/O error\n');
    lab.faults.clear('no-tape');
    lab.faults.set('write-protected');
    expect(await told('dd of=/dev/rmt/0 obs=32768', 'x')).toBe('dd: /dev/rmt/0: open: Permission denied\n');
    expect(await told('mt weof')).toBe('/dev/rmt/0n: write protected or reserved.\n');
    lab.faults.clear('write-protected');
    lab.faults.set('tape-error=2');
    expect(await told('dd if=/dev/zero of=/dev/rmt/0 bs=512 count=9')).toBe(
      'write: I/O error\n2+0 records in\n1+0 records out\n',
    );
    lab.faults.clear('tape-error');
    lab.faults.set('end-of-medium=5');
    expect(await told('dd if=/dev/zero of=/dev/rmt/0 bs=512 count=9')).toBe(
      'write: No space left on device\n6+0 records in\n5+0 records out\n',
    );
    lab.faults.clear('end-of-medium');
    lab.faults.set('tape-read-error=3');
    expect(await told('dd if=/dev/rmt/0 bs=512')).toBe('read: I/O error\n2+0 records in\n2+0 records out\n');
    client.end();
  });

  test('a lab that is opened with a foreign file on its tape and a parted proxy', async () => {
    await end();
    ({ lab, end } = await testLab({ faults: ['tape-not-blank', 'proxy-parted'] }));
    expect(lab.world().proxy.state).toBe('Part');
    const first = await run(lab, 'node3', 'dd if=/dev/rmt/0 bs=32768 count=1');
    expect(first.stdout.toString('utf8')).toContain('the quarterly archive, keep until 2015');
    expect(first.stderr).toBe('0+1 records in\n0+1 records out\n');
  });
});
