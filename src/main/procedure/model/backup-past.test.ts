import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../contract/events.ts';
import { everyObjectQuery, pastOf } from './backup-past.ts';
import { bootQueries } from './boot-identity.ts';

const table = (...rows: string[]) => [...rows, ''].join('\n');
const disk = table('OBJ NAME TYPE CLASS', '--- ---- ---- -----', 'disk Disk3 mirror Class2');
const volumes = `${disk}\n${table('OBJ NAME CLASS', '--- ---- -----', 'volume * Class2', 'volume Volume2 Class2')}`;
const boot = (seconds: number) => `unix:0:system_misc:boot_time\t${seconds}\n`;
const [kstat = []] = bootQueries('solaris');

/** A command and its output; status `undefined` means that its end was not seen. */
type Line = readonly [
  argv: readonly string[] | string,
  stdout?: string,
  status?: number | 'unheard',
  host?: string,
];

function eventsOf(lines: readonly Line[]): RunEvent[] {
  return lines.flatMap(([words, stdout = '', exitStatus = 0, host = 'node3'], index) => {
    const argv = typeof words === 'string' ? words.split(' ') : words;
    const seq = 2 * index + 1;
    const intent = { type: 'intent', seq, step: 's', host, argv, line: argv.join(' '), changes: true };
    const stdoutBytes = stdout.replace(/…$/, 'and more').length;
    const outcome = { type: 'outcome', seq: seq + 1, step: 's', of: seq, exitStatus, stdout, stdoutBytes };
    return (exitStatus === 'unheard' ? [intent] : [intent, outcome]) as unknown as RunEvent[];
  });
}

const past = (...lines: readonly Line[]) => pastOf(eventsOf(lines), 'node3');

const create: Line = ['sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3'];
const removeVolume: Line = ['sdxshadowvolume -R -c Class2 -v Volume2'];
const removeDisk: Line = ['sdxshadowdisk -R -c Class2 -d Disk3'];

describe('what a run knows of the backup server', () => {
  it('is the last sighting, the boot seen after it, and what was removed since', () => {
    const seen = past(
      [kstat, boot(1)],
      create,
      [everyObjectQuery, disk],
      [everyObjectQuery, volumes],
      [kstat, boot(2)],
      removeVolume,
      [removeDisk[0], '', 1],
      [everyObjectQuery, ''],
      [kstat, boot(3)],
    );
    expect(seen).toEqual({
      sighting: {
        seq: 7,
        objects: ['disk Disk3 of Class2', 'volume Volume2 of Class2'],
        isWhole: true,
        boot: 'kstat 2',
      },
      removed: new Set(['volume Volume2 of Class2']),
      classes: new Set(['Class2']),
      createdSince: false,
      bootOfCreation: undefined,
    });
  });

  it('does not count removals before the sighting, on another host, or without a known result', () => {
    const unheard: Line = [removeDisk[0], '', 'unheard'];
    const elsewhere: Line = [removeVolume[0], '', 0, 'node1'];
    const { removed } = past(removeDisk, [everyObjectQuery, disk], unheard, elsewhere);
    expect(removed).toEqual(new Set());
  });

  it('lists what was created since, or may have been, and in which boot', () => {
    const unheard: Line = [create[0], '', 'unheard'];
    expect(past([kstat, boot(1)], unheard)).toMatchObject({
      sighting: undefined,
      createdSince: true,
      bootOfCreation: 'kstat 1',
    });
    expect(past([kstat, boot(1)], [create[0], '', 1])).toMatchObject({
      classes: new Set(),
      createdSince: false,
    });
  });

  it('marks a sighting that the journal has truncated', () => {
    expect(past([everyObjectQuery, `${disk}volume Vol…`]).sighting).toMatchObject({
      objects: ['disk Disk3 of Class2'],
      isWhole: false,
    });
  });

  it('accepts no other query as a sighting, and no failed one', () => {
    expect(
      past([[...everyObjectQuery, '-c', 'Class2'], disk], [everyObjectQuery, disk, 1]).sighting,
    ).toBeUndefined();
  });

  it('accepts the long form of the query as a sighting, too', () => {
    expect(past([[...everyObjectQuery, '-e', 'long'], disk]).sighting?.objects).toEqual([
      'disk Disk3 of Class2',
    ]);
  });
});
