import { describe, expect, it } from 'vitest';
import { wordsOf } from './command-runner.ts';

describe('the message of a command', () => {
  it('is the reason why dd failed, not its record counts after it', () => {
    const stderr =
      "dd: error writing '/dev/nst0': Input/output error\n1+0 records in\n0+0 records out\n0 bytes copied, 0.1 s, 0.0 kB/s\n";
    expect(wordsOf({ stderr })).toBe("dd: error writing '/dev/nst0': Input/output error");
  });

  it('is its last line if there are only counts', () => {
    expect(wordsOf({ stderr: '1+0 records in\n1+0 records out\n' })).toBe('1+0 records out');
  });

  it('is its output if there are no errors', () => {
    expect(wordsOf({ stdout: 'first\nlast\n', stderr: '\n' })).toBe('last');
  });
});
