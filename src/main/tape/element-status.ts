/**
 * Which drive of a changer is which, by serial numbers: READ ELEMENT STATUS with DVCID (SMC-3, 6.11), which mtx does
 * not request, and the unit serial number page of the drive (SPC-4, 7.8.16). Sent with sg_raw and sg_inq of sg3_utils.
 * Pure.
 */

const elementTypes = { dataTransfer: 4 } as const;
const answerBytes = 16_384;

/** All drives of a changer with their identifiers, and without bar codes. */
export function driveIdentifiersArguments(changer: string): string[] {
  const [high = '', low = ''] = [answerBytes >> 8, answerBytes & 255].map((byte) =>
    byte.toString(16).padStart(2, '0'),
  );
  const type = `0${elementTypes.dataTransfer}`;
  const cdb = ['b8', type, '00', '00', 'ff', 'ff', '01', '00', high, low, '00', '00'];
  return ['sg_raw', '-b', '-r', String(answerBytes), changer, ...cdb];
}

export const unitSerialArguments = (device: string): string[] => ['sg_inq', '--page=0x80', device];

/** The serial number in the output of sg_inq; undefined if there is none. */
export function unitSerialIn(text: string): string | undefined {
  const serial = /^[ \t]*Unit serial number:[ \t]*(\S.*?)[ \t]*\r?$/m.exec(text)?.[1];
  return serial === '' ? undefined : serial;
}

const headerBytes = 8;
const volumeTagBytes = 36;
const fixedBytes = 12;

/** The identifier after the fixed fields of a descriptor; empty if the changer has none. */
function identifierIn(descriptor: Buffer, tags: number): string {
  const at = fixedBytes + tags;
  const length = descriptor.length > at + 3 ? descriptor.readUInt8(at + 3) : 0;
  return descriptor
    .subarray(at + 4, at + 4 + length)
    .toString('latin1')
    .replaceAll('\0', ' ')
    .trim();
}

/** The descriptors of one page; undefined if it is truncated. */
function descriptorsOf(page: Buffer): Buffer[] | undefined {
  const size = page.readUInt16BE(2);
  const bytes = page.readUIntBE(5, 3);
  if (size < fixedBytes || bytes % size !== 0 || page.length < headerBytes + bytes) return undefined;
  return Array.from({ length: bytes / size }, (_, index) =>
    page.subarray(headerBytes + index * size, headerBytes + (index + 1) * size),
  );
}

/**
 * @param answer the bytes of the changer's answer
 * @returns the identifiers of the drives, in the order in which mtx counts them; undefined if the answer is truncated
 *   or invalid
 */
export function driveIdentifiers(answer: Buffer): string[] | undefined {
  if (answer.length < headerBytes) return undefined;
  const count = answer.readUInt16BE(2);
  const end = headerBytes + answer.readUIntBE(5, 3);
  if (count === 0 || answer.length < end) return undefined;
  const found: string[] = [];
  for (let at = headerBytes; at + headerBytes <= end;) {
    const page = answer.subarray(at, end);
    const descriptors = descriptorsOf(page);
    if (!descriptors) return undefined;
    const flags = page.readUInt8(1);
    const tags = [0x80, 0x40].filter((flag) => flags & flag).length * volumeTagBytes;
    if (page.readUInt8(0) === elementTypes.dataTransfer)
      found.push(...descriptors.map((descriptor) => identifierIn(descriptor, tags)));
    at += headerBytes + page.readUIntBE(5, 3);
  }
  return found.length === count ? found : undefined;
}

/**
 * The number of the drive with a serial number. Changers give the number alone, or vendor and product before it (SMC-3,
 * table 42).
 * @returns undefined if no identifier ends with it, or several do
 */
export function driveWithSerial(identifiers: readonly string[], serial: string): number | undefined {
  const isOf = (identifier: string) => identifier === serial || identifier.split(/\s+/).at(-1) === serial;
  const numbers = identifiers.flatMap((identifier, number) => (isOf(identifier) ? [number] : []));
  return numbers.length === 1 ? numbers[0] : undefined;
}
