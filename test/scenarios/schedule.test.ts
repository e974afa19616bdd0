import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { sampleSite } from '../../src/main/site/site.test-support.ts';
import { startProgram, type CommandEnd } from '../support/command-line.ts';
import { writeGeneratedRun } from '../support/generated-history.ts';
import { tapeWasWritten, withJob } from '../support/failures.ts';
import { openScene, runScene, type Scene } from '../support/lab-run.ts';
import { performed } from '../support/performed-command.ts';

const minute = 60_000;
const hour = 60 * minute;

describe('run --if-due', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shadowtape-due-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const told = () => join(folder, 'told');

  /** A job that was due this long ago, and may begin within the window. @returns when it was due */
  function writeSite(milliseconds: number, window: string): string {
    const due = new Date(Math.floor((Date.now() - milliseconds) / minute) * minute);
    const site = sampleSite();
    site.jobs.nightly.schedule = { at: due.toISOString().slice(11, 16), window, zone: 'UTC' };
    site.jobs.nightly.protect = { every: '1 week' };
    const script = 'cat >> "$0"; echo "$SHADOWTAPE_EVENT $SHADOWTAPE_VERDICT" >> "$0"';
    site.notify = [{ on: ['failure'], command: ['/bin/sh', '-c', script, told()] }];
    writeFileSync(join(folder, 'site.yaml'), stringify(site));
    return due.toISOString();
  }

  const watchedSince = (at: number, task?: 'drill') =>
    writeFileSync(
      join(folder, 'schedule.ndjson'),
      `${JSON.stringify({ what: 'watched', at: new Date(at).toISOString(), site: 'payroll-cluster', job: 'nightly', task })}\n`,
    );
  const events = (): { what: string; due?: string; reason?: string }[] =>
    readFileSync(join(folder, 'schedule.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { what: string });

  function writeRun(at: number): void {
    const run = '20261101-010000-volume2';
    writeGeneratedRun(folder, { run, at: new Date(at), job: 'nightly', volume: 'Volume2', bytes: 1024 ** 2 });
  }

  const command = (...args: string[]): Promise<CommandEnd> =>
    performed(['--site', join(folder, 'site.yaml'), '--state', folder, ...args]);

  it('records a missed night once, notifies it as a failure, and status shows it', async () => {
    const due = writeSite(2 * hour, '60 min');
    watchedSince(Date.now() - 3 * hour);
    writeRun(Date.now() - 4 * hour);
    const end = await command('run', 'nightly', '--if-due');
    expect(end).toMatchObject({ exitStatus: 0, stderr: '' });
    expect(end.stdout).toMatch(/^nightly is not due; next: \d{4}-\d\d-\d\d \d\d:\d\d UTC\n$/);
    expect(events()).toMatchObject([
      { what: 'watched' },
      { what: 'missed', due, reason: 'no run was started in its window' },
    ]);
    const night = `the night of ${due.slice(0, 16).replace('T', ' ')} UTC was missed`;
    const message = readFileSync(told(), 'utf8');
    expect(message).toContain(`${night}: no run was started in its window\n`);
    expect(message).toMatch(/failure missed\n$/);
    await command('run', 'nightly', '--if-due');
    expect(events()).toHaveLength(2);
    expect(readFileSync(told(), 'utf8')).toBe(message);
    expect(await command('status')).toMatchObject({
      exitStatus: 2,
      stdout: expect.stringContaining(`; ${night}: no run was started in its window\n`) as string,
    });
  });

  it('status reports a missed drill like a missed night', async () => {
    const site = sampleSite();
    const due = new Date(Math.floor((Date.now() - 2 * hour) / minute) * minute).toISOString();
    site.jobs.nightly.protect = { every: '1 week' };
    site.jobs.nightly.drill = { schedule: { at: due.slice(11, 16), window: '60 min', zone: 'UTC' } };
    writeFileSync(join(folder, 'site.yaml'), stringify(site));
    writeRun(Date.now() - 4 * hour);
    watchedSince(Date.now() - 3 * hour, 'drill');
    const sentence = `the drill of ${due.slice(0, 16).replace('T', ' ')} UTC was missed: no drill was made in its window`;
    const end = await command('status');
    expect(end.exitStatus).toBe(2);
    expect(end.stdout).toMatch(/^protected, drill missed {2}Class1\/Volume1 /);
    expect(end.stdout).toContain(`; ${sentence}\n`);
    const [line = ''] = (await command('status', '--json')).stdout.split('\n');
    expect(JSON.parse(line)).toMatchObject({
      state: 'protected',
      service: 'CRITICAL',
      missedDrill: { due, sentence },
    });
  });

  it('starts nothing if it cannot record nights, and notifies the receivers of failures', async () => {
    writeSite(20 * minute, '6 h');
    mkdirSync(join(folder, 'schedule.ndjson'));
    const { exitStatus, stderr } = await command('run', 'nightly', '--if-due');
    const sentence = `${join(folder, 'schedule.ndjson')} cannot be read: it is a folder`;
    expect({ exitStatus, stderr }).toMatchObject({
      exitStatus: 1,
      stderr: expect.stringContaining(sentence) as string,
    });
    expect(readFileSync(told(), 'utf8')).toContain(`${sentence}\n`);
  });

  it('runs in the window; a refusal is recorded, so that a missed night has its reason', async () => {
    const due = writeSite(20 * minute, '6 h');
    watchedSince(Date.now() - hour);
    const end = await command('run', 'nightly', '--if-due');
    expect(end.exitStatus).toBe(1);
    expect(events()).toMatchObject([
      { what: 'watched' },
      { what: 'refused', due, reason: expect.stringContaining('approve: operator') as string },
    ]);
  });
});

describe('schedule install', () => {
  let scene: Scene;
  let bin: string;
  beforeEach(async () => {
    scene = await openScene();
    bin = join(scene.folder, 'bin');
    mkdirSync(bin);
  });
  afterEach(() => scene.close());

  /** A program that writes its arguments and its input to a file. */
  function fake(name: string, script = ''): void {
    writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} $*" >> '${scene.folder}/called'\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const called = () => readFileSync(join(scene.folder, 'called'), 'utf8');
  const config = () => join(scene.folder, 'config');
  const unit = (end: string) => join(config(), 'systemd', 'user', `shadowtape-lab-raw-dd.${end}`);

  async function schedule(job: Record<string, unknown>, ...args: string[]): Promise<CommandEnd> {
    const site = await scene.writeSite(withJob(job));
    const environment = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, XDG_CONFIG_HOME: config() };
    const words = ['--site', site, '--state', scene.state.path, 'schedule', ...args];
    return performed(words, environment);
  }

  const asking = { approve: 'operator', services: 'ask', schedule: { at: '02:00' } };
  const silent = { approve: 'when-verified', schedule: { at: '02:00', days: 'mon-fri', zone: 'UTC' } };

  it('refuses a job that would ask, naming each question, and writes nothing', async () => {
    fake('systemctl');
    const { exitStatus, stderr } = await schedule(asking, 'install', 'raw-dd', '--yes');
    expect(exitStatus).toBe(1);
    expect(stderr).toContain(
      'nothing was installed: run unattended, raw-dd, node1, node2, node3 would ask questions\n',
    );
    expect(stderr).toContain('raw-dd: services: ask; ');
    expect(stderr).toContain('raw-dd: approve: operator; ');
    expect(stderr).toMatch(/node3: node3 \(.*\) shows an unknown .* host key: /);
    expect(existsSync(config())).toBe(false);
  });

  it('refuses a key that needs a passphrase, and a login by the agent of the session', async () => {
    fake('systemctl');
    await scene.state.prepare();
    copyFileSync(scene.lab.knownHostsFile, scene.state.knownHostsFile);
    const key = join(scene.folder, 'locked');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret', '-f', key]);
    const site = await scene.writeSite((tree) => {
      withJob(silent)(tree);
      tree.hosts['node1'] = { ...tree.hosts['node1'], login: 'agent', key: undefined };
      tree.hosts['node2'] = { ...tree.hosts['node2'], key };
    });
    const socket = join(scene.folder, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    try {
      await vi.waitFor(() => expect(existsSync(socket)).toBe(true), 10_000);
      const environment = { SSH_AUTH_SOCK: socket, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
      execFileSync('ssh-add', ['-q', scene.lab.identityFile], { env: { ...process.env, ...environment } });
      const words = ['--site', site, '--state', scene.state.path, 'schedule', 'install', '--yes'];
      const end = performed(words, { ...environment, XDG_CONFIG_HOME: config() });
      const { exitStatus, stderr } = await end;
      expect(exitStatus).toBe(1);
      expect(stderr).toContain('nothing was installed: run unattended, node1, node2 would ask questions\n');
      expect(stderr).toMatch(/node1: .*agent/);
      expect(stderr).toMatch(/node2: .*passphrase/i);
    } finally {
      agent.kill();
    }
  });

  it('shows the units first, installs them, lists and removes them', async () => {
    await scene.state.prepare();
    copyFileSync(scene.lab.knownHostsFile, scene.state.knownHostsFile);
    fake('systemctl');
    const shown = await schedule(silent, 'install', '--dry-run');
    expect(shown.exitStatus).toBe(0);
    expect(existsSync(config())).toBe(false);
    const unconfirmed = await schedule(silent, 'install');
    expect(unconfirmed).toMatchObject({
      exitStatus: 1,
      stderr: expect.stringContaining('the schedule was not changed because nobody confirmed it') as string,
    });
    const installed = await schedule(silent, 'install', '--yes');
    expect(installed).toMatchObject({ exitStatus: 0 });
    expect(installed.stdout).toBe(`${shown.stdout}installed: raw-dd, systemd timer of this user\n`);
    for (const end of ['service', 'timer'])
      expect(shown.stdout).toContain(`# ${unit(end)}\n${readFileSync(unit(end), 'utf8')}`);
    expect(called()).toBe(
      'systemctl --user daemon-reload\nsystemctl --user enable --now shadowtape-lab-raw-dd.timer\n',
    );
    const list = async (job: Record<string, unknown>) => (await schedule(job, 'list')).stdout;
    expect(await list(silent)).toBe('raw-dd        systemd timer of this user\n');
    expect(await list({ ...silent, schedule: { at: '03:00' } })).toBe(
      'raw-dd        systemd timer of this user; differs from the site file: run schedule install again\n',
    );
    const removed = await schedule(silent, 'remove', '--yes');
    expect(removed.stdout).toContain('removed: raw-dd, systemd timer of this user\n');
    expect([existsSync(unit('timer')), existsSync(unit('service'))]).toEqual([false, false]);
    expect(called()).toContain('systemctl --user disable --now shadowtape-lab-raw-dd.timer\n');
  });

  it('installs a unit that runs the job in its window, once, without the environment of a session', async () => {
    await scene.state.prepare();
    copyFileSync(scene.lab.knownHostsFile, scene.state.knownHostsFile);
    fake('systemctl');
    const at = new Date(Date.now() - 10 * minute).toISOString().slice(11, 16);
    const due = { ...silent, schedule: { at, zone: 'UTC' } };
    expect(await schedule(due, 'install', '--yes')).toMatchObject({ exitStatus: 0 });
    const [, words = ''] = /^ExecStart=(.*)$/m.exec(readFileSync(unit('service'), 'utf8')) ?? [];
    const argv = [...words.matchAll(/"([^"]*)"/g)].map(([, word = '']) => word);
    const start = () => startProgram(['env', '-i', 'PATH=/usr/bin:/bin', ...argv]).end;
    const first = await start();
    expect(first).toMatchObject({ exitStatus: 0 });
    expect(tapeWasWritten(scene)).toBe(true);
    const second = await start();
    expect(second).toMatchObject({ exitStatus: 0, stderr: '' });
    expect(second.stdout).toMatch(/^raw-dd: a run has begun in the window of /);
  });

  /** A job whose drill was due ten minutes ago. A drill asks none of the questions of a run. */
  const drills = (told = 'told') => ({
    approve: 'operator',
    services: 'ask',
    drill: {
      schedule: { at: new Date(Date.now() - 10 * minute).toISOString().slice(11, 16), zone: 'UTC' },
    },
    notify: [{ on: ['failure'], command: ['/bin/sh', '-c', 'cat >> "$0"', told] }],
  });

  it('installs drills separately from the runs, lists and removes them', async () => {
    await scene.state.prepare();
    copyFileSync(scene.lab.knownHostsFile, scene.state.knownHostsFile);
    fake('systemctl');
    const job = drills();
    const installed = await schedule(job, 'install', '--yes');
    expect(installed.exitStatus, installed.stderr).toBe(0);
    expect(installed.stdout).toContain('installed: raw-dd drill, systemd timer of this user\n');
    const drillUnit = (end: string) => unit(end).replace('raw-dd.', 'raw-dd:drill.');
    const [, words = ''] = /^ExecStart=(.*)$/m.exec(readFileSync(drillUnit('service'), 'utf8')) ?? [];
    expect(words).toMatch(/ "restore" "raw-dd" "--drill" "--if-due"$/);
    expect(existsSync(unit('timer'))).toBe(false);
    expect((await schedule(job, 'list')).stdout).toBe('raw-dd drill  systemd timer of this user\n');
    expect((await schedule(job, 'next')).stdout).toMatch(/^raw-dd drill {2}\d{4}-/);
    expect((await schedule(job, 'remove', '--yes')).stdout).toContain(
      'removed: raw-dd drill, systemd timer of this user\n',
    );
    expect(existsSync(drillUnit('timer'))).toBe(false);
  });

  it('installs the timer of the weekly digest: shown first, started as shown, and removed', async () => {
    await scene.state.prepare();
    copyFileSync(scene.lab.knownHostsFile, scene.state.knownHostsFile);
    fake('systemctl');
    const told = join(scene.folder, 'told');
    const site = await scene.writeSite((tree) => {
      withJob(silent)(tree);
      const notify = [{ on: ['digest'], command: ['/bin/sh', '-c', 'cat >> "$0"', told] }];
      Object.assign(tree, { notify });
    });
    const environment = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, XDG_CONFIG_HOME: config() };
    const act = (...words: string[]) =>
      performed(['--site', site, '--state', scene.state.path, 'schedule', ...words], environment);
    const digestUnit = (end: string) => unit(end).replace('raw-dd.', '_digest.');
    const shown = await act('install', '--dry-run');
    expect([shown.exitStatus, existsSync(config())]).toEqual([0, false]);
    expect(shown.stdout).toMatch(
      /^OnCalendar=Mon \*-\*-\* 07,08,09,10,11,12,13,14,15,16,17,18,19,20:00:00 /m,
    );
    const installed = await act('install', '--yes');
    expect(installed.stdout).toBe(
      `${shown.stdout}installed: raw-dd, systemd timer of this user\ninstalled: weekly digest, systemd timer of this user\n`,
    );
    for (const end of ['service', 'timer'])
      expect(shown.stdout).toContain(`# ${digestUnit(end)}\n${readFileSync(digestUnit(end), 'utf8')}`);
    const [, words = ''] = /^ExecStart=(.*)$/m.exec(readFileSync(digestUnit('service'), 'utf8')) ?? [];
    const argv = [...words.matchAll(/"([^"]*)"/g)].map(([, word = '']) => word);
    const sent = await startProgram(['env', '-i', 'PATH=/usr/bin:/bin', ...argv]).end;
    expect(sent).toMatchObject({ exitStatus: 0, stderr: '' });
    expect(readFileSync(told, 'utf8')).toMatch(/^lab, week of \d{4}-\d\d-\d\d: 1 overdue$/m);
    expect((await act('list')).stdout).toContain('weekly digest  systemd timer of this user\n');
    expect((await act('remove', '--yes')).stdout).toContain(
      'removed: weekly digest, systemd timer of this user\n',
    );
    expect([existsSync(digestUnit('timer')), existsSync(digestUnit('service'))]).toEqual([false, false]);
  });

  it('a drill that is due reads the newest verified run; a tape mismatch is notified, and counts as a drill', async () => {
    const told = join(scene.folder, 'told');
    const backup = await runScene(scene);
    expect(backup.exitStatus, backup.sentence).toBe(0);
    await scene.state.prepare();
    copyFileSync(scene.lab.knownHostsFile, scene.state.knownHostsFile);
    const site = await scene.writeSite(withJob(drills(told)));
    const command = (...words: string[]) =>
      performed(['--site', site, '--state', scene.state.path, ...words]);
    const drill = () => command('restore', 'raw-dd', '--drill', '--if-due');

    const tape = readFileSync(scene.lab.tapeFile);
    const insert = async (bytes: Buffer) => {
      await scene.lab.ejectCartridge();
      writeFileSync(scene.lab.tapeFile, bytes);
      await scene.lab.insertCartridge('tape');
    };
    const spoilt = Buffer.from(tape);
    spoilt[300_000] = (spoilt[300_000] ?? 0) ^ 1;
    await insert(spoilt);
    const failed = await drill();
    expect(failed.exitStatus, failed.stderr).toBe(4);
    expect(readFileSync(told, 'utf8')).toContain(
      `the drill of run ${backup.run} failed: the tape does not hold what run ${backup.run} wrote: `,
    );
    const second = await drill();
    expect(second).toMatchObject({ exitStatus: 0, stderr: '' });
    expect(second.stdout).toMatch(/^raw-dd: a drill was made in the window of /);

    await insert(tape);
    rmSync(scene.state.restoresFolder, { recursive: true });
    const good = await drill();
    expect(good.exitStatus, good.stderr).toBe(0);
    expect(good.stdout).toContain(`proven: the tape holds Volume2 of run ${backup.run}: `);
    expect((await command('status')).stdout).toMatch(
      /, drilled [\d.]+ s ago: read from tape and compared, not restored/,
    );
  });

  it('a drill that is due extracts below the folder of the site file, and removes that again', async () => {
    const backup = await runScene(scene);
    expect(backup.exitStatus, backup.sentence).toBe(0);
    await scene.state.prepare();
    copyFileSync(scene.lab.knownHostsFile, scene.state.knownHostsFile);
    const { drill, ...others } = drills(join(scene.folder, 'told'));
    const site = await scene.writeSite(withJob({ ...others, drill: { ...drill, to: 'node1:/var/tmp' } }));
    const before = scene.lab.world().directories.node1;
    const words = ['--site', site, '--state', scene.state.path];
    const end = await performed([...words, 'restore', 'raw-dd', '--drill', '--if-due']);
    expect(end.exitStatus, end.stderr).toBe(0);
    expect(end.stdout).toContain('extracted: 1 entry of Volume2\n');
    expect(
      scene.lab.commands.some(({ line }) => line.startsWith('mkdir -m 700 /var/tmp/shadowtape-drill-')),
    ).toBe(true);
    expect(scene.lab.world().directories.node1).toEqual(before);
    expect((await performed([...words, 'status'])).stdout).toMatch(
      /, drilled [\d.]+ s ago: read from tape and compared, extracted into a scratch folder, not restored/,
    );
  });

  it.each([
    ['node9:/var/tmp', 'there is no host node9; hosts: node1, node2, node3'],
    ['drills', '"drills" is neither HOST:/PATH nor an absolute path'],
    ['node1:drills', '"node1:drills" is neither HOST:/PATH nor an absolute path'],
  ])('a place of drills that no timer finds is refused: %s', async (to, reason) => {
    const { drill, ...others } = drills();
    const site = await scene.writeSite(withJob({ ...others, drill: { ...drill, to } }));
    const end = await performed(['--site', site, '--state', scene.state.path, 'schedule', 'next']);
    expect(end.exitStatus).toBe(1);
    expect(end.stderr).toContain(`jobs.raw-dd.drill.to: ${reason}`);
  });

  it('a place of this computer is refused for drills of a dump, which only a host reads', async () => {
    const { drill, ...others } = drills();
    const dump = { ...others, method: '6c', drill: { ...drill, to: '/var/tmp' } };
    const site = await scene.writeSite(withJob(dump));
    const end = await performed(['--site', site, '--state', scene.state.path, 'schedule', 'next']);
    expect(end.exitStatus).toBe(1);
    expect(end.stderr).toContain(
      'jobs.raw-dd.drill.to: a dump of method 6c is extracted on a host: name HOST:/PATH',
    );
  });

  it('leaves everything as it was when systemctl fails', async () => {
    await scene.state.prepare();
    copyFileSync(scene.lab.knownHostsFile, scene.state.knownHostsFile);
    fake('systemctl', 'case "$*" in *enable*) echo "Failed to connect to bus" >&2; exit 1;; esac');
    expect(await schedule(silent, 'install', '--yes')).toMatchObject({
      exitStatus: 1,
      stderr: expect.stringContaining(
        'the schedule was not changed: systemctl --user enable --now shadowtape-lab-raw-dd.timer: Failed to connect to bus\n',
      ) as string,
    });
    expect([existsSync(unit('timer')), existsSync(unit('service'))]).toEqual([false, false]);
  });

  it('takes the place of what started the job before, so that nothing starts it twice', async () => {
    await scene.state.prepare();
    copyFileSync(scene.lab.knownHostsFile, scene.state.knownHostsFile);
    fake('systemctl');
    const table = join(scene.folder, 'crontab');
    fake('crontab', `if [ "$1" = -l ]; then cat '${table}'; else cat > '${table}'; fi`);
    writeFileSync(table, '0 1 * * * true\n');
    expect(await schedule(silent, 'install', '--crontab', '--yes')).toMatchObject({ exitStatus: 0 });
    const shown = await schedule(silent, 'install', '--dry-run');
    expect(shown.stdout).toContain('replaces: raw-dd, crontab of this user\n');
    expect(readFileSync(table, 'utf8')).toContain('run raw-dd --if-due');
    const installed = await schedule(silent, 'install', '--yes');
    expect(installed.stdout).toContain(
      'installed: raw-dd, systemd timer of this user\nremoved: raw-dd, crontab of this user\n',
    );
    expect(readFileSync(table, 'utf8')).toBe('0 1 * * * true\n');
    expect(existsSync(unit('timer'))).toBe(true);
    expect(await schedule(silent, 'install', '--crontab', '--yes')).toMatchObject({ exitStatus: 0 });
    expect([existsSync(unit('timer')), existsSync(unit('service'))]).toEqual([false, false]);
    expect(readFileSync(table, 'utf8')).toContain('run raw-dd --if-due');
  });

  it('installs timers for somebody who may not use crontab', async () => {
    await scene.state.prepare();
    copyFileSync(scene.lab.knownHostsFile, scene.state.knownHostsFile);
    fake('systemctl');
    fake('crontab', 'echo "You (mika) are not allowed to use this program (crontab)" >&2; exit 1');
    expect(await schedule(silent, 'install', '--yes')).toMatchObject({ exitStatus: 0 });
    expect(existsSync(unit('timer'))).toBe(true);
    expect(await schedule(silent, 'install', '--crontab', '--yes')).toMatchObject({
      exitStatus: 1,
      stderr: expect.stringContaining('are not allowed to use this program') as string,
    });
    expect(existsSync(unit('timer'))).toBe(true);
  });

  it('adds lines to a crontab, which keeps its other lines', async () => {
    await scene.state.prepare();
    copyFileSync(scene.lab.knownHostsFile, scene.state.knownHostsFile);
    const table = join(scene.folder, 'crontab');
    fake('crontab', `if [ "$1" = -l ]; then cat '${table}'; else cat > '${table}'; fi`);
    // Lines of a person, the comment in Latin-1: no text in UTF-8.
    const others = Buffer.from('# Bänder\n0 1 * * * true\n', 'latin1');
    writeFileSync(table, others);
    const install = () => schedule(silent, 'install', '--crontab', '--yes');
    expect(await install()).toMatchObject({ exitStatus: 0 });
    const installed = readFileSync(table);
    expect(installed.subarray(0, others.length)).toEqual(others);
    expect(installed.subarray(others.length).toString()).toMatch(
      /^# begin [^]* run raw-dd --if-due >\/dev\/null\n# end .*\n$/,
    );
    expect(await install()).toMatchObject({ exitStatus: 0 });
    expect(readFileSync(table)).toEqual(installed);
    expect(await schedule(silent, 'remove', '--yes')).toMatchObject({ exitStatus: 0 });
    expect(readFileSync(table)).toEqual(others);
  });
});
