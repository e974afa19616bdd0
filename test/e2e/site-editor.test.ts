import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openScene, type Scene, type SiteTree } from '../support/lab-run.ts';
import {
  describeInBrowser,
  openServedScene,
  type ConsolePage,
  type ServedScene,
} from '../support/ui/console-page.ts';
import { openFirstStart, type FirstStart } from '../support/ui/first-start.ts';
import { performed } from '../support/performed-command.ts';

/** SHA256:… as ssh-keygen -l prints it, of a host of the lab. */
async function fingerprintOf({ lab }: Scene, port: number): Promise<string> {
  const known = await readFile(lab.knownHostsFile, 'utf8');
  const key =
    known
      .split('\n')
      .find((line) => line.startsWith(`[127.0.0.1]:${port} `))
      ?.split(' ')[2] ?? '';
  const digest = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

const field = (of: Locator, label: string) => of.getByRole('textbox', { name: label, exact: true });
const choice = (of: Locator, label: string) => of.getByRole('combobox', { name: label, exact: true });

/** A step of the plan next to the form. */
const plannedStep = ({ page }: ConsolePage, words: string | RegExp) =>
  page.getByRole('list', { name: 'Steps of the plan' }).getByRole('listitem').filter({ hasText: words });

describeInBrowser('the way to a first site', (browser) => {
  let scene: Scene;
  let first: FirstStart;
  beforeAll(async () => {
    [scene, first] = await Promise.all([openScene(), openFirstStart()]);
  });
  afterAll(() => Promise.all([scene.close(), first.close()]));

  it('leads from the hosts through the volumes and the job to a file that the command line reads', async () => {
    const console = await browser.page(first);
    const { page } = console;
    await console.open('#/sites/first');
    await console.heading('Your first site').waitFor();
    await field(page.locator('main'), 'Name of the site').fill('payroll-cluster');
    const host = (name: string) => page.getByRole('group', { name: `Host ${name}`, exact: true });
    const [node1, node2, node3] = scene.lab.hosts;
    if (!node1 || !node2 || !node3) throw new Error('the lab has three hosts');

    // A host that does not exist: the sentence, the hint, and no typed text is lost.
    await field(host('node1'), 'Address').fill('127.0.0.1');
    await field(host('node1'), 'Port').fill('1');
    await field(host('node1'), 'Key file').fill(scene.lab.identityFile);
    await console.button('Try node1').click();
    await host('node1').getByText('not reached', { exact: true }).waitFor();
    const alert = host('node1').getByRole('alert');
    await alert
      .getByText('node1 (127.0.0.1, port 1) cannot be reached: the connection was refused')
      .waitFor();
    await alert.getByText('check that node1 is up, that sshd listens on port 1,').waitFor();
    expect(await field(host('node1'), 'Port').inputValue()).toBe('1');
    expect(await field(host('node1'), 'Key file').inputValue()).toBe(scene.lab.identityFile);
    await console.picture('first-site-not-reached');

    // The first time, its host key must be confirmed; if refused, nothing is known of the host.
    await field(host('node1'), 'Port').fill(String(node1.port));
    await console.button('Try node1').click();
    const asks = page.getByRole('dialog', { name: 'Is this node1?' });
    await asks.getByText(await fingerprintOf(scene, node1.port)).waitFor();
    await console.picture('first-site-host-key');
    await asks.getByRole('button', { name: 'Do not connect' }).click();
    await host('node1').getByText('not reached', { exact: true }).waitFor();
    await console.button('Try node1').click();
    await asks.getByRole('button', { name: 'Accept this key' }).click();
    await host('node1').getByText('reached', { exact: true }).waitFor();
    await host('node1').getByText('SunOS 5.9').waitFor();

    for (const { name, address, port } of [node2, node3]) {
      await field(host(name), 'Address').fill(address);
      await field(host(name), 'Port').fill(String(port));
      await field(host(name), 'Key file').fill(scene.lab.identityFile);
    }
    await console.button('Try all hosts').click();
    // The faster of the two asks first.
    const question = page.getByRole('dialog', { name: /^Is this node[23]\?$/ });
    const asked: (string | null)[] = [];
    for (let left = 2; left > 0; left -= 1) {
      const title = await question.getByRole('heading').textContent();
      const { port = 0 } = [node2, node3].find(({ name }) => title === `Is this ${name}?`) ?? {};
      await question.getByText(await fingerprintOf(scene, port)).waitFor();
      await question.getByRole('button', { name: 'Accept this key' }).click();
      await page.getByRole('dialog', { name: title ?? '', exact: true }).waitFor({ state: 'detached' });
      asked.push(title);
    }
    expect(asked.toSorted()).toEqual(['Is this node2?', 'Is this node3?']);
    await console.said('3 of 3 hosts reached').waitFor();
    await console.picture('first-site-hosts');

    await console.button('Find proxies').click();
    const pairs = page.getByRole('table', { name: 'Pairs of the cluster' });
    await pairs.getByRole('row', { name: /Volume2.*Disk3 in Group2.*2 MiB.*Join/ }).waitFor();
    await pairs.getByRole('checkbox', { name: 'Back up Volume1 through Volume2 of Class1' }).check();
    const main = page.locator('main');
    expect(await field(main, 'Shadow class').inputValue()).toBe('Class2');
    expect(await choice(main, 'Device of Disk3').inputValue()).toBe('c1t1d3');
    expect(await choice(main, 'Tape device').inputValue()).toBe('/dev/rmt/0');
    await console.picture('first-site-volumes');

    await console.button('Create the job').click();
    await plannedStep(console, 'Part Volume2 from Volume1').waitFor();
    await console.said('no errors').waitFor();
    await console.picture('first-site-job');

    await console.button('Save the site file…').click();
    const dialog = page.getByRole('dialog', { name: 'Save the site file' });
    const file = join(scene.folder, 'payroll.yaml');
    await dialog.getByRole('textbox', { name: 'Path' }).fill(file);
    await console.picture('first-site-save');
    await dialog.getByRole('button', { name: 'Save the site file' }).click();
    await page.getByRole('banner').getByText('payroll-cluster').waitFor();
    await console.said('ready for a run').waitFor();
    await console.picture('first-site-checked');

    expect(await readFile(file, 'utf8')).toBe(
      [
        '# A site file of Shadowtape: every key and its values are in docs/site-file.md.',
        'site: payroll-cluster',
        'platform: solaris              # solaris | linux: names of devices and commands',
        'hosts:                         # what ~/.ssh/config knows (address, port, user, key) need not be repeated',
        ...scene.lab.hosts.map(
          ({ name, address, port }) =>
            `  ${name}: { role: ${name === 'node3' ? 'backup' : 'primary'}, user: root, address: ${address}, port: ${port}, key: ${scene.lab.identityFile} }`,
        ),
        'tape: { host: node3, device: /dev/rmt/0 }',
        'jobs:',
        '  nightly:',
        '    class: Class1',
        '    volumes: [{ master: Volume1, proxy: Volume2 }]',
        '    shadow: { class: Class2, disks: { Disk3: c1t1d3 } }',
        '    method: 6a',
        '    services: ask',
        '    media: { layout: plain, overwrite: false }',
        '    verify: { fingerprint: 64, readback: true }',
        '    approve: operator',
        '    onFailure: halt',
        '',
      ].join('\n'),
    );
    const planned = await performed(['--site', file, '--state', first.state.path, 'plan', 'nightly']);
    expect(planned.stderr).toBe('');
    expect(planned.stdout).toMatch(
      /^Job nightly of payroll-cluster: Volume2, 2 MiB, method 6a, route console\n/,
    );
    expect(planned.exitStatus).toBe(0);

    // The file is no longer a draft: it is edited like that of any site.
    await console.button('Edit the file').click();
    await console.heading('payroll.yaml').waitFor();
    await console.open('#/sites/first');
    expect(await field(page.locator('main'), 'Name of the site').inputValue()).toBe('my-cluster');
  });
});

const head = '# Written by Aiko. Ask her before you change node3.\n';

describeInBrowser('a site file that is edited', (browser) => {
  let opened: ServedScene;
  let file: string;
  /** As it was written, with a comment. */
  let text: string;
  beforeAll(async () => {
    opened = await openServedScene();
    file = join(opened.scene.folder, 'site.yaml');
    text = `${head}${await readFile(file, 'utf8')}`;
  });
  afterAll(() => opened.close());

  async function editing(job = 'raw-dd'): Promise<{ console: ConsolePage; form: Locator }> {
    await writeFile(file, text);
    const console = await browser.page(opened);
    await console.open('#/sites');
    await console.button(`Edit ${job}`).click();
    const form = console.page.getByRole('form', { name: `Job ${job}` });
    await form.waitFor();
    return { console, form };
  }

  it('is checked while somebody types, and cannot be saved while it has errors', async () => {
    const { console, form } = await editing();
    const records = field(form, 'Records compared before the dump');
    await records.fill('1');
    await form.getByText('must be at least 2 (the first and the last block)').waitFor();
    expect(await records.getAttribute('aria-invalid')).toBe('true');
    await console.said('1 error').waitFor();
    expect(await console.button('Save').getAttribute('aria-disabled')).toBe('true');
    expect(await console.button('Save').getAttribute('title')).toBe('it has errors');
    await console.picture('site-edit-wrong');
    await records.fill('16');
    await console.said('changed, not saved').waitFor();
    await console.button('Discard changes').click();
    await console.said('no unsaved changes').waitFor();
    expect(await records.inputValue()).toBe('8');
  });

  it('offers to hash the whole proxy, and can revert that', async () => {
    const { console, form } = await editing();
    const whole = form.getByRole('checkbox', { name: 'Hash the whole proxy after the dump' });
    await whole.check();
    await plannedStep(console, 'Hash all of Volume2 on node1').waitFor();
    await console.said('changed, not saved').waitFor();
    expect(await field(form, 'Records compared before the dump').count()).toBe(0);
    await choice(form, 'Method of step 6').selectOption('6c');
    await form.getByText(/^"all" needs method 6a: 6c does not write the bytes/).waitFor();
    await choice(form, 'Method of step 6').selectOption('6a');
    await whole.uncheck();
    expect(await field(form, 'Records compared before the dump').inputValue()).toBe('8');
    await console.said('no unsaved changes').waitFor();
  });

  it('shows the plan next to the form, and keeps what it does not change, including comments', async () => {
    const { console, form } = await editing();
    await plannedStep(console, 'Part Volume2 from Volume1').waitFor();
    await choice(form, 'Method of step 6').selectOption('6c');
    await plannedStep(console, /ufsdump/).waitFor();
    await console.picture('site-edit-plan');
    await console.button('Save').click();
    await console.page.getByText(`Saved ${file}`).waitFor();
    const saved = await readFile(file, 'utf8');
    expect(saved).toBe(text.replace('method: 6a', 'method: 6c'));
    expect(saved.startsWith(head)).toBe(true);
    // The open site has it at once.
    await console.open('#/plan/raw-dd');
    await console.page
      .getByRole('combobox', { name: 'Method' })
      .getByText('6c, as the job says')
      .waitFor({ state: 'attached' });
  });

  it('that somebody else has changed meanwhile is not overwritten before both sides were shown', async () => {
    const { console, form } = await editing();
    await field(form, 'Shadow class').fill('Class9');
    const theirs = text.replace('fingerprint: 8', 'fingerprint: 4096');
    await writeFile(file, theirs);
    await console.said('changed, not saved').waitFor();
    await console.button('Save').click();
    const dialog = console.page.getByRole('dialog', {
      name: 'The file has changed since you opened it',
    });
    const both = dialog.getByRole('region', { name: 'Both sides' });
    await both
      .getByText('in the file: fingerprint: 4096')
      .or(both.getByText(/in the file:.*fingerprint: 4096/))
      .first()
      .waitFor();
    expect(await both.textContent()).toMatch(/yours: +class: Class9/);
    await console.picture('site-conflict');
    expect(await readFile(file, 'utf8')).toBe(theirs);
    await dialog.getByRole('button', { name: 'Keep editing' }).click();
    expect(await field(form, 'Shadow class').inputValue()).toBe('Class9');
    await console.button('Save').click();
    await dialog.getByRole('button', { name: 'Overwrite the file' }).click();
    await console.page.getByText(`Saved ${file}`).waitFor();
    expect(await readFile(file, 'utf8')).toBe(text.replace('class: Class2', 'class: Class9'));
  });

  it('has its pools of tapes, which jobs follow when they are renamed', async () => {
    const { console, form } = await editing();
    const { page } = console;
    await choice(form, 'Layout').selectOption('labelled');
    await choice(page.locator('main'), 'Edit').selectOption('The site');
    const site = page.getByRole('form', { name: 'The site' });
    await site.getByRole('button', { name: 'Add a pool' }).click();
    const pool = site.getByRole('group', { name: 'Pool nightly' });
    await field(pool, 'Tapes, a name in each line').fill('N1\nN2\nN1');
    await pool.getByText('N1 is named twice').waitFor();
    await field(pool, 'Tapes, a name in each line').fill('N1\nN2');
    await field(pool, 'Retention').fill('8 days');
    await choice(page.locator('main'), 'Edit').selectOption('raw-dd');
    await field(form, 'Pool of tapes').fill('nightly');
    await choice(page.locator('main'), 'Edit').selectOption('The site');
    await pool.getByText('Jobs: raw-dd').waitFor();
    await field(pool, 'Name').fill('week');
    await page.keyboard.press('Tab');
    await console.said('changed, not saved').waitFor();
    await site.getByRole('group', { name: 'Pool week' }).scrollIntoViewIfNeeded();
    await console.picture('site-edit-pools');
    await console.button('Save').click();
    await page.getByText(`Saved ${file}`).waitFor();
    const { jobs, ...saved } = parse(await readFile(file, 'utf8')) as SiteTree & { pools: unknown };
    expect(saved.pools).toEqual({ week: { tapes: ['N1', 'N2'], keep: '8 days' } });
    expect(jobs['raw-dd']).toMatchObject({ media: { layout: 'labelled', pool: 'week' } });
  });

  it('has fields for rare settings, which are checked like the others', async () => {
    const { console, form } = await editing();
    const { page } = console;
    await form.getByRole('button', { name: 'Add a stripe width' }).click();
    await form.getByRole('textbox', { name: 'Name of stripe width 1' }).fill('Group6');
    await page.keyboard.press('Tab');
    await field(form, 'Stripe width of Group6').fill('0');
    await form.getByText('must be at least one block').waitFor();
    await field(form, 'Stripe width of Group6').fill('64');
    await field(form, 'Name of the shadow group').fill('Shadow2');
    await field(form, 'Record size in bytes').fill('65537');
    await form.getByText('must be a multiple of 512').waitFor();
    await field(form, 'Record size in bytes').fill('65536');
    await form.getByRole('button', { name: 'Add a time limit' }).click();
    await field(form, 'Time limit of part').fill('soon');
    await form.getByText('must be a number of seconds, minutes or hours, such as "10 minutes"').waitFor();
    await field(form, 'Time limit of part').fill('5 minutes');
    await field(form, 'Proxies copied at the same time').fill('2');
    await form.getByRole('checkbox', { name: 'Wait for the copy to finish' }).uncheck();
    await form.getByRole('button', { name: 'Add a notification' }).click();
    const way = form.getByRole('group', { name: 'Notification 1' });
    await choice(way, 'By').selectOption('mail');
    await field(way, 'To, one address per line').fill('operator@example.com\nnobody');
    await way.getByText('must be a mail address such as operator@example.com').first().waitFor();
    await field(way, 'To, one address per line').fill('operator@example.com');
    await field(way, 'From').fill('shadowtape@example.com');
    await field(way, 'Mail server').fill('mail.example.com');
    await way.getByRole('checkbox', { name: 'success' }).check();
    await console.said('changed, not saved').waitFor();
    await way.scrollIntoViewIfNeeded();
    await console.picture('site-edit-messages');

    await choice(page.locator('main'), 'Edit').selectOption('The site');
    const site = page.getByRole('form', { name: 'The site' });
    await field(site, 'Tries').fill('none');
    await console.said('1 error').waitFor();
    await console.picture('site-edit-site');
    await field(site, 'Tries').fill('5');
    await choice(site, 'File names on the volumes').selectOption('shift_jis');
    await site
      .getByRole('checkbox', { name: 'Match exec of the ssh configuration may run its command' })
      .check();
    await console.said('changed, not saved').waitFor();
    await console.button('Save').click();
    await page.getByText(`Saved ${file}`).waitFor();
    const { jobs, connections, fileNames } = parse(await readFile(file, 'utf8')) as SiteTree & {
      fileNames: string;
    };
    expect(connections).toEqual({ everySeconds: 0.02, tries: 5, runMatchExec: true });
    expect(fileNames).toBe('shift_jis');
    expect(jobs['raw-dd']).toMatchObject({
      shadow: { class: 'Class2', group: 'Shadow2', disks: { Disk3: 'c1t1d3' }, stripeWidth: { Group6: 64 } },
      media: { layout: 'plain', overwrite: false, recordBytes: 65_536 },
      timeLimits: { part: '5 minutes' },
      resynchronisation: { everySeconds: 0.02, atOnce: 2, wait: false },
      notify: [
        {
          on: ['success', 'failure', 'operator-needed'],
          mail: { to: ['operator@example.com'], from: 'shadowtape@example.com', host: 'mail.example.com' },
        },
      ],
    });
    expect(await readFile(file, 'utf8')).toContain(head);
  });

  it('from elsewhere is copied, with its errors', async () => {
    const { console } = await editing();
    const { page } = console;
    await console.open('#/sites');
    await console.button('Open another site…').click();
    const dialog = page.getByRole('dialog', { name: 'Open another site' });
    await dialog.getByLabel('Import a file…').setInputFiles({
      name: 'old.yaml',
      mimeType: 'text/yaml',
      buffer: Buffer.from(
        text.replace('site: lab', 'site: old-cluster # of last year').replace('method: 6a', 'method: 7a'),
      ),
    });
    await console.heading('Site file').waitFor();
    const trouble = page.getByRole('button', { name: /jobs\.raw-dd\.method/ });
    await trouble.click();
    const method = choice(page.getByRole('form', { name: 'Job raw-dd' }), 'Method of step 6');
    expect(await page.locator(':focus').and(method).count()).toBe(1);
    expect(await method.getByRole('option', { selected: true }).textContent()).toBe('7a – not known');
    await console.picture('site-import');
    await method.selectOption('6a');
    await console.said('changed, not saved').waitFor();
    await console.button('Save as…').click();
    // An existing file is not overwritten before both were shown.
    const save = page.getByRole('dialog', { name: 'Save the site file' });
    await save.getByRole('textbox', { name: 'Path' }).fill(join(opened.scene.folder, 'old.yaml'));
    await page.keyboard.press('Enter');
    await page.getByRole('banner').getByText('old-cluster').waitFor();
    expect(await readFile(join(opened.scene.folder, 'old.yaml'), 'utf8')).toBe(
      text.replace('site: lab', 'site: old-cluster # of last year'),
    );
    // Opened by its path, the first one is back.
    await opened.ask('openSite', { file });
  });
});
