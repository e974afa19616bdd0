import { describe, expect, it } from 'vitest';
import { failure } from '../../../contract/errors.ts';
import { asUnwritable, writeReason } from './write-reason.ts';

describe('the reason why a host cannot write', () => {
  it.each([
    ["dd: error writing '/srv/image': No space left on device", 'its file system is full'],
    ['write: No space left on device\n33+0 records in', 'its file system is full'],
    ['write: Disc quota exceeded', 'the disk quota of the login is used up'],
    ["dd: failed to open '/srv/image': Permission denied", 'the login may not write there'],
    ['dd: /srv/image: open: Read-only file system', 'its file system is read-only'],
    [
      "dd: error writing '/srv/image': File too large",
      'a file of this size is not allowed there (ulimit -f, or its file system)',
    ],
    ['write: I/O error', 'its disk reports an I/O error'],
    ["dd: error writing '/dev/sdb': Input/output error", 'its disk reports an I/O error'],
    ['dd: unrecognized operand', undefined],
    ['', undefined],
  ])('%j: %s', (said, reason) => {
    expect(writeReason(said)).toBe(reason);
  });

  it('is named before the error of the command', () => {
    const error = failure(
      'REMOTE_COMMAND_FAILED',
      { command: 'dd', host: 'node1', how: 'with exit status 1' },
      { stderr: 'write: No space left on device' },
    );
    expect(asUnwritable({ host: 'node1', path: '/srv/image' }, error)).toMatchObject({
      code: 'RESTORE_FILE_UNWRITABLE',
      message:
        'node1:/srv/image cannot be written: its file system is full; dd on node1 ended with exit status 1',
      evidence: error.evidence,
    });
  });

  it.each([
    [
      'of a command that says none of them',
      failure(
        'REMOTE_COMMAND_FAILED',
        { command: 'dd', host: 'node1', how: 'with exit status 1' },
        { stderr: 'dd: unrecognized operand' },
      ),
    ],
    ['of no command', failure('HOST_UNREACHABLE', { host: 'node1', reason: 'No space left on device' })],
    ['of no kind that is known', new Error('No space left on device')],
  ])('is not looked for in an error %s', (_name, error) => {
    expect(asUnwritable({ host: 'node1', path: '/srv/image' }, error)).toBe(error);
  });
});
