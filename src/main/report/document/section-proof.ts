/** How this paper is checked against the journal, by whom with which tools; versions; signature. */
import type { ReportBlock, ReportFactList as FactsBlock } from '../../../contract/report.ts';
import { countText } from '../../../contract/words.ts';
import { say, sayAround } from '../../../contract/text/say.ts';
import { allOf, type ReportFacts } from './report-source.ts';
import { code, marked, named, notKnown, pieces, plain, quiet } from './report-words.ts';
import type { SectionDraft } from './section-draft.ts';

/** Reads the chain with what every POSIX system has; `prev` is the last field of each line. */
export const chainScript = (journal: string): string[] => [
  `p=$(printf '%064d' 0)`,
  'while IFS= read -r l; do',
  `  case $l in *'"prev":"'"$p"'"}') ;; *) echo "broken: $l"; break;; esac`,
  `  p=$(printf '%s' "$l" | sha256sum | cut -d' ' -f1)`,
  `done < ${journal}`,
  'echo "$p"',
];

function journalRows(facts: ReportFacts): FactsBlock['rows'] {
  const { model, events, journalHash, run, sealsHead, times } = facts;
  return [
    {
      name: say('Journal'),
      value: pieces(
        sayAround('{file}, {events} events in the folder “runs” below the state folder', {
          file: code(`${run}.ndjson`),
          events: countText(events.length),
        }),
      ),
    },
    { name: say('Last line'), value: [{ text: 'SHA-256 ' }, code(journalHash)] },
    ...(sealsHead === undefined ? [] : [{ name: say('Head of the seals'), value: [code(sealsHead)] }]),
    {
      name: say('Last written'),
      value: model.at === undefined ? notKnown : plain(times.moment(model.at)),
    },
    ...(facts.signature === undefined
      ? [{ name: say('Signature'), value: [quiet(say('none when this report was made'))] }]
      : []),
    ...versionRows(facts),
  ];
}

function versionRows(facts: ReportFacts): FactsBlock['rows'] {
  const { start } = facts.model;
  const resumed = allOf(facts, 'run-resumed');
  const versions = [
    ...new Set([...(start === undefined ? [] : [start.version]), ...resumed.map(({ version }) => version)]),
  ];
  const consoles = [...(start === undefined ? [] : [start]), ...resumed].flatMap(({ node, system }) =>
    node === undefined
      ? []
      : [
          say('Node.js {node}{system}', {
            node,
            system: system === undefined ? '' : ` ${say('on {system}', { system })}`,
          }),
        ],
  );
  const hosts = start?.hosts?.map(({ name, role }) => `${name} (${roleWords[role]})`);
  return [
    { name: 'Shadowtape', value: versions.length === 0 ? notKnown : plain(named(versions)) },
    { name: say('Console'), value: consoles.length === 0 ? notKnown : plain(named([...new Set(consoles)])) },
    { name: say('Hosts'), value: hosts === undefined ? notKnown : plain(named(hosts, 20)) },
  ];
}

const roleWords = { primary: say('primary'), backup: say('backup'), tape: say('tape') } as const;

const signatureMarks = { good: 'good', voided: 'warning', wrong: 'bad', unknown: 'unknown' } as const;

const words = (text: string): ReportBlock => ({ kind: 'paragraph', texts: plain(text) });

function signatureSection({ signature: signed, run }: ReportFacts): SectionDraft[] {
  if (signed === undefined) return [];
  const { keyType, fingerprint, namespace, hash, principal } = signed.facts;
  const journal = `${run}.ndjson`;
  const blocks: ReportBlock[] = [
    {
      kind: 'facts',
      caption: say('Signature of the journal'),
      rows: [
        {
          name: say('Signer'),
          value: principal === undefined ? [quiet(say('no name is known for this key'))] : plain(principal),
        },
        {
          name: say('Verdict'),
          value: [
            marked(
              signatureMarks[signed.verdict],
              signed.verdict === 'good'
                ? say('it matches exactly these bytes')
                : `${signed.verdict}: ${signed.reason}`,
            ),
          ],
        },
        { name: say('Key'), value: [code(`${keyType} ${fingerprint}`)] },
        { name: say('Namespace'), value: [code(`${namespace}, ${hash}`)] },
      ],
    },
    words(say('Check it with the file of allowed signers (one line each: name, key type, key):')),
    {
      kind: 'listing',
      caption: say('Checking the signature'),
      lines: [
        `ssh-keygen -Y verify -f ALLOWED-SIGNERS -I ${principal ?? 'SIGNER'} -n ${namespace} -s ${journal}.sig < ${journal}`,
      ],
    },
  ];
  return [{ id: 'signature', title: say('Signature'), level: 2, blocks }];
}

export function proofSections(facts: ReportFacts): SectionDraft[] {
  const journal = `${facts.run}.ndjson`;
  return [
    {
      id: 'proof',
      title: say('Proof'),
      blocks: [
        words(
          say(
            'Everything in this report comes from the journal of the run. Each line holds the SHA-256 of the previous line, without its line feed, in the field prev; in the first line it is 64 zeros. A line that was changed, removed or added breaks the chain. The SHA-256 of the last line covers all lines.',
          ),
        ),
        { kind: 'facts', caption: say('Journal, console and hosts'), rows: journalRows(facts) },
        words(
          say(
            'Check the last line and the whole chain with standard tools (on Solaris: digest -a sha256 instead of sha256sum). Both must print the SHA-256 above.',
          ),
        ),
        {
          kind: 'listing',
          caption: say('Checking with standard tools'),
          lines: [
            `# ${say('the last line')}`,
            `tail -n 1 ${journal} | tr -d '\\n' | sha256sum`,
            `# ${say('the whole chain')}`,
            ...chainScript(journal),
          ],
        },
        words(
          [
            say('Shadowtape does the same and also checks file lists, signatures and exported reports.'),
            ...(facts.sealsHead === undefined
              ? []
              : [
                  say(
                    'The head of the seals covers this run and every run sealed before it. Keep this report elsewhere: it then shows whether the newest runs were removed together with their seals.',
                  ),
                ]),
          ].join(' '),
        ),
        {
          kind: 'listing',
          caption: say('Checking with Shadowtape'),
          lines: [
            `shadowtape audit ${facts.run}`,
            `shadowtape audit --report ${facts.run}.pdf`,
            ...(facts.sealsHead === undefined ? [] : [`shadowtape audit --head ${facts.sealsHead}`]),
          ],
        },
      ],
    },
    ...signatureSection(facts),
  ];
}
