import { describe, expect, it } from 'vitest';
import { changedCommands, meaningsOf } from './command-meaning.ts';

const run = '20261129-213901-volume2';
const work = `/var/tmp/shadowtape-${run}.Volume2.dump.work`;
const script = (recordBytes: number) =>
  [
    `sh -c 'umask 077`,
    `mkdir ${work} || exit 18`,
    `echo $$ > ${work}/reader.pid' 'echo $$ > ${work}/reader.pid`,
    `exec < /dev/null > ${work}/read 2> ${work}/reader.errors`,
    'cd / || exit 1',
    `exec dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768' 'echo $$ > ${work}/tee.pid`,
    `exec tee ${work}/to-cksum ${work}/to-sha256' 'echo $$ > ${work}/writer.pid`,
    `exec dd ibs=262144 obs=${recordBytes} of=/dev/rmt/0' 'shift 4`,
    `dd if=${work}/piece bs=32768 skip=$3 count=$4 >> ${work}/samples 2> /dev/null || exit 3`,
  ].join('\n');

describe('what a command line does', () => {
  it('is the line itself, without the name of the run', () => {
    expect(meaningsOf(`rm -rf ${work}`, run)).toEqual(['rm -rf /var/tmp/shadowtape-RUN.Volume2.dump.work']);
  });

  it('is, of a script, the programs that it starts', () => {
    expect(meaningsOf(script(32_768), run)).toEqual([
      'dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768',
      'dd ibs=262144 obs=32768 of=/dev/rmt/0',
    ]);
  });
});

describe('commands of two runs', () => {
  it('of the same program differ in their words', () => {
    const [one, other] = [32_768, 65_536].map((bytes) =>
      meaningsOf(script(bytes), run)
        .slice(1)
        .map((line) => `node3 # ${line}`),
    );
    const words = { one: ['obs=32768'], other: ['obs=65536'] };
    expect(changedCommands(one ?? [], other ?? [])).toEqual([
      { host: 'node3', program: 'dd', ...words, lines: [one?.[0], other?.[0]] },
    ]);
  });

  it('of other hosts, or with another verb, have no counterpart', () => {
    const one = ['node1 # sdxproxy Part -c Class1 -p Volume2'];
    const other = [
      'node1 # sdxproxy Rejoin -c Class1 -p Volume2',
      'node2 # sdxproxy Part -c Class1 -p Volume2',
    ];
    expect(changedCommands(one, other)).toEqual([]);
  });
});
