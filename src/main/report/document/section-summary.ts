/** The first page: how the run ended, what was backed up, on which tape, when, by whom, the digests, and a place to sign. */
import type { EventOf } from '../../../contract/events.ts';
import type {
  ReportBlock,
  ReportFactList as FactsBlock,
  ReportSigning,
  ReportTexts,
} from '../../../contract/report.ts';
import { levelText } from '../../../contract/drill-level.ts';
import { bytesText } from '../../../contract/words.ts';
import { say, sayAround, sayCount, translated } from '../../../contract/text/say.ts';
import type { VolumeModel } from '../../../folds/run/run-model.ts';
import { uncountedDumps } from '../../../folds/written-records.ts';
import { readState } from '../../../folds/state-at-end.ts';
import { restoreListing } from './how-to-restore.ts';
import { instantRows, pauseRows, whenRows } from './summary-times.ts';
import { coverageRows } from './section-binding.ts';
import { hasDigests, hopOverview, hopTable, volumesInSummary } from './hop-table.ts';
import type { ReportFacts } from './report-source.ts';
import { code, marked, named, notKnown, pieces, plain, quiet, sizeText, strong } from './report-words.ts';
import { verdictMarks, type SectionDraft } from './section-draft.ts';
import { approvalRows, backupRows, restoredBlocks, restoreOf } from './section-restore.ts';
import { lossText } from './section-tapes.ts';
import { terminationOf } from './termination.ts';

const volumesNamed = 6;
const volumesOnFirstPage = 8;
const tapesOnFirstPage = 3;
const troublesOnFirstPage = 3;
const sentencesOnFirstPage = 4;

const methodWords: Readonly<Record<string, string>> = {
  '6a': say('6a (raw device, dd)'),
  '6b': say('6b (ufs, tar)'),
  '6c': say('6c (ufs, ufsdump)'),
  '6d': say('6d (sfxfs, tar)'),
  '6e': say('6e (sfxfs, sfxdump)'),
};

/** Linux has the same numbers with programs of its own. */
const linuxWords: Readonly<Record<string, string>> = {
  '6b': say('6b (ext3, tar)'),
  '6c': say('6c (ext3, dump)'),
};

const methodText = (method: string, platform: 'solaris' | 'linux' = 'solaris'): string =>
  (platform === 'linux' ? linuxWords[method] : undefined) ?? methodWords[method] ?? method;

function volumeText(
  { master, proxy, bytes, method }: VolumeModel,
  platform: 'solaris' | 'linux' | undefined,
): string {
  const size = bytes === undefined ? say('size not in the journal') : sizeText(bytes);
  return say('{proxy} (proxy of {master}): {size}, method {method}', {
    proxy,
    master,
    size,
    method: methodText(method, platform),
  });
}

function whatName(facts: ReportFacts): string {
  const { events, model } = facts;
  if (restoreOf(facts)) {
    const isProven = events.some(
      (event) => event.type === 'restore-digest' && event.place === 'master' && event.equal,
    );
    return isProven ? say('Restored') : say('To be restored');
  }
  return model.volumes.some(({ digests }) => digests.handed !== undefined)
    ? say('Backed up')
    : say('To be backed up');
}

function whatRows(facts: ReportFacts): FactsBlock['rows'] {
  const { start, volumes } = facts.model;
  const total = volumes.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  const many = volumes.length > volumesNamed;
  const methods = [...new Set(volumes.map(({ method }) => methodText(method, start?.platform)))];
  const one = many
    ? [
        {
          name: say('Volumes'),
          value: plain(
            say('{count} proxy volumes, {total} in total: {volumes}; method {methods}', {
              count: volumes.length,
              total: sizeText(total),
              volumes: named(volumes.map(({ proxy }) => proxy)),
              methods: named(methods),
            }),
          ),
        },
      ]
    : volumes.map((volume, index) => ({
        name: volumes.length === 1 ? say('Volume') : say('Volume {index}', { index: index + 1 }),
        value: plain(volumeText(volume, start?.platform)),
      }));
  return [
    {
      name: whatName(facts),
      value:
        start === undefined
          ? notKnown
          : plain(
              say('class {class} of site {site}, job {job}', {
                class: start.class,
                site: start.site,
                job: start.job,
              }),
            ),
    },
    ...one,
  ];
}

function tapeWords({ model, times }: ReportFacts): ReportTexts[] {
  const { tapes, start, volumes } = model;
  const written = volumes.some(({ digests }) => digests.handed !== undefined);
  const files = volumes.map(({ tapeFile }) => tapeFile ?? 0);
  const place =
    start === undefined
      ? ''
      : ` ${say('in {device} on {host}', { device: start.tape.device, host: start.tape.host })}`;
  if (!written && tapes.every(({ name }) => name === undefined))
    return [plain(say('no volume was written completely to the tape{place}', { place }))];
  const fileText =
    files.length === 0
      ? ''
      : files.length === 1
        ? say('file {file}', { file: files[0] ?? 0 })
        : say('files {first} to {last}', { first: Math.min(...files), last: Math.max(...files) });
  if (tapes.every(({ name }) => name === undefined))
    return [plain(say('the tape{place}, {fileText}; without a label', { place, fileText }))];
  return tapes.map((tape): ReportTexts => {
    const ownFiles = tape.parts.map(({ file }) => file);
    const inTape =
      ownFiles.length > 0
        ? `, ${sayCount(ownFiles.length, '{count} part', '{count} parts')}`
        : tapes.length === 1
          ? `, ${fileText}`
          : '';
    return [
      strong(tape.name ?? say('without a label')),
      { text: `${place}${inTape}${tape.uuid === undefined ? '' : `${say(', uuid')} `}` },
      ...(tape.uuid === undefined ? [] : [code(tape.uuid)]),
      {
        text:
          tape.keepUntil === undefined
            ? say('; no retention set')
            : say('; keep until {keepUntil}', { keepUntil: times.day(tape.keepUntil) }),
      },
    ];
  });
}

function whereRows(facts: ReportFacts): FactsBlock['rows'] {
  const restore = restoreOf(facts);
  if (restore) return backupRows(facts, restore);
  const words = tapeWords(facts);
  return words.map((value, index) => ({
    name: words.length === 1 ? say('Stored on') : say('Stored on tape {index}', { index: index + 1 }),
    value: facts.model.start === undefined ? notKnown : value,
  }));
}

function lostRows({ losses = [] }: ReportFacts): FactsBlock['rows'] {
  return losses.map((loss) => ({ name: say('Tape lost'), value: [lossText(loss)] }));
}

/** `--yes` stands for who began the run, and said so before the shadow was there. */
function approvalText({ answer, by, signed }: EventOf<'answered'>): string {
  if (answer !== 'approve') return say('asked about the shadow, {by} said “{answer}”', { by, answer });
  if (signed)
    return say('the shadow approved by {by}, signed with {keyType} {fingerprint}', {
      by,
      keyType: signed.keyType,
      fingerprint: signed.fingerprint,
    });
  return by === '--yes'
    ? say('the shadow approved beforehand (--yes)')
    : say('the shadow approved by {by}', { by });
}

function whoRows({ model, events, times }: ReportFacts): FactsBlock['rows'] {
  const { start, sessions } = model;
  const taken = sessions.slice(1).map(({ by, mode, at }) =>
    say('{mode} by {by} at {at}', {
      mode: mode === 'unwind' ? say('rolled back') : say('resumed'),
      by,
      at: times.moment(at),
    }),
  );
  const answers = events.flatMap((event) =>
    event.type === 'answered' && event.question === 'approve-shadow' ? [approvalText(event)] : [],
  );
  const approval = [...new Set(answers)];
  return [
    {
      name: say('By'),
      value:
        start === undefined
          ? notKnown
          : plain(
              [say('started by {operator}', { operator: start.operator }), ...taken, ...approval].join('; '),
            ),
    },
  ];
}

/** How far the last drill has proven the backup: not from the journal, which has ended. */
function drillRows({ drill, times }: ReportFacts): FactsBlock['rows'] {
  if (!drill) return [];
  const at = times.moment(drill.at);
  const level = levelText(drill.level);
  const value = level === undefined ? at : say('{at}: {level}', { at, level });
  return [{ name: say('Last drill'), value: plain(value) }];
}

/** What proves that the right blocks were read. */
function provenRows({ verification, several }: ReportFacts): FactsBlock['rows'] {
  const { stage, verdict, volumes } = verification;
  if (stage === 'none') return [];
  const rules = volumes.flatMap((volume) => volume.rules);
  const holding = rules.filter((rule) => verdictMarks[rule.verdict] === 'good').length;
  const samples = volumes.flatMap((volume) => volume.samples);
  const equal = samples.filter((sample) => sample.verdict === 'equal').length;
  const taken =
    samples.length === 0
      ? ''
      : say(', {equal} of {samples} sampled records match', { equal, samples: samples.length });
  const words = say('{holding} of {rules} rules hold{taken}', { holding, rules: rules.length, taken });
  return [
    {
      name: several ? say('Shadows verified') : say('Shadow verified'),
      value: [marked(verdictMarks[verdict] ?? 'unknown', words)],
    },
  ];
}

function stateRows({ model: { end } }: ReportFacts): FactsBlock['rows'] {
  if (end === undefined) return [];
  const { sentences, byHand } = readState(end.stands);
  const more = sentences.length - sentencesOnFirstPage;
  const first = [
    ...sentences.slice(0, sentencesOnFirstPage).map(translated),
    ...(more > 0 ? [say('{more} more under “State at the end”', { more })] : []),
  ].join('; ');
  const left = `${say('{byHand} to run by hand: see “State at the end”.', {
    byHand: sayCount(byHand.length, '{count} command', '{count} commands'),
  })} `;
  if (first === '' && byHand.length === 0) return [];
  return [
    {
      name: say('At the end'),
      value: [...(byHand.length === 0 ? [] : [marked('bad', left)]), ...plain(first)],
    },
  ];
}

function troublesOf({ model: { passes, end } }: ReportFacts): ReportTexts[] {
  const troubles = passes.flatMap(({ step, error }) =>
    error === undefined || end?.sentence.includes(error.sentence) === true ? [] : [{ step, error }],
  );
  return troubles.slice(0, troublesOnFirstPage).map(({ step, error }) => {
    // What went well when it was tried again is no longer what the reader must act on.
    const later = passes.some((pass) => pass.step === step && pass.state === 'done');
    const head = later
      ? marked('warning', `${say('Step {step} failed at first, then succeeded:', { step })} `)
      : marked('bad', `${say('Step {step} failed:', { step })} `);
    return [head, ...plain(error.sentence)];
  });
}

function noteOf(facts: ReportFacts): ReportBlock[] {
  const { warnings } = facts;
  const { end } = facts.model;
  const texts: ReportTexts[] = troublesOf(facts);
  if (end?.hint !== undefined) texts.push([strong(`${say('Hint:')} `), ...plain(end.hint)]);
  if (warnings.length > 0)
    texts.push([
      marked(
        'warning',
        say('{warnings}: see “Warnings and errors”.', {
          warnings: sayCount(warnings.length, '{count} warning', '{count} warnings'),
        }),
      ),
    ]);
  const verdict = facts.verification;
  if (verdict.stage === 'done' && verdict.verdict !== 'equal')
    texts.push([
      marked(
        verdictMarks[verdict.verdict] ?? 'unknown',
        say('The shadow was not proven to map the same blocks.'),
      ),
    ]);
  return texts.map((value) => ({ kind: 'paragraph', texts: value }));
}

/** How far a failed dump came. */
function writtenText({ model }: ReportFacts): string {
  if (uncountedDumps(model, true).length > 0) return ` ${say('How much of it is on tape is not known.')}`;
  const { records } = model.legs.findLast(({ what }) => what === 'dump')?.latest ?? {};
  return records === undefined
    ? ''
    : ` ${sayCount(records, '{count} record of it is on tape.', '{count} records of it are on tape.')}`;
}

/** What only people know of the tapes: barcode and location are filled in. */
function tapeLines({ model }: ReportFacts): ReportSigning['lines'] {
  const { tapes, volumes } = model;
  if (!volumes.some(({ digests }) => digests.handed !== undefined)) return [];
  return tapes.slice(0, tapesOnFirstPage).map(({ number, name }) => ({
    who:
      tapes.length === 1
        ? say('Tape')
        : tapes.length > tapesOnFirstPage && number === tapesOnFirstPage
          ? say('Tape {number} of {tapes}; the others on their labels', { number, tapes: tapes.length })
          : say('Tape {number} of {tapes}', { number, tapes: tapes.length }),
    name: name ?? say('without a label'),
    fields: [say('Barcode'), say('Location')],
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
        texts: plain(`${say('There are no digests: the dump did not complete.')}${writtenText(facts)}`),
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
    title: restoreOf(facts)
      ? say('Restore report, run {run}', { run })
      : say('Backup report, run {run}', { run }),
    blocks: [
      terminationOf(facts),
      {
        kind: 'facts',
        caption: say('Summary of the run, {total}', { total: bytesText(total) }),
        rows: [
          ...whatRows(facts),
          ...whereRows(facts),
          ...lostRows(facts),
          ...instantRows(facts),
          ...pauseRows(facts),
          ...whenRows(facts),
          ...whoRows(facts),
          ...approvalRows(facts),
          ...provenRows(facts),
          ...drillRows(facts),
          ...coverageRows(facts),
          ...stateRows(facts),
        ],
      },
      ...noteOf(facts),
      ...digestsOf(facts),
      ...(restoreOf(facts) ? [] : restoreListing(facts)),
      {
        kind: 'paragraph',
        texts: [
          ...pieces(
            sayAround('SHA-256 of the journal’s last line: {hash}', { hash: code(facts.journalHash) }),
          ),
          quiet(say('. See “Proof” for how to check it.')),
        ],
      },
      {
        kind: 'signing',
        lines: [
          ...(restoreOf(facts) ? [] : tapeLines(facts)),
          {
            who: say('Operator'),
            name: model.start?.operator ?? '',
            fields: [say('Signature'), say('Date')],
          },
          { who: say('Checked by'), name: '', fields: [say('Signature'), say('Date')] },
        ],
      },
    ],
  };
}
