import { describe, expect, it } from 'vitest';
import { parseSdxinfo } from '../../gds/sdxinfo.ts';
import { mergeReports } from '../../gds/sdxinfo-merge.ts';
import { SdxinfoForms } from './sdxinfo-forms.ts';

const others = `
OBJ    NAME    TYPE   CLASS   GROUP   DEVNAM  DEVBLKS  DEVCONNECT       STATUS
------ ------- ------ ------- ------- ------- -------- ---------------- -------
disk   Disk3   mirror Class1  Group2  c1t1d3   1736704 node1:node2      ENABLE
OBJ    NAME    CLASS   DISKS               BLKS     FREEBLKS SPARE
------ ------- ------- ------------------- -------- -------- -----
group  Group2  Class1  Disk3                1736704        0     0
OBJ    CLASS   GROUP   DISK    VOLUME  STATUS
------ ------- ------- ------- ------- --------
slice  Class1  Group2  Disk3   Volume2 STOP
`;
const volume = `
OBJ    NAME    CLASS   GROUP   SKIP JRM 1STBLK   LASTBLK  BLOCKS   STATUS
------ ------- ------- ------- ---- --- -------- -------- -------- --------
volume Volume2 Class1  Group2  off  on     65536  1114111  1048576 STOP
`;
const wholeVolume = `
OBJ    NAME    TYPE   CLASS   GROUP   DISK   MASTER  PROXY SKIP JRM 1STBLK   LASTBLK  BLOCKS   STATUS
------ ------- ------ ------- ------- ------ ------- ----- ---- --- -------- -------- -------- --------
volume Volume2 mirror Class1  Group2  *      Volume1 Part  off  on     65536  1114111  1048576 STOP
`;
const shortVolume = `
OBJ    NAME    TYPE   CLASS   GROUP   DISK   MASTER  PROXY
------ ------- ------ ------- ------- ------ ------- -----
volume Volume2 mirror Class1  Group2  *      Volume1 Part
`;
const byDefault = parseSdxinfo(others + volume);

function taught(longVolume: string): SdxinfoForms {
  const forms = new SdxinfoForms();
  const long = parseSdxinfo(others + longVolume);
  forms.learn(mergeReports(byDefault, long), long);
  return forms;
}

describe('the long form of sdxinfo', () => {
  it('is sent alone once it has shown every column', () => {
    expect(new SdxinfoForms().mayAskLong('node1')).toBe(false);
    expect(taught(wholeVolume).mayAskLong('node1')).toBe(true);
  });

  it('is not sent alone if it does not show the blocks', () => {
    expect(taught(shortVolume).mayAskLong('node1')).toBe(false);
  });

  it('is never sufficient for a host that once showed fewer columns than the others', () => {
    const forms = taught(wholeVolume);
    expect(forms.isWhole('node2', parseSdxinfo(others + shortVolume))).toBe(false);
    expect(forms.mayAskLong('node2')).toBe(false);
    expect(forms.mayAskLong('node1')).toBe(true);
  });

  it('proves nothing if it shows no object', () => {
    const forms = taught(wholeVolume);
    expect(forms.isWhole('node3', parseSdxinfo(''))).toBe(false);
    expect(forms.mayAskLong('node3')).toBe(true);
    expect(forms.isWhole('node3', parseSdxinfo(others + wholeVolume))).toBe(true);
  });
});
