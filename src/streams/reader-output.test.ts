import { describe, expect, it } from 'vitest';
import type { ShadowtapeError } from '../contract/errors.ts';
import { ReaderOutput, type OnSkippedFiles } from './reader-output.ts';

function heard(tool: string, text: string): ReaderOutput {
  const output = new ReaderOutput(tool);
  // Cut anywhere, as it comes over a network.
  for (const piece of text.match(/[^]{1,7}/g) ?? []) output.add(piece);
  return output;
}

function failureOf(output: ReaderOutput, onSkippedFiles: OnSkippedFiles): string | undefined {
  try {
    output.judge(onSkippedFiles);
    return undefined;
  } catch (error) {
    return `${(error as ShadowtapeError).code}: ${(error as ShadowtapeError).message}`;
  }
}

describe('a message of tar is', () => {
  it.each([
    ['tar: ./run/agent is not a file. Not dumped', 'skipped', './run/agent'],
    ['tar: ./lib/current: symbolic link too long', 'skipped', './lib/current'],
    ['tar: ./a: file name too long', 'skipped', './a'],
    ['tar: data.bin: filename is greater than 100', 'skipped', 'data.bin'],
    ['tar: ./deep/data.bin: prefix is greater than 155', 'skipped', './deep/data.bin'],
    ['tar: directory nesting too deep, ./a/b not dumped', 'skipped', './a/b'],
    ['tar: ./backup.tar same as archive file', 'skipped', './backup.tar'],
    ["tar: can't open directory ./secret: Permission denied", 'skipped', './secret'],
    ["tar: can't read symbolic link ./l: No such file or directory", 'skipped', './l'],
    ['./x: failed to get acl count', 'skipped', './x'],
    ['tar: ./secret: Permission denied', 'skipped', './secret'],
    ['tar: ./log: file changed size', 'inconsistent', './log'],
    ['tar: Read error on ./db/data: I/O error', 'unread', './db/data'],
    ['tar: ./db/data: I/O error', 'unread', './db/data'],
    ['tar: ./agent.sock: socket ignored', 'skipped', './agent.sock'],
    ['tar: ./door: door ignored', 'skipped', './door'],
    ['/usr/sfw/bin/gtar: ./x: Unknown file type; file ignored', 'skipped', './x'],
    ['tar: ./x.tar: file is the archive; not dumped', 'skipped', './x.tar'],
    ['tar: ./x: file is on a different filesystem; not dumped', 'skipped', './x'],
    ['tar: ./x: File removed before we read it', 'skipped', './x'],
    ['tar: ./x: link name is too long; not dumped', 'skipped', './x'],
    ['tar: ./log: file changed as we read it', 'inconsistent', './log'],
    ['tar: ./log: File shrank by 512 bytes; padding with zeros', 'inconsistent', './log'],
    ['tar: ./x: Read error at byte 0, while reading 512 bytes: Input/output error', 'unread', './x'],
    ['tar: a: b is not a file. Not dumped', 'skipped', 'a: b'],
    ['tar: ./x: Die Datei hat sich beim Lesen geändert.', 'other', undefined],
  ])('%s: %s', (line, kind, file) => {
    expect(heard('tar', `${line}\n`).remarks).toMatchObject([{ kind, file }]);
  });

  it.each(["tar: Removing leading `/' from member names", 'a ./bin/payroll 12K', ''])(
    'harmless: "%s"',
    (line) => {
      expect(heard('tar', `${line}\n`).remarks).toEqual([]);
    },
  );

  it('read completely without a final line feed', () => {
    expect(heard('tar', 'tar: ./s: socket ignored').count('skipped')).toBe(1);
  });

  it('recognized for a tool with any of its names', () => {
    const tools = ['tar', '/usr/sfw/bin/gtar', '/usr/sbin/fsck', 'dd'].map(
      (name) => new ReaderOutput(name).tool,
    );
    expect(tools).toEqual(['tar', 'tar', 'fsck', 'dd']);
  });

  it('always counted, and kept up to a limit', () => {
    const lines = Array.from({ length: 250 }, (_, at) => `tar: ./s${at}: socket ignored\n`);
    const output = heard('tar', lines.join(''));
    expect([output.count('skipped'), output.remarks.length]).toEqual([250, 200]);
  });
});

describe('a message of dd or fsck is', () => {
  it.each([
    [
      'dd',
      '256+0 records in\n256+0 records out\n8388608 bytes (8.4 MB, 8.0 MiB) copied, 0.1 s, 80 MB/s\n',
      [],
    ],
    ['dd', '256+0 Datensätze ein\n256+0 Datensätze aus\n', []],
    [
      'dd',
      "dd: error reading '/dev/sfdsk/Class2/rdsk/Volume2': Input/output error\n256+0 records in\n",
      ['unread'],
    ],
    ['dd', 'dd: read: I/O error\n', ['unread']],
    ['dd', 'dd: warning: partial read (512 bytes); suggest iflag=fullblock\n', ['other']],
    ['fsck', 'fsck: something new\n', ['other']],
  ])('%s: %s', (tool, text, kinds) => {
    const { remarks } = heard(tool, text);
    expect(remarks.map(({ kind }) => kind)).toEqual(kinds);
    expect(remarks.filter(({ file }) => file !== undefined)).toEqual([]);
  });
});

describe('a reader that ended with exit status 0', () => {
  const skipping = 'tar: ./a: socket ignored\ntar: ./b: file changed as we read it\ntar: what is this\n';

  it('is accepted with what it skipped, if the job says warn', () => {
    expect(failureOf(heard('tar', skipping), 'warn')).toBeUndefined();
  });

  it('fails with the names of what it skipped, if the job says fail', () => {
    expect(failureOf(heard('tar', skipping), 'fail')).toBe(
      'FILES_SKIPPED: tar ended with exit status 0, but 2 files are not on tape as they are on the volume: ./a: socket ignored; ./b: file changed as we read it',
    );
    const many = Array.from({ length: 500 }, (_, at) => `tar: ./s${at}: socket ignored\n`).join('');
    expect(failureOf(heard('tar', many), 'fail')).toMatch(/; \.\/s2: socket ignored; and 497 more$/);
  });

  it('passes if nothing is skipped, even with an unknown message', () => {
    expect(failureOf(heard('tar', 'tar: what is this\n'), 'fail')).toBeUndefined();
  });

  it('fails if its last line says so, even without a line feed', () => {
    expect(failureOf(heard('tar', 'tar: Read error on ./d: I/O error'), 'warn')).toBe(
      'DUMP_NOT_CLOSED: tar ended with exit status 0, but said: Read error on ./d: I/O error',
    );
  });

  it('fails in any case where something could not be read', () => {
    expect(failureOf(heard('tar', 'tar: Read error on ./d: I/O error\n'), 'warn')).toBe(
      'DUMP_NOT_CLOSED: tar ended with exit status 0, but said: Read error on ./d: I/O error',
    );
  });
});
