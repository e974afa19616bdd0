/** Queries for a place on a host: a missing answer never counts as "it is free". */
import { describe, expect, it } from 'vitest';
import type { CommandRunner } from '../../procedure/hosts/command-runner.ts';
import { parseCksum, requireEmptyFolder, requireImagePlaceOn, requireSpaceOn } from './host-place.ts';

const place = { host: 'node1', path: '/restore/app' };

interface Said {
  readonly status?: number;
  readonly stdout?: string;
}

/** A host that answers each command line as given; `test` is false by default. */
function hostThat(answers: Readonly<Record<string, Said>>): CommandRunner {
  const send = (_step: string, { argv }: { readonly argv: readonly string[] }) => {
    const { status = 0, stdout = '' } = answers[argv.join(' ')] ?? { status: 1 };
    const result = { status, signal: undefined, stdout: Buffer.from(stdout), stderr: '', milliseconds: 1 };
    return Promise.resolve(result);
  };
  return { send } as Partial<CommandRunner> as CommandRunner;
}

const yes: Said = { status: 0 };

describe('the space of a host', () => {
  const spaceOf = (stdout: string, bytes: number) =>
    requireSpaceOn(hostThat({ 'df -k /restore/app': { stdout } }), place, bytes);
  const solaris =
    'Filesystem            kbytes    used   avail capacity  Mounted on\n' +
    '/dev/dsk/c0t0d0s0    8063580 5482934 2500011    69%    /\n';
  const wrapped =
    'Filesystem           1K-blocks      Used Available Use% Mounted on\n' +
    '/dev/mapper/a-long-name-of-a-volume\n                      10190100   8063580   2500011  77% /restore\n';

  it.each([
    ['of Solaris', solaris],
    ['on two lines', wrapped],
  ])('is read from df %s', async (_what, stdout) => {
    await spaceOf(stdout, 2_500_011 * 1024);
    await expect(spaceOf(stdout, 2_500_011 * 1024 + 1)).rejects.toMatchObject({
      code: 'RESTORE_NO_SPACE',
      message: 'node1:/restore/app has 2.4 GiB free, and 2.4 GiB are needed',
    });
  });

  it('is not known if df prints something else', async () => {
    await expect(spaceOf('proc  -  -  -  -  /proc\n', 1)).rejects.toMatchObject({
      code: 'RESTORE_SPACE_UNKNOWN',
    });
  });
});

describe('a folder of a host', () => {
  const folder = { 'test -d /restore/app': yes, 'test -w /restore/app': yes };
  const parent = { 'test -d /restore': yes, 'test -w /restore': yes };

  it('is used if it is empty, and created if it is missing', async () => {
    expect(
      await requireEmptyFolder(hostThat({ ...folder, 'ls -a /restore/app': { stdout: '.\n..\n' } }), place),
    ).toBe(false);
    expect(await requireEmptyFolder(hostThat(parent), place)).toBe(true);
  });

  it.each([
    [{ ...folder, 'ls -a /restore/app': { stdout: '.\n..\n.profile\n' } }, 'RESTORE_FOLDER_NOT_EMPTY'],
    [{ 'test -d /restore/app': yes }, 'RESTORE_TARGET_UNUSABLE'],
    [{ ...parent, 'test -f /restore/app': yes }, 'RESTORE_TARGET_UNUSABLE'],
    [{ ...parent, 'test -h /restore/app': yes }, 'RESTORE_TARGET_UNUSABLE'],
    [{ 'test -d /restore': yes }, 'RESTORE_TARGET_UNUSABLE'],
    [{ 'test -w /restore': yes }, 'RESTORE_TARGET_UNUSABLE'],
    // A missing answer means neither yes nor no.
    [{ ...parent, 'test -d /restore/app': { status: 2 } }, 'COMMAND_FAILED'],
  ])('is refused: %j, %s', async (answers, code) => {
    await expect(requireEmptyFolder(hostThat(answers), place)).rejects.toMatchObject({ code });
  });
});

describe('an image on a host', () => {
  const parent = { 'test -d /restore': yes, 'test -w /restore': yes };

  it('replaces a file only on request', async () => {
    const host = hostThat({ ...parent, 'test -f /restore/app': yes });
    await requireImagePlaceOn(host, place, true);
    await expect(requireImagePlaceOn(host, place, false)).rejects.toMatchObject({
      code: 'RESTORE_TARGET_EXISTS',
    });
  });

  it.each([
    [{}, 'nothing can be restored to node1:/restore: /restore is not a folder'],
    [{ 'test -d /restore': yes }, 'nothing can be restored to node1:/restore: /restore cannot be written'],
  ])('needs a folder that can be written: %j', async (answers, message) => {
    await expect(requireImagePlaceOn(hostThat(answers), place, true)).rejects.toMatchObject({
      code: 'RESTORE_TARGET_UNUSABLE',
      message,
    });
  });

  it.each(['-d', '-h', '-b', '-c', '-p'])('does not replace what test %s finds', async (test) => {
    const host = hostThat({ ...parent, [`test ${test} /restore/app`]: yes });
    await expect(requireImagePlaceOn(host, place, true)).rejects.toMatchObject({
      code: 'RESTORE_TARGET_UNUSABLE',
    });
  });
});

it.each([
  ['4294967295 10 /tmp/image\n', { cksum: 4_294_967_295, bytes: 10 }],
  ['4294967295\t10\t/tmp/image\n', { cksum: 4_294_967_295, bytes: 10 }],
  ['', undefined],
  ['cksum: /tmp/image: No such file\n', undefined],
])('cksum prints %j', (printed, parsed) => {
  expect(parseCksum(printed)).toEqual(parsed);
});
