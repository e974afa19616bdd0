/**
 * The command lines that read a raw device.
 */
import { defaultRecordBytes, requireRecordBytes } from './record-cutter.ts';

export interface RawDeviceOptions {
  /** 512 to 1,048,576, a multiple of 512; default 32,768. */
  readonly recordBytes?: number | undefined;
}

export interface SampleOptions extends RawDeviceOptions {
  /**
   * How dd gets to the place. Solaris' `skip=` reads everything before it, its `iseek=` seeks (illumos dd.c). GNU dd
   * seeks with `skip=`, and has `iseek=` only since coreutils 9.1. Default `skip`.
   */
  readonly seekWith?: 'skip' | 'iseek' | undefined;
}

/** Reads the whole device (GDS guide 6.6.3.7, 6a). Throws RECORD_SIZE_WRONG. */
export function rawDeviceArguments(device: string, options: RawDeviceOptions = {}): string[] {
  return ['dd', `if=${device}`, blockSize(options)];
}

/** Reads one record, counted from 0. Throws RECORD_SIZE_WRONG. */
export function sampleArguments(device: string, recordIndex: number, options: SampleOptions = {}): string[] {
  const seek = `${options.seekWith ?? 'skip'}=${recordIndex}`;
  return ['dd', `if=${device}`, blockSize(options), seek, 'count=1'];
}

function blockSize(options: RawDeviceOptions): string {
  return `bs=${requireRecordBytes(options.recordBytes ?? defaultRecordBytes)}`;
}
