import { describe, expect, it } from 'vitest';
import { hasNoDeviceFolder, parseDeviceFiles } from './device-files.ts';

const listing = `/dev/sfdsk:
Class2
_adm

/dev/sfdsk/Class2:
dsk
rdsk

/dev/sfdsk/Class2/dsk:
Volume2

/dev/sfdsk/Class2/rdsk:
Volume2
Volume3

/dev/sfdsk/_adm/dsk:
0
`;

describe('the device files of GDS', () => {
  it('are each volume of each class, once; what GDS has for itself is none', () => {
    expect(parseDeviceFiles(listing)).toEqual([
      { class: 'Class2', volume: 'Volume2' },
      { class: 'Class2', volume: 'Volume3' },
    ]);
  });

  it('are none where there is no class, or a class without volumes', () => {
    expect(parseDeviceFiles('/dev/sfdsk:\n')).toEqual([]);
    expect(
      parseDeviceFiles('/dev/sfdsk:\nClass2\n\n/dev/sfdsk/Class2:\ndsk\n\n/dev/sfdsk/Class2/dsk:\n'),
    ).toEqual([]);
  });

  it('are found in either folder of a class, and in no folder elsewhere', () => {
    const folder = (path: string) => `/dev/sfdsk:\nClass2\n\n${path}:\nVolume2\n`;
    for (const kind of ['dsk', 'rdsk'])
      expect(parseDeviceFiles(folder(`/dev/sfdsk/Class2/${kind}`))).toEqual([
        { class: 'Class2', volume: 'Volume2' },
      ]);
    for (const path of [
      '/old/dev/sfdsk/Class2/dsk',
      '/dev/sfdsk/Class2/dsk:/more',
      '/dev/sfdsk/a/Class2/dsk',
    ])
      expect(parseDeviceFiles(folder(path))).toEqual([]);
  });

  it('are not known where nothing was listed', () => {
    expect(parseDeviceFiles('')).toBeUndefined();
  });

  it('do not exist where the list of /dev, which is a list, has no folder of GDS', () => {
    expect(hasNoDeviceFolder('dsk\nnull\nrdsk\n')).toBe(true);
    expect(hasNoDeviceFolder('dsk\nnull\nsfdsk\n')).toBe(false);
    expect(hasNoDeviceFolder('')).toBe(false);
  });
});
