/** Who has a cluster and nothing else: host names of ~/.ssh/config become a checked site file, its plan, and a verified run. By clicks alone. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Served } from '../../src/main/serve/serve.ts';
import { startCommand } from '../support/command-line.ts';
import { openScene, type Scene } from '../support/lab-run.ts';
import { describeInBrowser } from '../support/ui/console-page.ts';
import { firstStateFolder } from '../support/ui/first-start.ts';

/** The hosts of the lab as an operator has named them, and one that is no more. */
function sshConfig({ lab }: Scene): string {
  const [a, b, vault] = lab.hosts;
  const hosts = [
    { name: 'payroll-a', port: a?.port },
    { name: 'payroll-b', port: b?.port },
    { name: 'payroll-old', port: 1 },
    { name: 'vault', port: vault?.port },
  ];
  return [
    ...hosts.flatMap(({ name, port }) => [`Host ${name}`, `  Port ${port ?? 0}`]),
    'Host *',
    '  HostName 127.0.0.1',
    '  User root',
    `  IdentityFile ${lab.identityFile}`,
    '',
  ].join('\n');
}

/** The console of an operator whose home folder has an ssh configuration; nothing else is known. */
async function startedWith(scene: Scene): Promise<{ served: Served; home: string }> {
  const state = await firstStateFolder();
  const home = await mkdtemp(join(tmpdir(), 'shadowtape-home-'));
  await mkdir(join(home, '.ssh'), { mode: 0o700 });
  await writeFile(join(home, '.ssh', 'config'), sshConfig(scene), { mode: 0o600 });
  let heard: (url: string) => void = () => undefined;
  const printed = new Promise<string>((resolve) => (heard = resolve));
  const command = startCommand(
    ['--state', state.path, 'serve'],
    (text) => {
      const url = /^the console is at (http:\S+)\n/m.exec(text)?.[1];
      if (url !== undefined) heard(url);
    },
    { HOME: home },
  );
  onTestFinished(async () => {
    command.process.kill('SIGINT');
    await command.end;
    await Promise.all([state.path, home].map((folder) => rm(folder, { recursive: true, force: true })));
  });
  const url = await Promise.race([
    printed,
    command.end.then(({ stderr }) => Promise.reject(new Error(`it ended before it served: ${stderr}`))),
  ]);
  return { served: { url } as Served, home };
}

describeInBrowser('a first site of one’s own', (browser) => {
  it('goes from names of ~/.ssh/config to a verified run', async () => {
    const scene = await openScene();
    onTestFinished(() => scene.close());
    const { served, home } = await startedWith(scene);
    const console = await browser.page({ served });
    const { page } = console;
    await console.open('');
    await console.link('Set up your first site…').click();

    // The configuration's hosts are proposed; a role is all that is said of each.
    const named = console.region('Hosts of ~/.ssh/config');
    await named.getByText('root@127.0.0.1:1', { exact: true }).waitFor();
    expect(await named.getByRole('listitem').locator('.strong').allTextContents()).toEqual([
      'payroll-a',
      'payroll-b',
      'payroll-old',
      'vault',
    ]);
    await console.picture('own-site-names');
    for (const host of ['payroll-a', 'payroll-b', 'payroll-old'])
      await console.button(`Add ${host} as a primary node`).click();
    await console.button('Add vault as the backup server').click();

    // Host keys are confirmed on screen, each once; what cannot be used is shown next to its host.
    await console.button('Find proxies').click();
    const question = page.getByRole('dialog', { name: /^Is this (payroll-[ab]|vault)\?$/ });
    for (let left = 3; left > 0; left -= 1) {
      const title = (await question.getByRole('heading').textContent()) ?? '';
      await question.getByRole('button', { name: 'Accept this key' }).click();
      await page.getByRole('dialog', { name: title, exact: true }).waitFor({ state: 'detached' });
    }
    await console.said('payroll-old cannot be used').waitFor();
    const old = page.getByRole('group', { name: 'Host payroll-old', exact: true });
    await old
      .getByRole('alert')
      .getByText('payroll-old (127.0.0.1, port 1) cannot be reached: the connection was refused')
      .waitFor();
    await console.picture('own-site-unusable-host');
    await old.getByRole('button', { name: 'Remove payroll-old from the site' }).click();
    await console.button('Find proxies').click();

    const pairs = page.getByRole('table', { name: 'Pairs of the cluster' });
    await pairs.getByRole('checkbox', { name: 'Back up Volume1 through Volume2 of Class1' }).check();
    await console.button('Create the job').click();
    await console.button('Save the site file…').click();
    const dialog = page.getByRole('dialog', { name: 'Save the site file' });
    expect(await dialog.getByRole('textbox', { name: 'Path' }).inputValue()).toBe('~/my-cluster.yaml');
    await dialog.getByRole('button', { name: 'Save the site file' }).click();

    // The file is open and checked, and the plan of its job shown: nothing has been changed on any host.
    await console.said('ready for a run').waitFor();
    await page
      .getByRole('list', { name: 'Steps of the plan' })
      .getByRole('listitem')
      .filter({ hasText: 'Part Volume2 from Volume1' })
      .waitFor();
    await console.picture('own-site-checked');
    expect(await readFile(join(home, 'my-cluster.yaml'), 'utf8')).toContain(
      [
        '  payroll-a: { role: primary }',
        '  payroll-b: { role: primary }',
        '  vault: { role: backup }',
        'tape: { host: vault, device: /dev/rmt/0 }',
      ].join('\n'),
    );
    const changing = /^(?:.* )?sdx(?:proxy|shadow\w+|volume) /;
    expect(scene.lab.commands.map(({ line }) => line).filter((line) => changing.test(line))).toEqual([]);

    await console.button('Go to the plan of nightly').click();
    await console.button('Back up Volume2').click();
    await console.button('Services are stopped').click();
    await console.button('Services are running').click();
    await console.button('Show the verification…').click();
    await console.button('Approve and start the dump').click();
    await console.heading('Backup verified').waitFor();
    await console.picture('own-site-verified');
  });
});
