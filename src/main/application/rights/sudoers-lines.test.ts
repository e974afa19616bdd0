import { describe, expect, it } from 'vitest';
import { holderCommand } from '../../procedure/model/shadow-holder.ts';
import { lockFolder } from '../../procedure/model/lock.ts';
import { workFolder } from '../../procedure/model/detached-work.ts';
import { needsRights } from '../../ssh/rights.ts';
import { profileLine, profileLines, sudoersLines } from './sudoers-lines.ts';

const by = { user: 'backup', path: '/usr/bin/dd', volumes: ['volume2'] };
const command = { host: 'node3', program: 'dd' };

describe('lines of sudoers', () => {
  it('a number becomes digits, with one line for each length', () => {
    const words = [['if=/dev/sfdsk/Class2/rdsk/Volume2'], ['skip=', { digits: 2 }], ['count=1']];
    expect(sudoersLines({ ...command, words }, by)).toEqual([
      {
        line: 'backup ALL=(root) NOPASSWD: /usr/bin/dd if\\=/dev/sfdsk/Class2/rdsk/Volume2 skip\\=[0-9] count\\=1',
        argv: ['dd', 'if=/dev/sfdsk/Class2/rdsk/Volume2', 'skip=1', 'count=1'],
      },
      {
        line: 'backup ALL=(root) NOPASSWD: /usr/bin/dd if\\=/dev/sfdsk/Class2/rdsk/Volume2 skip\\=[0-9][0-9] count\\=1',
        argv: ['dd', 'if=/dev/sfdsk/Class2/rdsk/Volume2', 'skip=11', 'count=1'],
      },
    ]);
  });

  it('a command without arguments allows no arguments', () => {
    const [line] = sudoersLines({ ...command, words: [] }, { ...by, path: '/etc/rmt' });
    expect(line).toEqual({ line: 'backup ALL=(root) NOPASSWD: /etc/rmt ""', argv: ['dd'] });
  });

  it('characters with a meaning in sudoers are quoted', () => {
    const [line] = sudoersLines({ ...command, words: [['a,b:c=d#e f*[g]\\h']] }, by);
    expect(line?.line).toBe(
      'backup ALL=(root) NOPASSWD: /usr/bin/dd a\\,b\\:c\\=d\\#e\\ f\\*\\[g\\]\\\\\\\\h',
    );
  });

  it('a command with a line feed cannot be allowed', () => {
    expect(() => sudoersLines({ ...command, words: [['a\nb']] }, by)).toThrow('line feed');
  });

  it('a profile names only the program', () => {
    expect([...profileLines('backup'), profileLine('/usr/sbin/mount')]).toEqual([
      'prof_attr: Shadowtape:::Backup of GDS volumes:',
      'user_attr: backup::::type=normal;profiles=Shadowtape',
      'exec_attr: Shadowtape:suser:cmd:::/usr/sbin/mount:uid=0',
    ]);
  });
});

it('locks and folders of detached work are the login’s own; the process that holds a shadow open needs rights', () => {
  expect(needsRights(['mkdir', lockFolder('Class1')])).toBe(false);
  expect(needsRights(['rm', '-rf', workFolder('20261128-171000-volume2', 'Volume2')])).toBe(false);
  const shadow = { class: 'Class2', group: 'Group2', volume: 'Volume2' };
  const volume = {
    master: 'Volume1',
    proxy: 'Volume2',
    method: '6b',
    blocks: 4096,
    shadow,
    tapeFile: 0,
  } as const;
  expect(needsRights(holderCommand('20261128-171000-volume2', volume))).toBe(true);
});
