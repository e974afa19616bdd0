import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dumpWork } from '../model/detached-dump.ts';
import {
  numbersOf,
  ownProcesses,
  parseLook,
  parseProcessList,
  stateOf,
  writtenBytes,
  type FolderLook,
} from './detached-look.ts';
import { lookedAt } from './detached-script.ts';

const folder = '/var/tmp/shadowtape-run.Volume2.dump.work';
const work = dumpWork({
  folder,
  reader: { argv: ['dd', 'if=/dev/sfdsk/Class2/rdsk/Volume2', 'bs=32768'] },
  tapeDevice: '/dev/rmt/0',
  recordBytes: 32_768,
  digest: 'cksum',
  platform: 'solaris',
});
const boundary = '0123456789abcdef';

/** The output of the query's script for these files. */
function printed(files: Readonly<Record<string, string>>): string {
  const parts = Object.entries(files).map(([name, text]) => `=${boundary}= ${name}\n${text}\n`);
  return `${parts.join('')}=${boundary}= end\n`;
}

const read = (text: string) => parseLook(text, boundary, work, 'node3');
const why = (reason: string) => `node3: the state of the work in ${folder} cannot be read: ${reason}`;

describe('a query of the folder of detached work', () => {
  it('shows numbers, exit statuses and messages', () => {
    const look = read(
      printed({
        'run.pid': '100\n',
        'run.output': '',
        'reader.guard': '101\n',
        'reader.pid': '105\n',
        'reader.status': '0\n',
        'reader.errors': '2+0 records in\n2+0 records out\n',
        'cksum.guard': '103\n',
        'cksum.status': '',
      }),
    );
    expect(look).toMatchObject({ pid: 100, ended: false, words: '' });
    expect(look?.processes[0]).toEqual({
      name: 'reader',
      pid: 105,
      guard: 101,
      status: 0,
      errors: '2+0 records in\n2+0 records out\n',
      errorsCut: false,
      output: '',
    });
    expect(look?.processes[2]).toMatchObject({
      name: 'cksum',
      pid: undefined,
      guard: 103,
      status: undefined,
    });
    expect(look && numbersOf(look)).toEqual([100, 103]);
  });

  it('shows that there is no folder', () => {
    expect(read(`=${boundary}= absent\n`)).toBeUndefined();
  });

  it('reproduces any file exactly', () => {
    const words = fc.string({ unit: fc.constantFrom(...'=ab \n\r\t0', `\n=${boundary.slice(1)}= `, 'é') });
    fc.assert(
      fc.property(words, words, words, (errors, output, shell) => {
        const look = read(printed({ 'run.output': shell, 'writer.errors': errors, 'cksum.output': output }));
        expect(look?.words).toBe(shell);
        expect(look?.processes.find(({ name }) => name === 'writer')?.errors).toBe(errors);
        expect(look?.processes.find(({ name }) => name === 'cksum')?.output).toBe(output);
      }),
    );
  });

  it('is rejected where it was truncated anywhere', () => {
    const whole = printed({ 'run.pid': '100\n', 'reader.errors': 'words\n' });
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), (length) => {
        expect(() => read(whole.slice(0, length))).toThrow(/cannot be read/);
      }),
    );
  });

  it('is rejected where it shows what was not requested', () => {
    expect(() => read(`Welcome!\n${printed({})}`)).toThrow(why('it begins with unexpected text'));
    expect(() => read(printed({ 'other.pid': '1\n' }))).toThrow(why('it shows a file "other.pid"'));
    expect(() => read(`=${boundary}= run.pid\n1\n\n${printed({ 'run.pid': '1\n' })}`)).toThrow(
      why('it shows a file "run.pid"'),
    );
    expect(() => read(printed({ 'run.pid': '12 34\n' }))).toThrow(why('run.pid holds "12 34\n"'));
    expect(() => read(printed({ 'reader.status': '-1\n' }))).toThrow(why('reader.status holds "-1\n"'));
    expect(() => read(`${printed({})}more\n`)).toThrow(why('its end is missing'));
  });

  it('marks a process that printed more errors than are read', () => {
    const look = read(printed({ 'reader.errors': 'x'.repeat(262_144) }));
    expect(look?.processes[0]?.errorsCut).toBe(true);
  });
});

describe('the state of detached work', () => {
  const files = (statuses: readonly string[]) =>
    read(
      printed({
        'run.pid': '100\n',
        ...Object.fromEntries(
          statuses.flatMap((status, index) => {
            const name = work.processes[index]?.name ?? '';
            return status === '' ? [] : [[`${name}.status`, `${status}\n`]];
          }),
        ),
      }),
    );

  it('follows from the exit statuses, and from the running processes', () => {
    expect(stateOf(undefined, false)).toBe('absent');
    expect(stateOf(read(printed({})), false)).toBe('unbegun');
    expect(stateOf(files(['0', '', '', '']), true)).toBe('running');
    expect(stateOf(files(['0', '', '', '']), false)).toBe('died');
    expect(stateOf(files(['0', '0', '0', '0']), false)).toBe('ended');
    expect(stateOf(files(['0', '0', '0', '1']), true)).toBe('failed');
  });

  it('includes every file that a process may have', () => {
    expect(lookedAt(work).length).toBe(2 + 5 * work.processes.length);
  });
});

describe('the processes of detached work', () => {
  const look: FolderLook = read(
    printed({
      'run.pid': '100\n',
      'reader.guard': '101\n',
      'reader.pid': '105\n',
      'tee.guard': '102\n',
      'tee.pid': '106\n',
    }),
  ) as FolderLook;
  const head = '  PID  PPID COMMAND\n';
  const own = (list: string) =>
    ownProcesses(work, look, parseProcessList(`${head}${list}`, work, 'node3')).map(
      ({ pid, name }) => `${name} ${pid}`,
    );

  it('are recognized by the arguments that they were started with', () => {
    expect(
      own(
        `  100     1 sh ${folder}/run.sh
  101   100 sh ${folder}/run.sh
  102   100 sh ${folder}/run.sh
  105   101 dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768
  106   102 sh ${folder}/tee.sh
`,
      ),
    ).toEqual(['reader 105', 'tee 106', 'run 100', 'run 101', 'run 102']);
  });

  it('are recognized by their guard where a script is in between', () => {
    expect(own(`101 100 sh ${folder}/run.sh\n105 101 /bin/ksh /usr/local/bin/dd`)).toEqual([
      'reader 105',
      'run 101',
    ]);
  });

  it('are recognized where ps truncates the arguments, as on Solaris', () => {
    const long = dumpWork({
      folder: `/var/tmp/shadowtape-${'r'.repeat(40)}.Volume2.dump.work`,
      reader: { argv: ['cat'] },
      tapeDevice: '/dev/rmt/0',
      recordBytes: 32_768,
      digest: 'cksum',
      platform: 'solaris',
    });
    const words = `sh ${long.folder}/run.sh`.slice(0, 79);
    const list = parseProcessList(`${head}100 1 ${words}\n`, long, 'node3');
    expect(ownProcesses(long, look, list)).toEqual([{ pid: 100, name: 'run' }]);
    const cut = parseProcessList(`${head}100 1 ${words.slice(0, 60)}\n`, long, 'node3');
    expect(ownProcesses(long, look, cut)).toEqual([]);
  });

  it('are not those that only have one of their numbers', () => {
    expect(
      own('100 1 /usr/lib/sendmail\n101 1 sh /var/tmp/shadowtape-run.Volume3.dump.work/run.sh\n105 101 vi'),
    ).toEqual([]);
    expect(own('105 1 dd if=/dev/sfdsk/Class2/rdsk/Volume1 bs=32768')).toEqual([]);
    expect(own(`101 100 sh ${folder}/run.sh\n105 101 [dd] <defunct>\n106 1 <defunct>`)).toEqual(['run 101']);
    expect(own('')).toEqual([]);
  });

  it('are not guessed where ps prints nothing', () => {
    expect(() => own('100 sh\n')).toThrow(why('ps prints "100 sh"'));
    expect(() => parseProcessList('100 1 sh\n', work, 'node3')).toThrow(why('ps prints "100 1 sh"'));
    expect(() => parseProcessList('', work, 'node3')).toThrow(why('ps prints ""'));
  });
});

it('are counted by the bytes written in /proc/PID/io', () => {
  expect(writtenBytes('rchar: 9\nwchar: 1048576\nsyscr: 4\n')).toBe(1_048_576);
  expect(writtenBytes('')).toBeUndefined();
});
