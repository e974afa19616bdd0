/** What Solaris shows of the slices of a disk: prtvtoc(1M), and swap(1M) -l. */
import { physicalBlocks, physicalDiskOf } from '../gds/lab-volumes.ts';
import { complain } from '../hosts/command-call.ts';
import type { Command } from '../hosts/command-call.ts';
import { slicesAt } from '../hosts/plain-disk.ts';

const cell = (value: number, width: number): string => String(value).padStart(width);

export const prtvtoc: Command = async (call) => {
  const [path = ''] = call.argv.slice(1);
  const { node, world } = call.machine;
  const slices = slicesAt(path, (disk) => {
    const physical = physicalDiskOf(node, disk);
    return physical === undefined ? undefined : physicalBlocks(physical, world.model.volumeBlocks);
  });
  if (slices.length === 0) return complain(call, `prtvtoc: ${path}: No such file or directory`);
  await call.output.write(
    [
      `* ${path} partition map`,
      '*',
      '* Dimensions:',
      '*     512 bytes/sector',
      '*',
      '*                          First     Sector    Last',
      '* Partition  Tag  Flags    Sector     Count    Sector  Mount Directory',
      ...slices.map(
        ({ number, tag, firstBlock, blocks, directory = '' }) =>
          `${cell(number, 8)}${cell(tag, 7)}    00 ${cell(firstBlock, 10)} ${cell(blocks, 9)} ${cell(firstBlock + blocks - 1, 9)}   ${directory}`,
      ),
      '',
    ].join('\n'),
  );
  return 0;
};

export const swap: Command = async (call) => {
  if (call.argv[1] !== '-l') return complain(call, 'swap: not part of the lab', 2);
  await call.output.write(
    'swapfile             dev  swaplo blocks   free\n/dev/dsk/c0t0d0s1   32,1       16   6128   6128\n',
  );
  return 0;
};
