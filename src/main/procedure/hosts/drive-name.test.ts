import { describe, expect, it } from 'vitest';
import { isFailure, failure } from '../../../contract/errors.ts';
import { drivePlace } from '../model/lock-places.ts';
import { driveName } from './drive-name.ts';
import type { CommandRunner } from './command-runner.ts';

/** A tape host with this answer of readlink. @param answer undefined: the host does not answer */
function tapeHost(answer: { readonly status: number; readonly printed: string } | undefined) {
  const sent: string[] = [];
  const send: Pick<CommandRunner, 'send'>['send'] = (_step, { argv, changes }) => {
    sent.push(`${argv.join(' ')}${changes ? ' (changes)' : ''}`);
    if (!answer) return Promise.reject(failure('CONNECTION_LOST', { host: 'node3', reason: 'gone' }));
    return Promise.resolve({
      status: answer.status,
      signal: undefined,
      stdout: Buffer.from(answer.printed),
      stderr: '',
      milliseconds: 1,
    });
  };
  const runner = { send } as CommandRunner;
  return { sent, nameOf: (device: string) => driveName(runner, 'lock', { host: 'node3', device }) };
}

const persistent = '/dev/tape/by-id/scsi-3500';

describe('the drive that a lock is for', () => {
  it('is the same for each of its names in the site file', async () => {
    const host = tapeHost({ status: 0, printed: '/dev/nst0\n' });
    const devices = ['/dev/st0', '/dev/nst0', '/dev/nst0a', persistent, `${persistent}-nst`];
    const names = await Promise.all(devices.map((device) => host.nameOf(device)));
    expect(new Set(names)).toEqual(new Set(['/dev/st0']));
    // The lock that the previous release takes for /dev/st0 and /dev/nst0.
    expect(drivePlace('node3', names[3] ?? '').folder).toBe(drivePlace('node3', '/dev/nst0').folder);
    expect(host.sent).toEqual([`readlink -f ${persistent}`, `readlink -f ${persistent}-nst`]);
  });

  it('is the same on Solaris for each of its numbers and densities in the site file', async () => {
    const link = (name: string, minor: string) =>
      `lrwxrwxrwx 1 root root 42 Jan 5 2012 ${name} -> ../../devices/pci@1f,4000/scsi@3/st@5,0:${minor}\n`;
    const host = tapeHost({ status: 0, printed: link('0', '') + link('0cbn', 'cbn') + link('4', '') });
    const names = await Promise.all(['/dev/rmt/0', '/dev/rmt/0cbn', '/dev/rmt/4n'].map(host.nameOf));
    expect(new Set(names)).toEqual(new Set(['/dev/rmt/0']));
    // The lock that the previous release takes for /dev/rmt/0.
    expect(drivePlace('node3', names[2] ?? '').folder).toBe(drivePlace('node3', '/dev/rmt/0n').folder);
    expect(new Set(host.sent)).toEqual(new Set(['ls -l /dev/rmt']));
  });

  it('is known from kernel names without a query', async () => {
    const host = tapeHost(undefined);
    expect(await host.nameOf('/dev/nst0a')).toBe('/dev/st0');
    expect(await host.nameOf('/dev/IBMtape0n')).toBe('/dev/IBMtape0');
    expect(host.sent).toEqual([]);
  });

  it.each([
    ['a link that leads nowhere', persistent, 0, `${persistent}\n`, persistent],
    ['a link to another kind of device', persistent, 0, '/dev/sg3\n', '/dev/sg3'],
    ['readlink that fails', `${persistent}-nst`, 1, '', 'exit status 1'],
    ['a host without readlink', persistent, 127, '', 'exit status 127'],
    ['ls that fails', '/dev/rmt/4cbn', 2, '', 'exit status 2'],
  ])('is refused if the host shows %s', async (_what, device, status, printed, said) => {
    const command = device.startsWith('/dev/rmt/') ? 'ls -l /dev/rmt' : `readlink -f ${device}`;
    await expect(tapeHost({ status, printed }).nameOf(device)).rejects.toMatchObject({
      code: 'DRIVE_NAME_UNKNOWN',
      message: `node3 does not say which drive ${device} is: ${command} reports ${said}`,
    });
  });

  it('is not guessed if the host does not answer', async () => {
    const error: unknown = await tapeHost(undefined)
      .nameOf(persistent)
      .catch((reason: unknown) => reason);
    expect(isFailure(error, 'CONNECTION_LOST')).toBe(true);
  });
});
