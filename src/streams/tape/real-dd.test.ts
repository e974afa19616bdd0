import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDump } from '../copy-path.ts';
import { sameDigest } from '../digests/digest.ts';
import { rawDeviceArguments, sampleArguments } from '../raw-device.ts';
import { readBack } from './read-back.ts';
import type { ProcessEnd } from '../stage.ts';
import { failureOf, noise, sha256 } from '../stream.test-support.ts';
import { judgeTapeRead, tapeReaderArguments } from './tape-reader.ts';
import { judgeTapeWrite, tapeWriterArguments } from './tape-writer.ts';

/** Starts a command of this machine as one end of a path. */
function start(argv: readonly string[]) {
  const [command = '', ...rest] = argv;
  const child = spawn(command, rest, { env: { ...process.env, LC_ALL: 'C' } });
  let stderr = '';
  let bytes = 0;
  child.stderr.on('data', (text: Buffer) => (stderr += String(text)));
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.on('close', (status, signal) => {
      resolve({ status: status ?? undefined, signal: signal ?? undefined, stderr, bytes });
    });
  });
  const counted = (stream: Readable) => stream.on('data', (piece: Buffer) => (bytes += piece.length)).pause();
  return {
    source: () => ({ stream: counted(child.stdout) as Readable, ended }),
    sink: () => ({ stream: child.stdin as Writable, ended }),
  };
}

describe('with the dd of this machine', () => {
  let folder: string;
  let device: string;
  let tape: string;
  const volume = noise(3_000_000);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'shadowtape-dd-'));
    device = join(folder, 'device');
    tape = join(folder, 'tape');
    writeFileSync(device, volume);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('dumps a device, counts its records, and reads it back', async () => {
    const dump = await runDump({
      source: start(rawDeviceArguments(device)).source(),
      sink: start(tapeWriterArguments({ device: tape })).sink(),
      expectedBytes: volume.length,
    });
    expect(readFileSync(tape).equals(volume)).toBe(true);
    expect(judgeTapeWrite(dump.sinkEnd, dump.handed)).toEqual({
      records: 92,
      fullRecords: 91,
      partialRecords: 1,
    });
    const back = await readBack({ source: start(tapeReaderArguments({ device: tape })).source() });
    expect(sameDigest(back, dump.onTape)).toBe(true);
    expect(judgeTapeRead(back.end, dump.handed).records).toBe(92);
  });

  it('reports that the tape is full when the writer does', async () => {
    const error = await failureOf(() =>
      runDump({
        source: start(rawDeviceArguments(device)).source(),
        sink: start(tapeWriterArguments({ device: '/dev/full' })).sink(),
      }),
    );
    expect(error.code).toBe('TAPE_END_OF_MEDIUM');
    expect(error.evidence).toMatchObject({ exitStatus: 1 });
  });

  it('reports that the device could not be read', async () => {
    const missing = join(folder, 'missing');
    const error = await failureOf(() =>
      runDump({
        source: start(rawDeviceArguments(missing)).source(),
        sink: start(tapeWriterArguments({ device: tape })).sink(),
      }),
    );
    expect(error.code).toBe('DUMP_SOURCE_FAILED');
    expect(error.message).toBe(
      `reading stopped after 0 bytes: dd: failed to open '${missing}': No such file or directory`,
    );
  });

  it('samples one record from the middle', async () => {
    const sample = await readBack({ source: start(sampleArguments(device, 40)).source() });
    expect(sample.sha256).toBe(sha256(volume.subarray(40 * 32_768, 41 * 32_768)));
    expect(sample.records).toBe(1);
  });
});
