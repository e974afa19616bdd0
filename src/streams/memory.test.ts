import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

interface LargeCopy {
  readonly bytes: number;
  readonly records: number;
  readonly rssMebibytes: number;
}

describe('the memory of a long dump', () => {
  it('stays below 300 MiB while 1 GiB goes through', { timeout: 180_000 }, async () => {
    const script = fileURLToPath(new URL('./large-copy.fixture.ts', import.meta.url));
    const nodeArguments = ['--experimental-strip-types', '--no-warnings', script, '1024'];
    const { stdout } = await promisify(execFile)(process.execPath, nodeArguments);
    const told = JSON.parse(stdout) as LargeCopy;
    expect(told.bytes).toBe(1024 ** 3);
    expect(told.records).toBe(32_768);
    expect(told.rssMebibytes).toBeGreaterThan(60);
    expect(told.rssMebibytes).toBeLessThan(300);
  });
});
