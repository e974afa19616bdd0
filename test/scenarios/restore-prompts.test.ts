/** Ctrl-C at each question that a restore asks on a terminal: nothing is written that was not approved, and no lock is left. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sceneArguments } from '../support/command-line.ts';
import { onHost } from '../support/lab-shell.ts';
import { openRestoreScene, restoringCommands, type RestoreScene } from '../support/restore-run.ts';
import { hasTerminals, startOnTerminal, terminalHint, type OnTerminal } from '../support/terminal.ts';

const device = '/dev/rdsk/c2t0d0s0';

describe.runIf(hasTerminals)(`Ctrl-C at a question of a restore${terminalHint}`, () => {
  let scene: RestoreScene;
  let site: string[];
  beforeAll(async () => {
    scene = await openRestoreScene({}, 1_000_000);
    site = [...(await sceneArguments(scene)), '--trust'];
  });
  afterAll(() => scene.close());

  const start = (...words: string[]): OnTerminal =>
    startOnTerminal([...site, 'restore', scene.backup, ...words]);

  /** What was sent since that writes anywhere. */
  const writes = (from: number): string[] =>
    scene.lab.commands.slice(from).flatMap(({ line }) => (/ of=|^mv |exec tar x/.test(line) ? [line] : []));

  async function expectNoLock(): Promise<void> {
    for (const host of ['node1', 'node3'])
      expect(await onHost(scene, host, ['ls', '/var/tmp'])).not.toContain('shadowtape');
  }

  it('for the path of a device writes nothing to it', async () => {
    const before = scene.lab.commands.length;
    const terminal = start('--to', `node1:${device}`);
    await terminal.see('Type its path to overwrite it');
    terminal.type('\x03');
    expect(await terminal.end).toBe(1);
    expect(terminal.shown).toContain(`the data of node1:${device} would be lost`);
    expect(writes(before)).toEqual([]);
    await expectNoLock();
  });

  it('for a tape writes nothing, and gives the drive back', async () => {
    await scene.lab.insertCartridge('somebody');
    onTestFinished(() => scene.lab.insertCartridge('tape'));
    const before = scene.lab.commands.length;
    const terminal = start('--to', 'node1:/var/tmp/image');
    await terminal.see('your choice');
    terminal.type('\x03');
    expect(await terminal.end).toBe(1);
    expect(terminal.shown).toContain('the restore was canceled');
    expect(writes(before)).toEqual([]);
    await expectNoLock();
  });

  it('for the name of the proxy leaves its bytes, and the master running', async () => {
    const terminal = start();
    await terminal.see('Overwrite Volume2');
    await terminal.see('your choice');
    terminal.type('\x03');
    expect(await terminal.end).toBe(3);
    expect(restoringCommands(scene).filter((line) => / of=|RejoinRestore/.test(line))).toEqual([]);
    expect(scene.lab.world()).toMatchObject({ proxy: { state: 'Part' }, services: { node1: 'running' } });
    expect(await scene.lab.volumeDigest('Class1', 'Volume2')).toBe(scene.noiseDigest);
    expect(await scene.lab.volumeDigest('Class1', 'Volume1')).toBe(scene.noiseDigest);
  });

  it('for the name of the master leaves it running with its data, and the proxy parted', async () => {
    const terminal = start();
    await terminal.see('Overwrite Volume2');
    await terminal.see('your choice [Volume2, 2]: ');
    // The number of a choice that is typed by its word chooses nothing.
    terminal.type('1\r');
    await terminal.see('"1" is none of the choices');
    terminal.type('Volume2\r');
    await terminal.see('Replace Volume1');
    await terminal.see('your choice');
    terminal.type('\x03');
    expect(await terminal.end).toBe(3);
    expect(restoringCommands(scene).filter((line) => /RejoinRestore| umount/.test(line))).toEqual([]);
    expect(scene.lab.world()).toMatchObject({ proxy: { state: 'Part' }, services: { node1: 'running' } });
    expect(await scene.lab.volumeDigest('Class1', 'Volume1')).toBe(scene.noiseDigest);
  });
});
