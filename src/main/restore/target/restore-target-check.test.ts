/** What a target is asked before a restore: nothing is read from tape for one that cannot take it. */
import { describe, expect, it } from 'vitest';
import type { CommandRunner } from '../../procedure/hosts/command-runner.ts';
import { requireTarget, type TargetNeeds } from './restore-target-check.ts';

const gds = { platform: 'solaris', primaries: ['node1'], all: ['node1'] } as const;
const needs = (path: string, more: Partial<TargetNeeds>): TargetNeeds => ({
  target: { kind: 'host', host: 'node1', path },
  ...{ kind: 'image', bytes: 4096, overwrite: 'never', gds },
  ...more,
});

/** A host on which these command lines end with 0; df prints the same of every path. */
function hostThat(answers: readonly string[], freeKilobytes = 0) {
  const asked: string[] = [];
  const send = (_step: string, { argv }: { readonly argv: readonly string[] }) => {
    const line = argv.join(' ');
    asked.push(line);
    const isGood = answers.includes(line) || ['df', 'ls'].includes(argv[0] ?? '');
    const text = argv[0] === 'df' ? `/dev/dsk/c0t0d0s0 8063580 5482934 ${freeKilobytes} 69% /\n` : '';
    return Promise.resolve({ status: isGood ? 0 : 1, stdout: Buffer.from(text), stderr: '' });
  };
  return { runner: { send } as unknown as CommandRunner, asked };
}

describe('the room of a host', () => {
  const folder = ['test -d /restore', 'test -w /restore'];
  it.each([
    ['of the folder that an image goes to', 'image', '/restore/image', folder, '/restore'],
    ['of the folder above a new one', 'files', '/restore/new', folder, '/restore'],
    ['of an empty folder', 'files', '/restore', folder, '/restore'],
  ] as const)('%s must suffice', async (_what, kind, path, answers, place) => {
    const wanted = needs(path, { kind });
    const { runner, asked } = hostThat(answers, 4);
    await requireTarget(runner, wanted);
    expect(asked.at(-1)).toBe(`df -k ${place}`);
    await expect(requireTarget(hostThat(answers, 3).runner, wanted)).rejects.toMatchObject({
      code: 'RESTORE_NO_SPACE',
      message: `node1:${place} has 3 KiB free, and 4 KiB are needed`,
    });
  });
});

describe('a target is refused before anything is asked:', () => {
  it.each<[string, TargetNeeds, string, string]>([
    [
      'files to a device',
      needs('/dev/rdsk/c2t0d0s0', { kind: 'files' }),
      'RESTORE_DEVICE_REFUSED',
      'Shadowtape does not write to the device node1:/dev/rdsk/c2t0d0s0: files go to a folder',
    ],
    [
      'a device, with a value of --overwrite',
      needs('/dev/rdsk/c2t0d0s0', { overwrite: 'always' }),
      'RESTORE_OVERWRITE_UNSUPPORTED',
      '--overwrite always does not apply to a device',
    ],
    [
      'an image in place of an older file',
      needs('/restore/image', { overwrite: 'older' }),
      'RESTORE_OVERWRITE_UNSUPPORTED',
      '--overwrite older does not apply to an image',
    ],
    [
      'files in place of others on a host',
      needs('/restore', { kind: 'files', overwrite: 'older' }),
      'RESTORE_OVERWRITE_UNSUPPORTED',
      '--overwrite older does not apply to files on a host',
    ],
    [
      'a dump on this computer',
      needs('', { kind: 'files', target: { kind: 'here', path: '/restore' }, restoreTool: 'ufsrestore' }),
      'RESTORE_DUMP_NEEDS_HOST',
      'nothing can be restored to /restore: only ufsrestore reads this backup',
    ],
  ])('%s', async (_what, wanted, code, message) => {
    const { runner, asked } = hostThat([]);
    await expect(requireTarget(runner, wanted)).rejects.toMatchObject({ code, message });
    expect(asked).toEqual([]);
  });
});
