/** The commands on the first page that restore what the run backed up: with Shadowtape, and by hand. Pure. */
import type { ReportBlock, ReportTexts } from '../../../contract/report.ts';
import { say } from '../../../contract/text/say.ts';
import type { VolumeModel } from '../../../folds/run/run-model.ts';
import { readingTool, wholeByHand } from '../../procedure/model/tape/by-hand.ts';
import { allOf, type ReportFacts } from './report-source.ts';
import { code, plain } from './report-words.ts';

/** Of more volumes, or of a volume on more tapes, the commands would fill the page. */
const mostVolumes = 3;
const mostTapes = 2;

function byHand({ model: { start, tapes } }: ReportFacts, volume: VolumeModel): string | undefined {
  if (start === undefined) return undefined;
  const parts = tapes.flatMap(({ name, parts: held }) =>
    held.filter((part) => part.volume === volume.proxy).map(({ file }) => ({ name, file })),
  );
  if (parts.length > mostTapes) return undefined;
  const first = start.layout === 'labelled' ? 1 : 0;
  const places = parts.length > 0 ? parts : [{ name: tapes[0]?.name, file: volume.tapeFile ?? first }];
  const by = { device: start.tape.device, recordBytes: start.recordBytes };
  return wholeByHand(by, readingTool(volume.method, start.platform), places);
}

/** Only a host that has the program of a dump takes it. */
const targets: Readonly<Record<string, string>> = {
  '6a': 'IMAGE',
  '6b': 'FOLDER',
  '6c': 'HOST:/FOLDER',
  '6d': 'FOLDER',
  '6e': 'HOST:/FOLDER',
};

function withShadowtape({ run, several }: ReportFacts, { proxy, method }: VolumeModel): string {
  const volume = several ? ` --volume ${proxy}` : '';
  return `shadowtape restore ${run}${volume} --to ${targets[method] ?? 'IMAGE'}`;
}

function volumeLines(facts: ReportFacts, volume: VolumeModel): string[] {
  const hand = byHand(facts, volume);
  return [
    ...(facts.several ? [`# ${volume.proxy}`] : []),
    ...[withShadowtape(facts, volume), hand].filter((line) => line !== undefined),
  ];
}

/** Of all that dumpe2fs -h prints (dumpe2fs(8)): what mke2fs has to be given. */
const toldOfExt3 = /^(Inode count|Inode size|Block count|Block size|Filesystem features):/;

/** How the file system of a volume was made, in a line. */
function howMade(facts: ReportFacts, { proxy }: VolumeModel): ReportTexts {
  const made = allOf(facts, 'file-system-made').findLast(({ volume }) => volume === proxy);
  if (made === undefined) return plain(say('how it was made is not recorded'));
  if (made.tool === 'mkfs') return [code(made.text)];
  const lines = made.text.split('\n').filter((line) => toldOfExt3.test(line));
  return [code(lines.length > 0 ? lines.join('; ') : made.text)];
}

/** For who makes the file systems again; nothing where only raw devices were backed up. */
function madeFacts(facts: ReportFacts, volumes: readonly VolumeModel[]): ReportBlock[] {
  const rows = volumes
    .filter(({ method }) => method !== '6a')
    .map((volume) => ({
      name: say('File system of {proxy}', { proxy: volume.proxy }),
      value: howMade(facts, volume),
    }));
  return rows.length === 0 ? [] : [{ kind: 'facts', caption: say('How the file system was made'), rows }];
}

/** The commands; nothing where the tape holds nothing whole. */
export function restoreListing(facts: ReportFacts): ReportBlock[] {
  const { start, volumes } = facts.model;
  const written = volumes.filter(({ digests }) => digests.handed !== undefined);
  if (start === undefined || written.length === 0) return [];
  const lines = written.slice(0, mostVolumes).flatMap((volume) => volumeLines(facts, volume));
  const more =
    written.length > mostVolumes
      ? [
          `# ${written.length - mostVolumes} more volumes alike: their tape files are in the contents of the tape`,
        ]
      : [];
  return [
    {
      kind: 'listing',
      caption: say('Restoring: with Shadowtape, or by hand on {host}', { host: start.tape.host }),
      lines: [...lines, ...more],
    },
    ...madeFacts(facts, written.slice(0, mostVolumes)),
  ];
}
