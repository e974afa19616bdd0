/**
 * Every command that runs send, with odd names in it, in the login shells of administrators: each must see the same
 * arguments.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine, sentCommand } from '../../src/main/ssh/quoting.ts';
import { openScene, openSceneConsole, runScene, type Scene, type SiteTree } from '../support/lab-run.ts';
import { shellsMissing, testShells } from '../support/login-shells.ts';
import { runServer } from '../support/server-run.ts';

const missing = shellsMissing();

describe.runIf(missing === undefined || process.env['CI'])(
  `what runs send${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  { timeout: 120_000 },
  () => {
    let scene: Scene;
    let folder: string;
    /** Each command once. */
    let commands: readonly (readonly string[])[];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'shadowtape-shells-'));
      // Instead of sh: prints its arguments.
      writeFileSync(join(folder, 'sh'), `#!/bin/sh\nprintf '%s\\0' sh "$@"\n`, { mode: 0o755 });
      scene = await openScene();
      const seen: string[][] = [];
      const change = (site: SiteTree) =>
        Object.values(site.jobs).forEach((job) => (job['media'] = { overwrite: true }));
      for (const run of [
        () => runScene(scene, { job: 'raw-dd', change }),
        () => runServer(scene, { job: 'raw-dd', change }),
        () => runScene(scene, { job: 'ufs-tar', change }),
        () => runServer(scene, { job: 'ufs-tar', change }),
      ]) {
        const { events, sentence, exitStatus } = await run();
        expect(exitStatus, sentence).toBe(0);
        seen.push(...events.flatMap((event) => (event.type === 'intent' ? [[...event.argv]] : [])));
      }
      const console = await openSceneConsole(scene);
      const { steps } = await console.plan({ job: 'ufs-tar', route: 'server' });
      await console.close();
      seen.push(...steps.flatMap(({ commands: planned }) => planned.map(({ argv }) => [...argv])));
      commands = [...new Map(seen.map((argv) => [JSON.stringify(argv), argv])).values()];
    }, 120_000);
    afterAll(async () => {
      rmSync(folder, { recursive: true, force: true });
      await scene.close();
    });

    /** The words that a shell passes to a program. */
    const wordsIn = (shell: string, line: string, env = process.env): string[] =>
      execFileSync(shell, ['-c', line], { encoding: 'utf8', env }).split('\0').slice(0, -1);

    it('are commands of every kind, including scripts of several lines', () => {
      const programs = new Set(commands.map(([program]) => program));
      for (const program of [
        'sdxproxy',
        'sdxshadowdisk',
        'dd',
        'mt',
        'mkdir',
        'rmdir',
        'fsck',
        'mount',
        'sh',
      ])
        expect(programs).toContain(program);
      expect(commands.some((argv) => sentCommand(argv).script !== undefined)).toBe(true);
    });

    it('is the same for every shell that a login had in the lab', () => {
      const lines = [...new Set(scene.lab.commands.map(({ sent }) => sent))].join(' ');
      const [first, ...others] = testShells.map(({ path }) => wordsIn(path, `env printf '%s\\0' ${lines}`));
      expect(first?.length).toBeGreaterThan(200);
      for (const words of others) expect(words).toEqual(first);
    });

    /** What is sent in front of a command. */
    const wordsBefore = (argv: readonly string[], length: number): string[] => {
      const isPlain = length === commandLine(['env', 'LC_ALL=C', ...argv]).length;
      return ['env', 'LC_ALL=C', ...(isPlain ? [] : ['sh', '-c', '"$@"', 'sh'])];
    };

    const odd = fc.string({
      unit: fc.constantFrom(...'\'"\\`$*?[]{}()<>|&;!^#~= \t%@+-,:aä日'),
      maxLength: 12,
    });
    const oddly = (argv: readonly string[]) =>
      fc.tuple(...argv.slice(1).map(() => fc.tuple(odd, fc.nat()))).map((changes) => [
        argv[0] ?? '',
        ...changes.map(([text, at], index) => {
          const word = argv[index + 1] ?? '';
          const place = at % (word.length + 1);
          return word.slice(0, place) + text + word.slice(place);
        }),
      ]);

    it('reaches the program unchanged, whatever names it contains', () => {
      const property = fc.property(fc.tuple(...commands.map(oddly)), (changed) => {
        const sent = changed.map((argv) => ({ argv, ...sentCommand(argv) }));
        const whole = sent.filter(({ script }) => script === undefined);
        const line = `env printf '%s\\0' ${whole.map((command) => command.line).join(' ')}`;
        const words = whole.flatMap(({ argv, line: { length } }) => [...wordsBefore(argv, length), ...argv]);
        for (const { path } of testShells) expect(wordsIn(path, line)).toEqual(words);
      });
      fc.assert(property, { numRuns: 3, endOnFailure: true });
    });

    it('reaches sh as a script if a login shell would not accept the line, completely or not at all', () => {
      const argv = ['sh', '-c', 'echo one\necho "$1!"', 'sh', "it's \\ 'odd'\n!"];
      const { line, script = '' } = sentCommand(argv);
      expect(line).toBe('env LC_ALL=C sh');
      for (const shell of ['/bin/dash', '/bin/bash', '/bin/ksh93']) {
        const told = (input: string) => {
          const env = { PATH: `${folder}:/usr/bin` };
          try {
            return execFileSync(shell, [], {
              input,
              encoding: 'utf8',
              stdio: ['pipe', 'pipe', 'ignore'],
              env,
            });
          } catch (error) {
            return (error as { stdout: string }).stdout;
          }
        };
        expect(told(script).split('\0').slice(0, -1), shell).toEqual(argv);
        for (let length = 0; length < script.length - 2; length += 9)
          expect(told(script.slice(0, length)), `${shell}, ${length} characters`).toBe('');
      }
      expect(() => sentCommand(argv, 'english', true)).toThrow(
        'an argument of a command that reads data holds a line feed, or more than 1000 characters',
      );
      expect(commandLine(argv)).toContain('echo one\necho');
    });
  },
);
