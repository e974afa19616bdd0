/** The bytes of a volume at each hop: read, sent, counted, read back. */
import type { ReportTable, ReportTexts } from '../../../contract/report.ts';
import type { EventOf } from '../../../contract/events.ts';
import { countText } from '../../../contract/words.ts';
import { say } from '../../../contract/text/say.ts';
import { hopSentences } from '../../../folds/hop-names.ts';
import { hopLines, type HopLine } from '../../../folds/hop-lines.ts';
import type { VolumeModel } from '../../../folds/run/run-model.ts';
import { code, marked, plain, quiet } from './report-words.ts';
import { verdictMarks, verdictWord } from './section-draft.ts';

type Digest = EventOf<'digest'>;

/** So many volumes have each of their hops on the first page. */
export const volumesInSummary = 2;

/** Whether any hop has figures. */
export const hasDigests = ({ digests }: VolumeModel): boolean =>
  hopLines(digests).some(({ digest }) => digest !== undefined);

const sum = ({ crc32, cksum }: Digest): ReportTexts => {
  if (crc32 !== undefined) return [code(crc32)];
  return cksum === undefined ? [quiet('-')] : [quiet('cksum '), code(String(cksum))];
};

function shaOf({ sha256, onTapeSha256, paddingBytes, sections }: Digest): ReportTexts {
  const padded = onTapeSha256 !== undefined && onTapeSha256 !== sha256;
  const padding = { paddingBytes: countText(paddingBytes ?? 0) };
  const words = paddingBytes ? `${say('on tape, with {paddingBytes} bytes of padding:', padding)} ` : '';
  const pieces = [
    ...(sha256 === undefined ? [] : [code(sha256)]),
    ...(sections
      ? [
          quiet(
            say('one for each of {sections} sections: the dump was interrupted and continued', {
              sections: countText(sections.length),
            }),
          ),
        ]
      : []),
    ...(padded ? [{ text: sha256 === undefined ? words : `; ${words}` }, code(onTapeSha256)] : []),
    ...(paddingBytes && !padded
      ? [quiet(`${sha256 === undefined ? '' : '; '}${say('{paddingBytes} bytes of padding', padding)}`)]
      : []),
  ];
  return pieces.length === 0 ? [quiet(say('not computed here'))] : pieces;
}

function verdictCell({ verdict, compared, hop, digest }: HopLine): ReportTexts {
  if (hop === 'device') return [quiet(say('first hop'))];
  if (verdict === undefined)
    return [quiet(hop === 'handed' ? say('first hop with a hash') : say('nothing to compare'))];
  const padded = hop === 'handed' && digest?.paddingBytes ? say(', without the padding') : '';
  const words =
    verdict === 'unknown' ? say('not comparable') : `${verdictWord(verdict)}: ${compared ?? ''}${padded}`;
  return [marked(verdictMarks[verdict] ?? 'unknown', words)];
}

const figures = (value: number | undefined) => plain(value === undefined ? '-' : countText(value));

export function hopTable(volume: VolumeModel, several: boolean): ReportTable {
  return {
    kind: 'table',
    caption: several
      ? say('Digests of {proxy} at each hop', { proxy: volume.proxy })
      : say('Digests at each hop'),
    columns: [
      { title: say('Hop'), share: 21 },
      { title: say('Bytes'), share: 12, align: 'right' },
      { title: say('Records'), share: 9, align: 'right' },
      { title: 'CRC-32', share: 9 },
      { title: 'SHA-256', share: 29 },
      { title: say('With previous hop'), share: 20 },
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
                ? say('hashed together with the next hop')
                : say('not reached'),
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
  if (compared.some(({ verdict }) => verdict === 'differs')) return marked('bad', say('differs'));
  if (digests.handed === undefined) return marked('unknown', say('not written completely'));
  if (digests.readback === undefined)
    return marked('unknown', say('{told} hops recorded, not read back', { told }));
  const all = compared.every(({ verdict }) => verdict === 'equal');
  return marked(
    all ? 'good' : 'unknown',
    all ? say('{told} of 4 hops agree', { told }) : say('not all hops can be compared'),
  );
}

/** SHA-256 of the tape file of a volume: what dd reads from tape, padding included; undefined if no hop has hashed it. */
export const tapeFileSha256 = ({ digests: { handed, readback } }: VolumeModel): string | undefined =>
  handed?.onTapeSha256 ?? handed?.sha256 ?? readback?.sha256;

/** A line for each volume. @param most how many are shown */
export function hopOverview(volumes: readonly VolumeModel[], most: number): ReportTable {
  const shown = volumes.slice(0, most);
  return {
    kind: 'table',
    caption:
      shown.length < volumes.length
        ? say('Digests of the first {shown} of {volumes} volumes; see “Data” for all', {
            shown: shown.length,
            volumes: volumes.length,
          })
        : say('Digests of the volumes; each hop is listed further below'),
    columns: [
      { title: say('Volume'), share: 16 },
      { title: say('Bytes'), share: 17, align: 'right' },
      { title: say('Records'), share: 11, align: 'right' },
      { title: 'CRC-32', share: 11 },
      { title: say('SHA-256 on tape'), share: 29 },
      { title: say('Hops'), share: 16 },
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
        [sha256 === undefined ? quiet(say('not computed')) : code(sha256)],
        [agreement(volume)],
      ];
    }),
  };
}
