/** Where a command reads from. */
export interface ByteReader {
  /**
   * The next bytes, `limit` at most, as soon as there are any; empty at the end. What is returned is valid until the next call.
   */
  read(limit: number): Promise<Buffer>;
}

/** Where a command writes to. */
export interface ByteWriter {
  /** Resolves when the bytes may be reused. @throws IoError EPIPE where nobody reads any more */
  write(bytes: Buffer | string): Promise<void>;
}
