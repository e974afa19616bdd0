/** The events that can be derived from a manifest without a journal: enough to list the run and to read its tape. Pure. */
import type { NewEvent } from '../../contract/events.ts';
import type { IdentifiedTape } from '../procedure/drive/identify-tape.ts';
import type { TapeLabel } from '../tape/tape-label.ts';
import type { ManifestFile, TapeManifest } from '../tape/tape-manifest.ts';

type Method = Extract<NewEvent, { type: 'run-started' }>['method'];

/** What no manifest has. */
const unknown = 'unknown';
const methods: readonly Method[] = ['6a', '6b', '6c', '6d', '6e'];
const methodOf = (name: string | undefined): Method => methods.find((method) => method === name) ?? '6a';

interface ToldTape extends IdentifiedTape {
  readonly label: TapeLabel;
  readonly manifest: TapeManifest;
}

function started({ label, manifest, host, device }: ToldTape): NewEvent {
  return {
    type: 'run-started',
    job: unknown,
    site: label.site,
    route: 'console',
    layout: 'labelled',
    method: methodOf(manifest.files[0]?.method),
    volumes: manifest.files.map(({ volume, method, file }) => ({
      master: unknown,
      proxy: volume,
      method,
      tapeFile: file,
    })),
    operator: unknown,
    version: unknown,
    class: unknown,
    tape: { host, device },
    recordBytes: manifest.files[0]?.recordBytes ?? label.recordBytes,
  };
}

/** Each tape of the run, in their order; what is not known of one that is not in the drive is left empty. */
function labels({ label, labelSha256 = '', manifest, host, device }: ToldTape): NewEvent[] {
  const tapes = new Map<number, { readonly name: string; readonly uuid: string }>();
  for (const { parts = [] } of manifest.files)
    for (const { number, name, uuid } of parts) tapes.set(number, { name, uuid });
  tapes.set(label.number ?? 1, label);
  return [...tapes]
    .sort(([first], [second]) => first - second)
    .map(([number, { name, uuid }]) => ({
      type: 'label',
      step: 'label',
      host,
      device,
      name,
      uuid,
      writtenAt: label.writtenAt,
      ...(label.keepUntil === undefined ? {} : { keepUntil: label.keepUntil }),
      number,
      sha256: uuid === label.uuid ? labelSha256 : '',
    }));
}

function written({
  volume,
  method,
  bytes,
  records,
  paddingBytes,
  crc32,
  sha256,
  cksum,
  parts = [],
}: ManifestFile): NewEvent[] {
  const step = method;
  return [
    ...parts.map((part): NewEvent => ({ type: 'tape-part', step, volume, ...part })),
    {
      type: 'digest',
      step,
      volume,
      hop: 'handed',
      bytes,
      records,
      paddingBytes,
      ...(crc32 === '' ? {} : { crc32 }),
      ...(sha256 === '' ? {} : { onTapeSha256: sha256 }),
      ...(cksum === undefined ? {} : { cksum }),
    },
  ];
}

/** @param tape with its label and its manifest */
export function eventsOfManifest(tape: ToldTape): NewEvent[] {
  return [started(tape), ...labels(tape), ...tape.manifest.files.flatMap(written)];
}
