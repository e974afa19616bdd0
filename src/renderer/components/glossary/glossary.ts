/** Terms of GDS, tape and Shadowtape: explained where they appear on a screen, and all together in the glossary. Pure. */
import { say } from '../../../contract/text/say.ts';

export interface GlossaryTerm {
  readonly term: string;
  /** Two short sentences at most: it is shown next to the pointer. */
  readonly means: string;
}

/** In the order of a run; screens use these names. */
const terms = {
  class: {
    term: say('class'),
    means: say('A set of disks that GDS manages together. Runs of one class never overlap.'),
  },
  master: {
    term: say('master volume'),
    means: say('The volume that the services use. It is never written by a backup.'),
  },
  proxy: {
    term: say('proxy volume'),
    means: say('A copy of a master on other disks. While joined it follows every write of the master.'),
  },
  join: { term: say('join'), means: say('The state in which the proxy receives every write of its master.') },
  part: {
    term: say('part'),
    means: say(
      'Separates the proxy from its master. From this instant on the proxy is a frozen snapshot, and the backup holds this data.',
    ),
  },
  rejoin: {
    term: say('rejoin'),
    means: say(
      'Joins the proxy to its master again. The proxy is filled from the master until both are equal.',
    ),
  },
  jrm: {
    term: 'JRM',
    means: say(
      'Just resynchronization mechanism: copies only blocks that changed since the part. A run parts with pjrm=off, so the whole volume is copied.',
    ),
  },
  resync: {
    term: say('resync'),
    means: say(
      'The copy from master to proxy after a rejoin. Until it ends, the master has no synchronized copy.',
    ),
  },
  shadow: {
    term: say('shadow volume'),
    means: say(
      'The blocks of the proxy as a volume of the backup server, which is no node of the cluster. It is read-only during a backup.',
    ),
  },
  verification: {
    term: say('verification of the shadow'),
    means: say(
      'Proves before the dump that the shadow maps the same blocks as the proxy: by rules and by sampled records.',
    ),
  },
  fingerprint: {
    term: say('fingerprint'),
    means: say(
      'SHA-256 of sampled records, read on the cluster and through the shadow. It detects a wrong volume, not a single changed block.',
    ),
  },
  slice: {
    term: say('slice'),
    means: say('The part of a volume on one disk. A mirrored volume has a slice on each of its disks.'),
  },
  active: { term: 'ACTIVE', means: say('The volume or slice is started, and can be read and written.') },
  stop: {
    term: 'STOP',
    means: say('The volume or slice is stopped: nobody can access its data, which stays valid.'),
  },
  copy: {
    term: 'COPY',
    means: say('The slice is being filled from another one, and is not a valid copy yet.'),
  },
  invalid: {
    term: 'INVALID',
    means: say('The data of the volume or slice is not valid, as after a failed copy.'),
  },
  enable: { term: 'ENABLE', means: say('The disk works, and its slices can be used.') },
  services: {
    term: say('service outage'),
    means: say('From the stop of the services to the end of the step that resumes them. The part needs it.'),
  },
  route: {
    term: say('route'),
    means: say(
      'The way of the data: through this console, or on the backup server alone, where it survives the console.',
    ),
  },
  record: {
    term: say('record'),
    means: say('What one write puts on tape, 32,768 bytes by default. A block is 512 bytes.'),
  },
  fileMark: {
    term: say('file mark'),
    means: say('Separates the files on a tape. mt fsf 1 moves past the next one.'),
  },
  label: {
    term: say('label'),
    means: say(
      'The first file of a tape in layout labelled: name, uuid and retention. A tape without one is recognized by the first record of its data.',
    ),
  },
  retention: {
    term: say('retention'),
    means: say(
      'Until when a tape must not be overwritten: media.keep of the job. It is written to the label.',
    ),
  },
  endOfMedium: {
    term: say('end of medium'),
    means: say(
      'Where a tape is full. The drive gives an early warning before it; a spanning backup then asks for the next tape.',
    ),
  },
  shoeShining: {
    term: say('shoe-shining'),
    means: say(
      'Data arrives below the minimum streaming rate: the drive stops, moves back and starts again. It wears tape and heads.',
    ),
  },
  minimumRate: {
    term: say('minimum streaming rate'),
    means: say(
      'The lowest rate at which the drive runs without stopping. It depends on the type of drive in the site file.',
    ),
  },
  readBack: {
    term: say('read back'),
    means: say('The tape is read again after the dump, and compared with what was read from the shadow.'),
  },
  verified: {
    term: say('verified'),
    means: say('Every record was read back from tape, and matches what was read from the shadow.'),
  },
  unverified: {
    term: say('unverified'),
    means: say('Written, and counted by the tape host, but not read back.'),
  },
  mismatch: {
    term: say('tape mismatch'),
    means: say('The tape does not hold what was read from the shadow. Do not keep it as a backup.'),
  },
  rolledBack: {
    term: say('rolled back'),
    means: say('The run failed, and everything that it had changed on the cluster was undone.'),
  },
  actionRequired: {
    term: say('action required'),
    means: say(
      'The cluster is not proven to be in its normal state. A person must act; the run shows the commands.',
    ),
  },
  interrupted: {
    term: say('interrupted'),
    means: say('The process of the run ended before the run did. Resume it or roll it back.'),
  },
  missed: {
    term: say('missed'),
    means: say('The last verified backup is older than protect.every, and no run has ended since.'),
  },
  drillMissed: {
    term: 'drill missed',
    means:
      'The last scheduled drill was not made in its window: nothing proves that the backup can be restored.',
  },
  overdue: {
    term: say('overdue'),
    means: say(
      'There is no verified backup within protect.every: newer runs failed, or there never was a backup.',
    ),
  },
  lock: {
    term: say('lock'),
    means: say(
      'A folder on each host that keeps other runs away from the class. A run that needs action keeps it.',
    ),
  },
  journal: {
    term: say('journal'),
    means: say(
      'What a run did, line by line. Each line holds the hash of the line before, so that a change is detected.',
    ),
  },
} as const satisfies Readonly<Record<string, GlossaryTerm>>;

export type TermName = keyof typeof terms;

export const termOf = (name: TermName): GlossaryTerm => terms[name];

/** @param search words that must all occur, in any case. @returns the terms in alphabetical order */
export function glossaryTerms(search: string): readonly GlossaryTerm[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return Object.values(terms)
    .filter(({ term, means }) => words.every((word) => `${term} ${means}`.toLowerCase().includes(word)))
    .toSorted((one, other) => one.term.localeCompare(other.term, 'en'));
}

/** Words of sdxinfo that the glossary explains. */
const statusTerms: Readonly<Record<string, TermName>> = {
  ACTIVE: 'active',
  STOP: 'stop',
  COPY: 'copy',
  INVALID: 'invalid',
  ENABLE: 'enable',
  Join: 'join',
  Part: 'part',
};

/** @param status as sdxinfo prints it; undefined for one that the glossary does not have */
export const termOfStatus = (status: string): TermName | undefined => statusTerms[status];
