/**
 * What the first page shows of a restore instead of what was dumped and on which tape: the backup, the approvals, and
 * where every byte was read.
 */
import type { ReportBlock, ReportFactList as FactsBlock, ReportText } from '../../../contract/report.ts';
import type { RestoreOrder } from '../../../contract/restore-events.ts';
import { say, sayAround } from '../../../contract/text/say.ts';
import { restorePlaceWords } from '../../../folds/restore/restore-places.ts';
import { allOf, type ReportFacts } from './report-source.ts';
import { code, marked, pieces, plain, sizeText } from './report-words.ts';

/** What a run restores; undefined if it is a backup. */
export const restoreOf = ({ model }: ReportFacts): RestoreOrder | undefined => model.start?.restore;

/** The backup that is restored, and where it comes from. */
export function backupRows(
  { model: { start }, times }: ReportFacts,
  restore: RestoreOrder,
): FactsBlock['rows'] {
  const tape =
    start === undefined
      ? say('the tape')
      : say('the tape in {device} on {host}', { device: start.tape.device, host: start.tape.host });
  return [
    {
      name: say('Backup'),
      value: plain(say('run {run}, data of {at}', { run: restore.run, at: times.moment(restore.at) })),
    },
    { name: say('Restored from'), value: plain(restore.from === 'tape' ? tape : say('the parted proxy')) },
  ];
}

/** Who approved what is overwritten. */
export function approvalRows(facts: ReportFacts): FactsBlock['rows'] {
  const what = {
    'approve-overwrite': say('overwrite the proxy'),
    'approve-replace': say('replace the master'),
  };
  return allOf(facts, 'answered').flatMap(({ question, answer, by }) => {
    const asked = question in what ? what[question as keyof typeof what] : undefined;
    return asked === undefined
      ? []
      : [{ name: say('Approval'), value: plain(`${asked}: ${answer} (${by})`) }];
  });
}

const comparison = (equal: boolean): ReportText =>
  equal ? marked('good', say('equal to the backup')) : marked('bad', say('not the backup'));

/** How the files of each volume were compared. */
function filesRows(facts: ReportFacts): FactsBlock['rows'] {
  return allOf(facts, 'restore-files').map(({ volume, compared, differing = 0 }) => ({
    name: say('Files of {volume}', { volume }),
    value:
      compared === undefined
        ? plain(say('rebuilt from the dump by its own program; not compared one by one'))
        : pieces(
            sayAround('{result}, {compared} entries of the archive read back', {
              result: comparison(differing === 0),
              compared: String(compared),
            }),
          ),
  }));
}

/** Every place where all bytes were read, with its digest. */
export function restoredBlocks(facts: ReportFacts): ReportBlock[] {
  const digests = allOf(facts, 'restore-digest');
  if (digests.length === 0)
    return [{ kind: 'paragraph', texts: plain(say('There are no digests: nothing was read completely.')) }];
  return [
    {
      kind: 'facts',
      caption: say('Digests of the restored data'),
      rows: [
        ...filesRows(facts),
        ...digests.map(({ place, host, bytes, sha256, equal, reference }) => ({
          name: restorePlaceWords[place],
          value: pieces(
            sayAround('{result}, {bytes} on {host}, SHA-256 {sha256}', {
              result: reference
                ? { text: say('restored file system, compared with below') }
                : comparison(equal),
              bytes: sizeText(bytes),
              host,
              sha256: code(sha256),
            }),
          ),
        })),
      ],
    },
  ];
}
