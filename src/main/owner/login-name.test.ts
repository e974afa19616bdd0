import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { loginName } from './login-name.ts';

it('the operator is the login of the process, whatever $USER says', () => {
  const before = process.env['USER'];
  process.env['USER'] = 'somebody-else';
  try {
    expect(loginName()).toBe(execFileSync('id', ['-un'], { encoding: 'utf8' }).trim());
  } finally {
    if (before === undefined) delete process.env['USER'];
    else process.env['USER'] = before;
  }
});
