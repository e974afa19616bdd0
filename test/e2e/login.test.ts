import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { readFile, writeFile } from 'node:fs/promises';
import type { ServerChannel } from 'ssh2';
import { expect, it, onTestFinished } from 'vitest';
import { newKey, startTestServer, type Command } from '../../src/main/ssh/ssh-server.test-support.ts';
import { describeInBrowser, servedScene } from '../support/ui/console-page.ts';

/** Says that, and succeeds. */
const answers =
  (words: string): Command =>
  (channel) => {
    channel.write(words);
    channel.exit(0);
    channel.end();
  };

/** Has a shell of this machine run the line. */
const inShell = (channel: ServerChannel, line: string): void => {
  const shell = spawn('sh', ['-c', line], { stdio: ['pipe', 'pipe', 'ignore'] });
  channel.pipe(shell.stdin);
  shell.stdout.pipe(channel, { end: false });
  shell.once('close', (status) => {
    channel.exit(status ?? 1);
    channel.end();
  });
};

describeInBrowser('logging in', (browser) => {
  it('asks for the password of a host that takes no key, says that one was wrong, and asks again', async () => {
    const opened = await servedScene();
    opened.scene.lab.faults.set('asks-password=node2');
    const console = await browser.page(opened);
    const { page } = console;
    await console.open('#/sites');
    const dialog = page.getByRole('dialog', { name: 'Password for node2' });
    const password = dialog.getByLabel('Password of root on node2');
    const logIn = dialog.getByRole('button', { name: 'Log in to node2' });
    await password.waitFor();
    expect(await password.getAttribute('type')).toBe('password');
    expect(await logIn.getAttribute('aria-disabled')).toBe('true');
    await dialog.getByText('It is kept in memory until Shadowtape exits.').waitFor();
    // It must be answered.
    await page.keyboard.press('Escape');
    await console.picture('login-password');
    await page.keyboard.type('guessed');
    await page.keyboard.press('Enter');
    await dialog.getByRole('alert').getByText('node2 did not accept it.').waitFor();
    expect(await password.inputValue()).toBe('');
    await console.picture('login-password-wrong');
    await page.keyboard.type('shadowtape');
    await logIn.click();
    await dialog.waitFor({ state: 'detached' });
    const hosts = page.getByRole('table', { name: 'Hosts of the site' });
    await hosts.getByRole('row', { name: /^node2 primary node .* known reached Try/ }).waitFor();
  });

  it('that nobody answers leaves the login refused, and says how to continue', async () => {
    const opened = await servedScene();
    opened.scene.lab.faults.set('asks-password=node2');
    const console = await browser.page(opened);
    const { page } = console;
    await console.open('#/sites');
    const dialog = page.getByRole('dialog', { name: 'Password for node2' });
    await dialog.getByRole('button', { name: 'Do not log in' }).click();
    await dialog.waitFor({ state: 'detached' });
    const hosts = page.getByRole('table', { name: 'Hosts of the site' });
    await hosts.getByRole('row', { name: /^node2 primary node .* login refused Try/ }).waitFor();
    await hosts.getByText(/^node2 does not let root log in/).waitFor();
    await console.picture('login-refused');
  });

  it('asks for the passphrase of a key, and opens it with the right one', async () => {
    const opened = await servedScene();
    const lockedKey = newKey('correct horse');
    const server = await startTestServer({
      authenticate: (attempt) =>
        attempt.method === 'publickey' ? attempt.accept() : attempt.reject(['publickey']),
      commands: {
        uname: answers('SunOS 5.10\n'),
        sh: (channel, line = '') =>
          line.includes('shadowtape-login-shell')
            ? inShell(channel, line)
            : answers('/usr/sbin/sdxinfo\n')(channel),
      },
    });
    onTestFinished(() => server.close());
    const keyFile = join(opened.scene.folder, 'locked_key');
    await writeFile(keyFile, lockedKey, { mode: 0o600 });
    const console = await browser.page(opened);
    const { page } = console;
    await console.open('#/sites/first');
    const host = page.getByRole('group', { name: 'Host node1', exact: true });
    for (const [label, words] of [
      ['Address', '127.0.0.1'],
      ['Port', String(server.port)],
      ['Key file', keyFile],
    ] as const)
      await host.getByRole('textbox', { name: label, exact: true }).fill(words);
    await console.button('Try node1').click();
    await console.button('Accept this key').click();
    const dialog = page.getByRole('dialog', { name: 'Passphrase of the key for node1' });
    const passphrase = dialog.getByLabel(`Passphrase of ${keyFile}`);
    await passphrase.fill('wrong horse');
    await page.keyboard.press('Enter');
    await dialog.getByRole('alert').getByText('Wrong passphrase.').waitFor();
    await console.picture('login-passphrase');
    await passphrase.fill('correct horse');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await host.getByText('SunOS 5.10').waitFor();
  });

  it('refuses a host whose host key has changed, explains what that may mean, and replaces it for who types its name', async () => {
    const opened = await servedScene();
    const console = await browser.page(opened);
    const { page } = console;
    await console.open('#/sites');
    const hosts = page.getByRole('table', { name: 'Hosts of the site' });
    await hosts.getByRole('row', { name: /^node1 .* known reached Try/ }).waitFor();
    opened.scene.lab.faults.set('host-key-changed=node1');
    await opened.scene.lab.faultsSettled();
    await console.button('Try node1').click();
    const alert = hosts.getByRole('alert');
    await alert.getByText('node1 shows a different host key than the known one. It is refused.').waitFor();
    await hosts.getByRole('row', { name: /^node1 .* changed host key has changed Try/ }).waitFor();
    expect(await alert.textContent()).toMatch(/Shown now.*SHA256:.*Known.*SHA256:/s);
    await alert.getByText(`${opened.scene.state.knownHostsFile}, line 1`).waitFor();
    // Nobody is asked whether it is to be trusted.
    expect(await page.getByRole('dialog').count()).toBe(0);
    await console.picture('login-host-key-changed');

    // What needs the host is disabled, and says why.
    await console.open('#/plan/raw-dd');
    const why = 'the host key of node1 has changed';
    await page.locator(`[aria-disabled="true"][title="${why}"]`).getByText('Back up Volume2').waitFor();
    await console.open('#/sites');

    await console.button('Replace the host key…').click();
    const dialog = page.getByRole('dialog', { name: 'Replace the host key of node1?' });
    const replace = dialog.getByRole('button', { name: 'Replace the host key', exact: true });
    expect(await replace.getAttribute('title')).toBe('the name has not been typed');
    expect(await dialog.textContent()).toMatch(/Shown now.*SHA256:.*Known.*SHA256:/s);
    await dialog.getByRole('textbox').fill('node');
    await page.keyboard.press('Enter');
    expect(await replace.getAttribute('aria-disabled')).toBe('true');
    await dialog.getByRole('textbox').fill('node1');
    await console.picture('login-host-key-replace');
    await replace.click();
    await hosts.getByRole('row', { name: /^node1 .* known reached Try/ }).waitFor();
    await console.open('#/plan/raw-dd');
    await page.locator('button:not([aria-disabled])').getByText('Back up Volume2').waitFor();
    // The earlier key is kept, and counts no more.
    const lines = (await readFile(opened.scene.state.knownHostsFile, 'utf8')).trimEnd().split('\n');
    const [former = ''] = lines;
    expect(lines.at(-2)).toBe(`@revoked ${former}`);
    expect(lines.at(-1)).not.toBe(former);
  });
});
