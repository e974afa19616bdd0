/** What the first page tells of a restore in the place of what was dumped and on which tape: the backup, the approvals, and where every byte was read. */
import type { ReportBlock, ReportFactList as FactsBlock } from '../../../contract/report.ts';
import type { RestoreOrder } from '../../../contract/restore-events.ts';
import { restorePlaceWords } from '../../../folds/restore/restore-places.ts';
import { allOf, type ReportFacts } from './report-source.ts';
import { code, marked, plain, sizeText } from './report-words.ts';

/** What a run restores; undefined where it is a backup. */
export const restoreOf = ({ model }: ReportFacts): RestoreOrder | undefined => model.start?.restore;

/** The backup that is restored, and where it comes from. */
export function backupRows(
  { model: { start }, times }: ReportFacts,
  restore: RestoreOrder,
): FactsBlock['rows'] {
  const tape = start === undefined ? 'the tape' : `the tape in ${start.tape.device} on ${start.tape.host}`;
  return [
    { name: 'Backup', value: plain(`run ${restore.run}, data of ${times.moment(restore.at)}`) },
    { name: 'Restored from', value: plain(restore.from === 'tape' ? tape : 'the parted proxy') },
  ];
}

/** Who approved what is overwritten. */
export function approvalRows(facts: ReportFacts): FactsBlock['rows'] {
  const what = { 'approve-overwrite': 'overwrite the proxy', 'approve-replace': 'replace the master' };
  return allOf(facts, 'answered').flatMap(({ question, answer, by }) => {
    const asked = question in what ? what[question as keyof typeof what] : undefined;
    return asked === undefined ? [] : [{ name: 'Approval', value: plain(`${asked}: ${answer} (${by})`) }];
  });
}

/** How the files of each volume were compared. */
function filesRows(facts: ReportFacts): FactsBlock['rows'] {
  return allOf(facts, 'restore-files').map(({ volume, compared, differing = 0 }) => ({
    name: `Files of ${volume}`,
    value:
      compared === undefined
        ? plain('rebuilt from the dump by its own program; not compared one by one')
        : [
            marked(
              differing === 0 ? 'good' : 'bad',
              differing === 0 ? 'equal to the backup' : 'not the backup',
            ),
            { text: `, ${compared} entries of the archive read back` },
          ],
  }));
}

/** Every place where all bytes were read, with its digest. */
export function restoredBlocks(facts: ReportFacts): ReportBlock[] {
  const digests = allOf(facts, 'restore-digest');
  if (digests.length === 0)
    return [{ kind: 'paragraph', texts: plain('There are no digests: nothing was read completely.') }];
  return [
    {
      kind: 'facts',
      caption: 'Digests of the restored data',
      rows: [
        ...filesRows(facts),
        ...digests.map(({ place, host, bytes, sha256, equal, reference }) => ({
          name: restorePlaceWords[place],
          value: [
            reference
              ? { text: 'restored file system, compared with below' }
              : marked(equal ? 'good' : 'bad', equal ? 'equal to the backup' : 'not the backup'),
            { text: `, ${sizeText(bytes)} on ${host}, SHA-256 ` },
            code(sha256),
          ],
        })),
      ],
    },
  ];
}
