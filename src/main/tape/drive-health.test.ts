import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compressionState,
  encryptionArguments,
  encryptionState,
  logPageArguments,
  mediaLoads,
} from './drive-health.ts';

describe('the queries', () => {
  it('use the no-rewind device', () => {
    expect(logPageArguments('/dev/st0', 'alerts')).toEqual(['sg_logs', '--page=0x2e', '/dev/nst0']);
    expect(encryptionArguments('/dev/rmt/0')).toEqual(['stenc', '-f', '/dev/rmt/0n']);
  });
});

describe('what they print', () => {
  it('has the load count', () => {
    fc.assert(
      fc.property(fc.nat(), (count) => {
        const text = `Device statistics page (ssc-3 and adc)\n  Lifetime media loads: ${count}\n  Lifetime cleaning operations: 3\n`;
        expect(mediaLoads(text)).toBe(count);
      }),
    );
    expect(mediaLoads('Device statistics page (ssc-3 and adc)\n')).toBeUndefined();
  });

  it('has the state of the compression', () => {
    expect(compressionState('  Data compression enabled: 0x1\n')).toBe('on');
    expect(compressionState('  Data compression enabled: 0x0\n')).toBe('off');
    expect(compressionState('  Write compression ratio x100: 100\n')).toBeUndefined();
  });

  it.each(['on', 'mixed', 'rawread', 'off'])('has the state of the encryption: %s', (mode) => {
    const text = `Status for /dev/nst0\n${'-'.repeat(50)}\n${'Drive Encryption:'.padEnd(25)}${mode}\n`;
    expect(encryptionState(text)).toBe(mode);
  });

  it('is not guessed', () => {
    expect(encryptionState(`${'Drive Encryption:'.padEnd(25)}unknown\n`)).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect([mediaLoads(text), compressionState(text), encryptionState(text)]).toEqual([
          undefined,
          undefined,
          undefined,
        ]);
      }),
    );
  });
});
