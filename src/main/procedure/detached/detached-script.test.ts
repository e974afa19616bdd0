import { describe, expect, it } from 'vitest';
import { clearCommand } from './detached-control.ts';
import { dumpWork, guideWork, readBackWork, tarReader } from '../model/detached-dump.ts';
import {
  lookCommand,
  processListCommand,
  processScript,
  runScript,
  startCommand,
} from './detached-script.ts';
import { requireWork, workFolder, type DetachedWork } from '../model/detached-work.ts';

const folder = workFolder('2026-08-01-Volume2', 'Volume2');
const dump = dumpWork({
  folder,
  reader: tarReader('/mnt1', 32_768),
  tapeDevice: '/dev/rmt/0',
  recordBytes: 32_768,
  digest: 'sha256',
  platform: 'solaris',
});

function scriptOf(work: DetachedWork, name: string): string {
  const process = work.processes.find((one) => one.name === name);
  if (!process) throw new Error(`no process ${name}`);
  return processScript(work, process).replaceAll(work.folder, 'F');
}

describe('a dump as detached work', () => {
  it('has a folder with the names of the run and of the volume', () => {
    expect(folder).toBe('/var/tmp/shadowtape-2026-08-01-Volume2.Volume2.dump.work');
  });

  it('sends everything that is read to the digests and to the tape', () => {
    const words = dump.processes.map(({ name, argv, input, output }) =>
      [`${name}:`, ...argv, ...(input ? ['<', input] : []), ...(output ? ['>', output] : [])]
        .join(' ')
        .replaceAll(folder, 'F'),
    );
    expect(words).toEqual([
      'reader: tar cbf 64 - . > read',
      'tee: tee F/to-cksum F/to-sha256 < read > to-writer',
      'cksum: cksum < to-cksum',
      'sha256: digest -a sha256 < to-sha256',
      'writer: dd ibs=262144 obs=32768 of=/dev/rmt/0 < to-writer',
    ]);
    expect(dump.fifos).toEqual(['read', 'to-cksum', 'to-sha256', 'to-writer']);
  });

  it('needs no tee where one process takes everything', () => {
    const readBack = readBackWork({
      folder: workFolder('run', 'Volume2', 'read-back'),
      tapeDevice: '/dev/rmt/0',
      recordBytes: 32_768,
      digest: 'cksum',
      platform: 'solaris',
    });
    expect(readBack.processes).toEqual([
      { name: 'reader', argv: ['dd', 'if=/dev/rmt/0', 'bs=32768'], output: 'read' },
      { name: 'cksum', argv: ['cksum'], keepsOutput: true, input: 'read' },
    ]);
  });

  it('starts each process with its number, its FIFOs and its folder, in this order', () => {
    expect(scriptOf(dump, 'reader')).toBe(
      `echo $$ > F/reader.pid
exec < /dev/null > F/read 2> F/reader.errors
cd /mnt1 || exit 1
exec tar cbf 64 - .`,
    );
    expect(scriptOf(dump, 'cksum')).toBe(
      `echo $$ > F/cksum.pid
exec < F/to-cksum > F/cksum.output 2> F/cksum.errors
cd / || exit 1
exec cksum`,
    );
  });

  it('records how each process ended', () => {
    const work = guideWork(folder, { argv: ['ufsdump', '0ucf', '/dev/rmt/0', '/dev/sfdsk/C/rdsk/V'] });
    expect(runScript(work).replaceAll(folder, 'F')).toBe(
      `LC_ALL=C
export LC_ALL
trap '' HUP
echo $$ > F/run.pid
(sh F/dump.sh; echo $? > F/dump.status) &
echo $! > F/dump.guard
wait
echo ended > F/ended`,
    );
    expect(scriptOf(work, 'dump')).toContain('exec ufsdump 0ucf /dev/rmt/0 /dev/sfdsk/C/rdsk/V');
  });

  it('is started by one command that holds no channel', () => {
    const work = guideWork(folder, { argv: ['tar', 'cvf', '/dev/rmt/0', '.'], directory: "/mnt 'one'" });
    const [, , script = '', name, ...texts] = startCommand(work);
    const undo = '|| { rm -rf F; exit 18; }';
    expect(script.replaceAll(folder, 'F')).toBe(
      `umask 077
mkdir F || { test -d F && exit 17; exit 18; }
true > F/dump.errors ${undo}
printf '%s\\n' "$1" > F/run.sh ${undo}
printf '%s\\n' "$2" > F/dump.sh ${undo}
trap '' HUP
nohup sh F/run.sh < /dev/null > F/run.output 2>&1 &
echo $!`,
    );
    expect([name, texts[0]]).toEqual(['shadowtape', runScript(work)]);
    expect(texts[1]).toContain("cd '/mnt '\\''one'\\' ||");
  });

  it('uses nothing that a Bourne shell does not know', () => {
    const scripts = [startCommand(dump), lookCommand(dump, 'x')].flat().join('\n');
    expect(scripts).not.toMatch(/\$\(|\[\[|\bfunction\b|\blocal\b|<<|(^|\s)! /);
  });

  it('is queried without changing anything', () => {
    const [, , script = ''] = lookCommand(guideWork(folder, { argv: ['true'] }), 'b0');
    const lines = script.replaceAll(folder, 'F').split('\n');
    expect(lines.slice(0, 2)).toEqual([
      "test -d F || { echo '=b0= absent'; exit 0; }",
      "test -f F/run.pid && { echo '=b0= run.pid'; dd if=F/run.pid bs=262144 count=1 2>/dev/null; echo; }",
    ]);
    expect(lines.at(-1)).toBe("echo '=b0= end'");
    expect(processListCommand([7, 9]).join(' ')).toBe('ps -o pid,ppid,args -p 7,9');
  });

  it('is cleared by removing its own folder only', () => {
    expect(clearCommand(dump)).toEqual(['rm', '-rf', folder]);
    for (const odd of ['/', '/var/tmp', '/var/../shadowtape-a.work', '/var/tmp/shadowtape-a b.work', 'x']) {
      expect(() => clearCommand({ folder: odd }), odd).toThrow(
        `cannot build a command line: "${odd}" is not a folder of detached work`,
      );
    }
  });

  it('refuses names with a special meaning', () => {
    expect(() => workFolder('../run', 'Volume2')).toThrow('"../run" is not the name of a run');
    expect(() => workFolder('run', 'Volume2;id')).toThrow('"Volume2;id" is not the name of a volume');
    expect(() => workFolder('run', 'Volume2', '../x')).toThrow('"../x" is not the name of a purpose');
    const work = (name: string, input = 'read'): DetachedWork => ({
      folder,
      fifos: ['read'],
      processes: [{ name, argv: ['cat'], input }],
      measured: name,
    });
    expect(() => requireWork(work('a/b'))).toThrow('"a/b" cannot be the name of a process or a FIFO');
    expect(() => requireWork(work('run'))).toThrow('"run" cannot be the name of a process or a FIFO');
    expect(() => requireWork(work('read'))).toThrow('two processes or FIFOs have the same name');
    expect(() => requireWork(work('cat', 'written'))).toThrow('there is no FIFO "written"');
  });
});
