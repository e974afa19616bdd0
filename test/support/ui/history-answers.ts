/** Answers about the history for a played console: from lines and journals of a test, and from invented files and times. */
import type { RequestOf, Responses } from '../../../src/contract/channels.ts';
import { failure } from '../../../src/contract/errors.ts';
import type { FileHit, TrendPoint } from '../../../src/contract/history.ts';
import type { AuditLine, SignatureFacts } from '../../../src/contract/proof.ts';
import type { RunLine, RunView } from '../../../src/contract/screens.ts';
import { parseSearch } from '../../../src/main/history/search-query.ts';
import { firstPrevious, lineHash } from '../../../src/main/journal/journal.ts';
import { auditJournal } from '../../../src/main/proof/audit-journal.ts';
import type { Seal } from '../../../src/main/proof/seal.ts';
import { reportOf } from '../../../src/main/report/document/report-document.ts';
import type { Answers } from './fake-bridge.ts';

/** Words, and a few of the keys of the console's own search. */
function searchLines(
  lines: readonly RunLine[],
  { query, limit = 100, before }: RequestOf<'searchRuns'>,
): Responses['searchRuns'] {
  // Refuses what the console refuses, with its words.
  parseSearch(query);
  const wanted = query.split(/\s+/).filter((term) => term !== '');
  const fits = (line: RunLine, term: string) => {
    const [key, value = ''] = /^(verdict|job|after|tape):(.*)/.exec(term)?.slice(1) ?? [];
    if (key === 'verdict') return line.verdict === value;
    if (key === 'job') return line.job.includes(value);
    if (key === 'after') return line.startedAt >= value;
    const words = JSON.stringify(line).toLowerCase();
    return words.includes((key === 'tape' ? value : term).toLowerCase());
  };
  const found = lines.filter((line) => wanted.every((term) => fits(line, term)));
  const rest = before === undefined ? found : found.slice(found.findIndex(({ run }) => run === before) + 1);
  return { lines: rest.slice(0, limit), more: rest.length > limit, took: 3, unread: 0 };
}

/** A file of the last nights' dumps, one of them over the end of a tape. */
function madeUpHits(file: string, run: string): readonly FileHit[] {
  const name = file.replace(/[*?]+/g, 'ledger').split('/').at(-1) ?? file;
  return Array.from({ length: 8 }, (_, night): FileHit => {
    const path = `./var/lib/payroll/2026-11/${name}`;
    const offset = 4_325_376 + 512 * night;
    return {
      path,
      type: 'File',
      size: 48_234_496 - night * 1_000_000,
      mtime: `2026-11-${String(21 - night).padStart(2, '0')}T17:42:00.000Z`,
      run,
      startedAt: `2026-11-${String(22 - night).padStart(2, '0')}T02:00:04.000Z`,
      verdict: night === 5 ? 'failed' : night === 3 ? 'unverified' : 'verified',
      verified: night !== 3 && night !== 5,
      volume: 'Volume2',
      host: 'node3',
      device: '/dev/rmt/0n',
      tapes: [
        { name: `NIGHTLY-${8 - night}`, uuid: '0b6cf2f2-2a3e-4d0c-9d0f-6a3c2b1e7f10', file: 1 },
        ...(night === 2 ? [{ name: 'NIGHTLY-6b', uuid: undefined, file: 1 }] : []),
      ],
      offset,
      record: Math.floor(offset / 32_768),
      command: `mt -f /dev/rmt/0n rewind && mt -f /dev/rmt/0n fsf 1 && dd if=/dev/rmt/0n bs=32768 | tar xvf - ${path}`,
    };
  });
}

/** Sixty nights of a volume that grows, with a slow one among them. */
function madeUpTrend(run: string): readonly TrendPoint[] {
  return Array.from({ length: 60 }, (_, night): TrendPoint => {
    const bytes = (412 + night * 1.7 + 6 * Math.sin(night)) * 1024 ** 3;
    const rate = (night === 41 ? 61 : 118 + 4 * Math.cos(night * 2)) * 1e6;
    const failed = night === 23;
    return {
      run: night === 59 ? run : `${run}.${night}`,
      at: new Date(Date.UTC(2026, 8, 23 + night, 2)).toISOString(),
      verdict: failed ? 'failed' : 'verified',
      exitStatus: failed ? 2 : 0,
      bytes: failed ? undefined : bytes,
      seconds: bytes / rate + 900,
      dumpSeconds: failed ? undefined : bytes / rate,
      readBackSeconds: failed ? undefined : bytes / 124e6,
      resynchronisationSeconds: 640 + 4 * night,
      rate: failed ? undefined : rate,
      lowestRate: failed ? undefined : rate - 21e6 - 9e6 * Math.abs(Math.sin(night)),
    };
  });
}

const pdf = '%PDF-1.7\n%%EOF\n';

function exportOf({ run, what, paper = 'A4' }: RequestOf<'exportRun'>): Responses['exportRun'] {
  const kinds = {
    pdf: { name: `${run}.pdf`, type: 'application/pdf', text: `${pdf}${paper}` },
    journal: { name: `${run}.ndjson`, type: 'application/x-ndjson', text: '{"type":"run-started"}\n' },
    commands: { name: `${run}.sh`, type: 'text/x-shellscript', text: '#!/bin/sh\nexit 1\n' },
    rates: { name: `${run}.csv`, type: 'text/csv', text: 'seconds,rate\n0,1\n' },
  };
  const { name, type, text } = kinds[what];
  return { name, type, base64: Buffer.from(text).toString('base64') };
}

/** Events of a made-up journal. */
const madeUpLines = 148;

/**
 * The audit of an invented journal.
 * @param how `changed`: its line 17 is not as it was written; `unsealed`: it was never sealed
 */
export function madeUpAudit(
  run: string,
  how: 'sound' | 'changed' | 'unsealed' = 'sound',
  file = `/runs/${run}.ndjson`,
): AuditLine {
  const begin = Date.UTC(2026, 10, 19, 2, 4);
  let prev = firstPrevious;
  const lines = Array.from({ length: madeUpLines }, (_, index) => {
    const at = new Date(begin + index * 700).toISOString();
    const type = index === madeUpLines - 1 ? 'run-finished' : 'notice';
    const line = JSON.stringify({ seq: index + 1, at, run, type, prev });
    prev = lineHash(line);
    return line;
  });
  if (how === 'changed') lines[16] = (lines[16] ?? '').replace('notice', 'warning');
  const content = Buffer.from(`${lines.join('\n')}\n`);
  const at = new Date(begin + madeUpLines * 700).toISOString();
  const facts = { run, lines: madeUpLines, bytes: content.length, hash: prev };
  const seal: Seal = { what: 'sealed', at, ...facts, prev: firstPrevious };
  return auditJournal(run, file, content, how === 'unsealed' ? [] : [seal]).line;
}

const madeUpSignature: SignatureFacts = {
  keyType: 'ssh-ed25519',
  fingerprint: 'SHA256:Qk3fN0ZbVh7vJ1yW8i6w6mC0x0mW2p8n5l1Zc8yYb2E',
  namespace: 'shadowtape',
  hash: 'sha512',
};

/** The other answers of the history, for the existing runs. */
export function historyAnswers(lines: readonly RunLine[], opened: readonly RunView[]): Answers {
  const viewOf = (run: string): RunView => {
    const view = opened.find(({ line }) => line.run === run);
    if (!view) throw failure('RUN_UNKNOWN', { run });
    return view;
  };
  const signed = new Set<string>();
  const auditOf = (run: string): AuditLine[] => [
    madeUpAudit(run),
    ...(signed.has(run)
      ? [
          {
            run,
            subject: 'signature' as const,
            verdict: 'proven' as const,
            sentence:
              'signed by ssh-ed25519 SHA256:Qk3fN0ZbVh7vJ1yW8i6w6mC0x0mW2p8n5l1Zc8yYb2E, the key of the site file',
            signature: madeUpSignature,
          },
        ]
      : [
          {
            run,
            subject: 'signature' as const,
            verdict: 'unproven' as const,
            sentence: 'not signed: chain and seal show accidents, not forgery',
          },
        ]),
  ];
  const run = opened[0]?.line.run ?? '';
  return {
    searchRuns: (request) => searchLines(lines, request),
    whereFile: ({ file, limit = 100 }) => {
      const hits = file.startsWith('no') ? [] : madeUpHits(file === '*' ? 'ledger.db' : file, run);
      return { hits: hits.slice(0, limit), more: false, took: 40, unread: 0 };
    },
    trends: () => [
      { site: 'payroll', class: 'Class1', volume: 'Volume2', points: madeUpTrend(run) },
      { site: 'payroll', class: 'Class1', volume: 'Volume4', points: madeUpTrend(run).slice(-7) },
    ],
    report: ({ run: name }) => {
      const { events, lastHash } = viewOf(name);
      return reportOf({ run: name, events, journalHash: lastHash });
    },
    exportRun: exportOf,
    audit: ({ run: name }) =>
      name === undefined ? lines.flatMap((line) => auditOf(line.run)) : auditOf(name),
    sign: ({ run: name }) => {
      signed.add(name);
      return { run: name, file: `/runs/${name}.ndjson.sig`, signature: madeUpSignature };
    },
  };
}
