import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Method } from '../../../site/site-schema.ts';
import { mayBeOwnFile } from './own-tape.ts';

const volume = randomBytes(65_536);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const fingerprint = [{ record: 0, sha256: sha256(volume.subarray(0, 32_768)) }];

function isOwn(record: Buffer, found: string, method: Method = '6a', recordBytes = 32_768): boolean {
  return mayBeOwnFile({ method, recordBytes }, record, found, fingerprint);
}

describe('the contents of a tape after an interrupted dump', () => {
  it('are the run’s own where the first record is the volume’s', () => {
    expect(isOwn(volume.subarray(0, 32_768), 'data')).toBe(true);
    expect(isOwn(volume.subarray(0, 65_536), 'data', '6a', 65_536)).toBe(true);
    expect(isOwn(volume.subarray(0, 512), 'data', '6a', 512)).toBe(true);
  });

  it('are somebody else’s where the first record differs, or has another length', () => {
    expect(isOwn(volume.subarray(32_768), 'data')).toBe(false);
    expect(isOwn(volume.subarray(0, 10_240), 'data')).toBe(false);
  });

  it('are recognized by their kind where files are dumped', () => {
    const record = volume.subarray(0, 32_768);
    expect(isOwn(record, 'a tar archive that begins with "./"', '6b')).toBe(true);
    expect(isOwn(record, 'a tar archive that begins with "etc/passwd"', '6b')).toBe(false);
    expect(isOwn(record, 'a ufsdump', '6c')).toBe(true);
    expect(isOwn(record, 'a ufsdump or a dump of Linux', '6c')).toBe(true);
    expect(isOwn(record, 'a ufsdump', '6b')).toBe(false);
  });

  it('are nobody’s where no record reached the tape', () => {
    expect(isOwn(Buffer.alloc(0), 'a file mark at its beginning')).toBe(true);
  });
});
