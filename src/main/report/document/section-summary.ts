/** The first page: how the run ended, what was backed up, on which tape, when, by whom, the digests, and a place to sign. */
import type { EventOf } from '../../../contract/events.ts';
import type {
  ReportBlock,
  ReportFactList as FactsBlock,
  ReportSigning,
  ReportTermination,
  ReportTexts,
} from '../../../contract/report.ts';
import { omissionWords, outcomeOf, type RunOutcome } from '../../../contract/run-outcome.ts';
import { bytesText } from '../../../contract/words.ts';
import type { VolumeModel } from '../../../folds/run/run-model.ts';
import { readStands } from '../../../folds/stands.ts';
import { restoreListing } from './how-to-restore.ts';
import { instantRows, whenRows } from './summary-times.ts';
import { coverageRows } from './section-binding.ts';
import { hasDigests, hopOverview, hopTable, volumesInSummary } from './hop-table.ts';
import type { ReportFacts } from './report-source.ts';
import { code, countOf, marked, named, notKnown, plain, quiet, sizeText, strong } from './report-words.ts';
import { verdictMarks, type SectionDraft } from './section-draft.ts';
import { approvalRows, backupRows, restoredBlocks, restoreOf } from './section-restore.ts';
import { lossText } from './section-tapes.ts';

const volumesNamed = 6;
const volumesOnFirstPage = 8;
const tapesOnFirstPage = 3;
const troublesOnFirstPage = 3;
const standsOnFirstPage = 4;

const endWords: Readonly<Record<RunOutcome, { line: string; mark: ReportTermination['mark'] }>> = {
  verified: { line: 'Verified', mark: 'good' },
  unverified: { line: 'Unverified', mark: 'warning' },
  'verified-act': { line: 'Verified, action required on the cluster', mark: 'warning' },
  'unverified-act': {
    line: 'Unverified, action required on the cluster',
    mark: 'warning',
  },
  refused: { line: 'Refused, nothing was touched', mark: 'bad' },
  'rolled-back': { line: 'Failed, rolled back', mark: 'bad' },
  act: { line: 'Failed, action required', mark: 'bad' },
  'tape-mismatch': { line: 'Tape mismatch, the cluster is in its normal state', mark: 'bad' },
};

/** How the run ended, in one line. */
export function terminationOf({ model: { end, current, at }, times }: ReportFacts): ReportTermination {
  if (end === undefined) {
    const where = current === undefined ? '' : `, in step ${current.step} (${current.title})`;
    const when = at === undefined ? '' : ` at ${times.moment(at)}`;
    return {
      kind: 'termination',
      mark: 'warning',
      line: 'Result: Not ended',
      status: 'no exit status',
      sentence: `The journal shows no end. Its last line was written${when}${where}. The run is running or interrupted.`,
    };
  }
  const { line, mark } = endWords[outcomeOf(end)];
  const omitted = omissionWords(end);
  return {
    kind: 'termination',
    mark: omitted === '' || mark === 'bad' ? mark : 'warning',
    line: `Result: ${line}${omitted}`,
    status: `exit status ${end.exitStatus}`,
    sentence: end.sentence,
  };
}

const methodWords: Readonly<Record<string, string>> = {
  '6a': '6a (raw device, dd)',
  '6b': '6b (ufs, tar)',
  '6c': '6c (ufs, ufsdump)',
  '6d': '6d (sfxfs, tar)',
  '6e': '6e (sfxfs, sfxdump)',
};

/** Linux has the same numbers with programs of its own. */
const linuxWords: Readonly<Record<string, string>> = { '6b': '6b (ext3, tar)', '6c': '6c (ext3, dump)' };

const methodText = (method: string, platform: 'solaris' | 'linux' = 'solaris'): string =>
  (platform === 'linux' ? linuxWords[method] : undefined) ?? methodWords[method] ?? method;

function volumeText(
  { master, proxy, bytes, method }: VolumeModel,
  platform: 'solaris' | 'linux' | undefined,
): string {
  const size = bytes === undefined ? 'size not in the journal' : sizeText(bytes);
  return `${proxy} (proxy of ${master}): ${size}, method ${methodText(method, platform)}`;
}

function whatName(facts: ReportFacts): string {
  const { events, model } = facts;
  if (restoreOf(facts)) {
    const isProven = events.some(
      (event) => event.type === 'restore-digest' && event.place === 'master' && event.equal,
    );
    return isProven ? 'Restored' : 'To be restored';
  }
  return model.volumes.some(({ digests }) => digests.handed !== undefined) ? 'Backed up' : 'To be backed up';
}

function whatRows(facts: ReportFacts): FactsBlock['rows'] {
  const { start, volumes } = facts.model;
  const total = volumes.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  const many = volumes.length > volumesNamed;
  const methods = [...new Set(volumes.map(({ method }) => methodText(method, start?.platform)))];
  const one = many
    ? [
        {
          name: 'Volumes',
          value: plain(
            `${volumes.length} proxy volumes, ${sizeText(total)} in total: ${named(volumes.map(({ proxy }) => proxy))}; method ${named(methods)}`,
          ),
        },
      ]
    : volumes.map((volume, index) => ({
        name: volumes.length === 1 ? 'Volume' : `Volume ${index + 1}`,
        value: plain(volumeText(volume, start?.platform)),
      }));
  return [
    {
      name: whatName(facts),
      value:
        start === undefined
          ? notKnown
          : plain(`class ${start.class} of site ${start.site}, job ${start.job}`),
    },
    ...one,
  ];
}

function tapeWords({ model, times }: ReportFacts): ReportTexts[] {
  const { tapes, start, volumes } = model;
  const written = volumes.some(({ digests }) => digests.handed !== undefined);
  const files = volumes.map(({ tapeFile }) => tapeFile ?? 0);
  const place = start === undefined ? '' : ` in ${start.tape.device} on ${start.tape.host}`;
  if (!written && tapes.every(({ name }) => name === undefined))
    return [plain(`no volume was written completely to the tape${place}`)];
  const fileText =
    files.length === 0
      ? ''
      : files.length === 1
        ? `file ${files[0] ?? 0}`
        : `files ${Math.min(...files)} to ${Math.max(...files)}`;
  if (tapes.every(({ name }) => name === undefined))
    return [plain(`the tape${place}, ${fileText}; without a label`)];
  return tapes.map((tape): ReportTexts => {
    const ownFiles = tape.parts.map(({ file }) => file);
    const inTape =
      ownFiles.length > 0
        ? `, ${countOf(ownFiles.length, 'part')}`
        : tapes.length === 1
          ? `, ${fileText}`
          : '';
    return [
      strong(tape.name ?? 'without a label'),
      { text: `${place}${inTape}${tape.uuid === undefined ? '' : ', uuid '}` },
      ...(tape.uuid === undefined ? [] : [code(tape.uuid)]),
      {
        text:
          tape.keepUntil === undefined ? '; no retention set' : `; keep until ${times.day(tape.keepUntil)}`,
      },
    ];
  });
}

function whereRows(facts: ReportFacts): FactsBlock['rows'] {
  const restore = restoreOf(facts);
  if (restore) return backupRows(facts, restore);
  const words = tapeWords(facts);
  return words.map((value, index) => ({
    name: words.length === 1 ? 'Stored on' : `Stored on tape ${index + 1}`,
    value: facts.model.start === undefined ? notKnown : value,
  }));
}

function lostRows({ losses = [] }: ReportFacts): FactsBlock['rows'] {
  return losses.map((loss) => ({ name: 'Tape lost', value: [lossText(loss)] }));
}

/** `--yes` stands for who began the run, and said so before the shadow was there. */
function approvalText({ answer, by, signed }: EventOf<'answered'>): string {
  if (answer !== 'approve') return `asked about the shadow, ${by} said “${answer}”`;
  if (signed) return `the shadow approved by ${by}, signed with ${signed.keyType} ${signed.fingerprint}`;
  return by === '--yes' ? 'the shadow approved beforehand (--yes)' : `the shadow approved by ${by}`;
}

function whoRows({ model, events, times }: ReportFacts): FactsBlock['rows'] {
  const { start, sessions } = model;
  const taken = sessions
    .slice(1)
    .map(
      ({ by, mode, at }) =>
        `${mode === 'unwind' ? 'rolled back' : 'resumed'} by ${by} at ${times.moment(at)}`,
    );
  const answers = events.flatMap((event) =>
    event.type === 'answered' && event.question === 'approve-shadow' ? [approvalText(event)] : [],
  );
  const approval = [...new Set(answers)];
  return [
    {
      name: 'By',
      value:
        start === undefined
          ? notKnown
          : plain([`started by ${start.operator}`, ...taken, ...approval].join('; ')),
    },
  ];
}

/** What proves that the right blocks were read. */
function provenRows({ verification, several }: ReportFacts): FactsBlock['rows'] {
  const { stage, verdict, volumes } = verification;
  if (stage === 'none') return [];
  const rules = volumes.flatMap((volume) => volume.rules);
  const holding = rules.filter((rule) => verdictMarks[rule.verdict] === 'good').length;
  const samples = volumes.flatMap((volume) => volume.samples);
  const equal = samples.filter((sample) => sample.verdict === 'equal').length;
  const taken = samples.length === 0 ? '' : `, ${equal} of ${samples.length} sampled records match`;
  const words = `${holding} of ${rules.length} rules hold${taken}`;
  return [
    {
      name: several ? 'Shadows verified' : 'Shadow verified',
      value: [marked(verdictMarks[verdict] ?? 'unknown', words)],
    },
  ];
}

function standRows({ model: { end } }: ReportFacts): FactsBlock['rows'] {
  if (end === undefined) return [];
  const { sentences, byHand } = readStands(end.stands);
  const more = sentences.length - standsOnFirstPage;
  const told = [
    ...sentences.slice(0, standsOnFirstPage),
    ...(more > 0 ? [`${more} more under “State at the end”`] : []),
  ].join('; ');
  const left = `${countOf(byHand.length, 'command')} to run by hand: see “State at the end”. `;
  if (told === '' && byHand.length === 0) return [];
  return [
    { name: 'At the end', value: [...(byHand.length === 0 ? [] : [marked('bad', left)]), ...plain(told)] },
  ];
}

function troublesOf({ model: { passes, end } }: ReportFacts): ReportTexts[] {
  const told = passes.flatMap(({ step, error }) =>
    error === undefined || end?.sentence.includes(error.sentence) === true ? [] : [{ step, error }],
  );
  return told.slice(0, troublesOnFirstPage).map(({ step, error }) => {
    // What went well when it was tried again is no longer what the reader must act on.
    const later = passes.some((pass) => pass.step === step && pass.state === 'done');
    const head = later
      ? marked('warning', `Step ${step} failed at first, then succeeded: `)
      : marked('bad', `Step ${step} failed: `);
    return [head, { text: error.sentence }];
  });
}

function noteOf(facts: ReportFacts): ReportBlock[] {
  const { warnings } = facts;
  const { end } = facts.model;
  const texts: ReportTexts[] = troublesOf(facts);
  if (end?.hint !== undefined) texts.push([strong('Hint: '), { text: end.hint }]);
  if (warnings.length > 0)
    texts.push([marked('warning', `${countOf(warnings.length, 'warning')}: see “Warnings and errors”.`)]);
  const verdict = facts.verification;
  if (verdict.stage === 'done' && verdict.verdict !== 'equal')
    texts.push([
      marked(verdictMarks[verdict.verdict] ?? 'unknown', 'The shadow was not proven to map the same blocks.'),
    ]);
  return texts.map((value) => ({ kind: 'paragraph', texts: value }));
}

/** How far a failed dump came. */
function writtenText({ model: { legs } }: ReportFacts): string {
  const { records } = legs.findLast(({ what }) => what === 'dump')?.latest ?? {};
  return records === undefined
    ? ''
    : ` ${countOf(records, 'record')} of it ${records === 1 ? 'is' : 'are'} on tape.`;
}

/** What only people know of the tapes: barcode and location are filled in. */
function tapeLines({ model }: ReportFacts): ReportSigning['lines'] {
  const { tapes, volumes } = model;
  if (!volumes.some(({ digests }) => digests.handed !== undefined)) return [];
  return tapes.slice(0, tapesOnFirstPage).map(({ number, name }) => ({
    who:
      tapes.length === 1
        ? 'Tape'
        : `Tape ${number} of ${tapes.length}${tapes.length > tapesOnFirstPage && number === tapesOnFirstPage ? '; the others on their labels' : ''}`,
    name: name ?? 'without a label',
    fields: ['Barcode', 'Location'],
  }));
}

function digestsOf(facts: ReportFacts): ReportBlock[] {
  if (restoreOf(facts)) return restoredBlocks(facts);
  const { several } = facts;
  const { volumes } = facts.model;
  if (!volumes.some(hasDigests))
    return [
      {
        kind: 'paragraph',
        texts: plain(`There are no digests: the dump did not complete.${writtenText(facts)}`),
      },
    ];
  return volumes.length <= volumesInSummary
    ? volumes.map((volume) => hopTable(volume, several))
    : [hopOverview(volumes, volumesOnFirstPage)];
}

export function summarySection(facts: ReportFacts): SectionDraft {
  const { model, run } = facts;
  const total = model.volumes.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  return {
    id: 'summary',
    title: `${restoreOf(facts) ? 'Restore' : 'Backup'} report, run ${run}`,
    blocks: [
      terminationOf(facts),
      {
        kind: 'facts',
        caption: `Summary of the run, ${bytesText(total)}`,
        rows: [
          ...whatRows(facts),
          ...whereRows(facts),
          ...lostRows(facts),
          ...instantRows(facts),
          ...whenRows(facts),
          ...whoRows(facts),
          ...approvalRows(facts),
          ...provenRows(facts),
          ...coverageRows(facts),
          ...standRows(facts),
        ],
      },
      ...noteOf(facts),
      ...digestsOf(facts),
      ...(restoreOf(facts) ? [] : restoreListing(facts)),
      {
        kind: 'paragraph',
        texts: [
          { text: 'SHA-256 of the journal’s last line: ' },
          code(facts.journalHash),
          quiet('. See “Proof” for how to check it.'),
        ],
      },
      {
        kind: 'signing',
        lines: [
          ...(restoreOf(facts) ? [] : tapeLines(facts)),
          { who: 'Operator', name: model.start?.operator ?? '', fields: ['Signature', 'Date'] },
          { who: 'Checked by', name: '', fields: ['Signature', 'Date'] },
        ],
      },
    ],
  };
}
