import { describe, expect, it } from 'vitest';
import { encodeLabel } from '../../tape/tape-label.ts';
import { encodeManifest } from '../../tape/tape-manifest.ts';
import { identifyTape } from './identify-tape.ts';
import { LinuxDrive, linuxDrive } from './linux-drive.test-support.ts';

const uuid = '2f1c7d3e-8a4b-4c5d-9e6f-0a1b2c3d4e5f';
const writtenAt = '2026-11-22T02:00:04.000Z';
const label = encodeLabel({
  name: 'A',
  uuid,
  writtenAt,
  run: 'r1',
  site: 's',
  volumes: [{ volume: 'Volume2', method: '6a', file: 1 }],
  recordBytes: 32_768,
});
const manifestOf = (name: string, volume = 'Volume2') =>
  encodeManifest({
    label: uuid,
    name,
    run: 'r1',
    writtenAt,
    journal: { sha256: '0'.repeat(64) },
    files: [
      {
        file: 1,
        volume,
        method: '6a',
        recordBytes: 32_768,
        bytes: 65_536,
        records: 2,
        paddingBytes: 0,
        crc32: '00000000',
        sha256: '0'.repeat(64),
      },
    ],
  });
const data = Buffer.alloc(32_768, 7);
const records = (bytes: Buffer) =>
  Array.from({ length: bytes.length / 32_768 }, (_, index) =>
    bytes.subarray(index * 32_768, (index + 1) * 32_768),
  );
const identify = (...files: Buffer[][]) => identifyTape(new LinuxDrive(files).runner, linuxDrive);

describe('a tape in a drive on Linux', () => {
  it('is blank', async () => {
    expect(await identify()).toMatchObject({ blank: true, files: [], end: 'blank' });
  });

  it('is listed file by file, although the head stays in a partly read file', async () => {
    expect(await identify([label], [data, data], records(manifestOf('A')))).toMatchObject({
      blank: false,
      label: { name: 'A' },
      manifest: { run: 'r1' },
      files: [
        { file: 0, kind: 'label', recordBytes: 32_768, holds: 'the label "A", written 2026-11-22 by run r1' },
        {
          ...{ file: 1, kind: 'data', volume: 'Volume2' },
          holds: 'Volume2, method 6a: data that is neither tar nor ufsdump (first record 32,768 bytes)',
        },
        { file: 2, kind: 'manifest', holds: 'the manifest of run r1: 1 file' },
      ],
      end: 'end of data after file 2',
    });
  });

  it('has a manifest that is longer than a record', async () => {
    const manifest = records(manifestOf('A', 'v'.repeat(40_000)));
    expect(manifest).toHaveLength(2);
    const tape = await identify([label], [data], manifest);
    expect(tape.manifest?.files[0]?.volume).toHaveLength(40_000);
    expect(tape.end).toBe('end of data after file 2');
  });

  it('has no manifest if its run was interrupted, nor one of another label', async () => {
    expect(await identify([label], [data])).toMatchObject({
      manifest: undefined,
      end: 'end of data after file 1',
    });
    const other = encodeLabel({
      name: 'B',
      uuid: uuid.replace('2', '3'),
      writtenAt,
      site: 's',
      volumes: [],
      recordBytes: 1,
    });
    expect(await identify([other], [data], records(manifestOf('A')))).toMatchObject({
      label: { name: 'B' },
      manifest: undefined,
    });
  });

  it('is not read past an empty file', async () => {
    expect(await identify([data], [], [data])).toMatchObject({
      files: [{ file: 0 }],
      end: 'an empty file after file 0',
    });
  });
});
