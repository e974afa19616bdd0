/** The question about the shadow, on a terminal: what a person needs to know before the dump begins. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { sceneArguments } from '../support/command-line.ts';
import { openScene } from '../support/lab-run.ts';
import { hasTerminals, startOnTerminal, terminalHint } from '../support/terminal.ts';

describe.runIf(hasTerminals)(`the question about the shadow${terminalHint}`, () => {
  it('shows volumes, sizes, devices, the tape, and every rule with what was seen', async () => {
    const scene = await openScene();
    onTestFinished(() => scene.close());
    const site = await sceneArguments(scene);
    await scene.writeSite((tree) => {
      for (const job of Object.values(tree.jobs)) job['approve'] = 'operator';
    });
    const terminal = startOnTerminal([...site, '--trust', '--color', 'never', 'run', 'raw-dd'], {
      columns: 132,
    });
    await terminal.see('your choice [1, 2]: ');
    const asked = terminal.shown.replaceAll('\r\n', '\n').split('\nTo be dumped:\n')[1] ?? '';
    expect(asked.slice(0, asked.indexOf('\n  ✓'))).toBe(
      [
        '  Class2/Volume2  Volume2 (proxy of Volume1), 2 MiB (4,096 blocks), method 6a, file 0 of the tape',
        '  disk Disk3  c1t1d3 on node3',
        '  tape  /dev/rmt/0 on node3 (LTO-4)',
        'Rules:',
      ].join('\n'),
    );
    for (const rule of ['Disk devices: Disk3=c1t1d3', 'Size: 4,096 blocks', 'Content fingerprint: 8 match'])
      expect(asked).toContain(`\n  ✓ ${rule}\n`);
    expect(asked).toMatch(
      /\n\? Every rule holds and every sampled record matches: Class2\/Volume2 matches Volume2\. /,
    );
    terminal.type('yes\n');
    await terminal.see('"yes" is none of the choices');
    terminal.type('2\n');
    expect(await terminal.end).toBe(2);
  });
});
