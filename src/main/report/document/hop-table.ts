/** The bytes of a volume at each hop: read, sent, counted, read back. */
import type { ReportTable, ReportTexts } from '../../../contract/report.ts';
import type { EventOf } from '../../../contract/events.ts';
import { countText } from '../../../contract/words.ts';
import { hopSentences } from '../../../folds/hop-names.ts';
import { hopLines, type HopLine } from '../../../folds/hop-lines.ts';
import type { VolumeModel } from '../../../folds/run/run-model.ts';
import { code, marked, plain, quiet } from './report-words.ts';
import { verdictMarks } from './section-draft.ts';

type Digest = EventOf<'digest'>;

/** So many volumes have each of their hops on the first page. */
export const volumesInSummary = 2;

/** Whether any hop has told something. */
export const hasDigests = ({ digests }: VolumeModel): boolean =>
  hopLines(digests).some(({ digest }) => digest !== undefined);

const sum = ({ crc32, cksum }: Digest): ReportTexts => {
  if (crc32 !== undefined) return [code(crc32)];
  return cksum === undefined ? [quiet('-')] : [quiet('cksum '), code(String(cksum))];
};

function shaOf({ sha256, onTapeSha256, paddingBytes, sections }: Digest): ReportTexts {
  const padded = onTapeSha256 !== undefined && onTapeSha256 !== sha256;
  const words = paddingBytes ? 'on tape, with padding: ' : '';
  const pieces = [
    ...(sha256 === undefined ? [] : [code(sha256)]),
    ...(sections
      ? [
          quiet(
            `one for each of ${countText(sections.length)} sections: the dump was interrupted and continued`,
          ),
        ]
      : []),
    ...(padded ? [{ text: sha256 === undefined ? words : `; ${words}` }, code(onTapeSha256)] : []),
    ...(paddingBytes ? [quiet(` ${countText(paddingBytes)} bytes of padding`)] : []),
  ];
  return pieces.length === 0 ? [quiet('not computed here')] : pieces;
}

function verdictCell({ verdict, compared, hop, digest }: HopLine): ReportTexts {
  if (hop === 'device') return [quiet('first hop')];
  if (verdict === undefined)
    return [quiet(hop === 'handed' ? 'first hop with a hash' : 'nothing to compare')];
  const padded = hop === 'handed' && digest?.paddingBytes ? ', without the padding' : '';
  const words = verdict === 'unknown' ? 'not comparable' : `${verdict}: ${compared ?? ''}${padded}`;
  return [marked(verdictMarks[verdict] ?? 'unknown', words)];
}

const figures = (value: number | undefined) => plain(value === undefined ? '-' : countText(value));

export function hopTable(volume: VolumeModel, several: boolean): ReportTable {
  return {
    kind: 'table',
    caption: several ? `Digests of ${volume.proxy} at each hop` : 'Digests at each hop',
    columns: [
      { title: 'Hop', share: 21 },
      { title: 'Bytes', share: 12, align: 'right' },
      { title: 'Records', share: 9, align: 'right' },
      { title: 'CRC-32', share: 9 },
      { title: 'SHA-256', share: 29 },
      { title: 'With previous hop', share: 20 },
    ],
    rows: hopLines(volume.digests).map((line) => {
      const { digest } = line;
      if (digest === undefined)
        return [
          plain(hopSentences[line.hop]),
          plain(''),
          plain(''),
          plain(''),
          [
            quiet(
              line.hop === 'device' && volume.digests.handed
                ? 'hashed together with the next hop'
                : 'not reached',
            ),
          ],
          plain(''),
        ];
      return [
        plain(hopSentences[line.hop]),
        figures(digest.bytes),
        figures(digest.records),
        sum(digest),
        shaOf(digest),
        verdictCell(line),
      ];
    }),
  };
}

/** `4 of 4 hops agree`. */
function agreement({ digests }: VolumeModel) {
  const lines = hopLines(digests);
  const compared = lines.filter(({ verdict }) => verdict !== undefined);
  const told = lines.filter(({ digest }) => digest !== undefined).length;
  if (compared.some(({ verdict }) => verdict === 'differs')) return marked('bad', 'differs');
  if (digests.handed === undefined) return marked('unknown', 'not written completely');
  if (digests.readback === undefined) return marked('unknown', `${told} hops recorded, not read back`);
  const all = compared.every(({ verdict }) => verdict === 'equal');
  return marked(all ? 'good' : 'unknown', all ? `${told} of 4 hops agree` : 'not all hops can be compared');
}

/**
 * SHA-256 of the tape file of a volume: what dd reads from tape, padding included; undefined where no hop has hashed it.
 */
export const tapeFileSha256 = ({ digests: { handed, readback } }: VolumeModel): string | undefined =>
  handed?.onTapeSha256 ?? handed?.sha256 ?? readback?.sha256;

/** A line for each volume. @param most how many are shown */
export function hopOverview(volumes: readonly VolumeModel[], most: number): ReportTable {
  const shown = volumes.slice(0, most);
  return {
    kind: 'table',
    caption:
      shown.length < volumes.length
        ? `Digests of the first ${shown.length} of ${volumes.length} volumes; see “Data” for all`
        : 'Digests of the volumes; each hop is listed further below',
    columns: [
      { title: 'Volume', share: 16 },
      { title: 'Bytes', share: 17, align: 'right' },
      { title: 'Records', share: 11, align: 'right' },
      { title: 'CRC-32', share: 11 },
      { title: 'SHA-256 on tape', share: 29 },
      { title: 'Hops', share: 16 },
    ],
    rows: shown.map((volume) => {
      const { handed, device } = volume.digests;
      const told = handed ?? device;
      const sha256 = tapeFileSha256(volume);
      return [
        plain(volume.proxy),
        figures(told?.bytes),
        figures(told?.records),
        told === undefined ? plain('-') : sum(told),
        [sha256 === undefined ? quiet('not computed') : code(sha256)],
        [agreement(volume)],
      ];
    }),
  };
}
