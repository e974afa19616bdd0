/** The choices of a job, in the guide's words. */
import { fileNameEncodings } from '../../../contract/file-names.ts';
import { say } from '../../../contract/text/say.ts';

export interface Choice {
  readonly value: string;
  readonly word: string;
  readonly about?: string;
  /** What `about` ends with: a command to copy. */
  readonly command?: string;
  /** What is written for it if not `value`: a map with its own keys, with `value` under `by`. */
  readonly writes?: Readonly<Record<string, string>>;
}

const choices = (
  ...rows: readonly (readonly [value: string, word: string, about?: string, command?: string])[]
): readonly Choice[] =>
  rows.map(([value, word, about, command]) => ({
    ...{ value, word },
    ...(about === undefined ? {} : { about }),
    ...(command === undefined ? {} : { command }),
  }));

/** GDS guide 6.6.3.7, step 6. */
export const methods = choices(
  ['6a', say('6a  raw device, dd(1M)'), say('a raw device, copied block by block')],
  [
    '6b',
    say('6b  ufs, tar(1)'),
    say('a ufs file system (Linux: ext3), mounted read only on the shadow; its files as an archive'),
  ],
  [
    '6c',
    say('6c  ufs, ufsdump(1M)'),
    say('a ufs file system, dumped from the shadow’s device (Linux: ext3, with dump)'),
  ],
  ['6d', say('6d  sfxfs, tar(1)'), say('a GFS Local File System or SynfinityFile; its files as an archive')],
  ['6e', say('6e  sfxfs, sfxdump(1M)'), say('a GFS Local File System or SynfinityFile; a dump')],
);

/** GDS guide 6.6.3.7, step 6; a method that does not fit is refused. */
export const fileSystems = choices(
  ['', say('as the method implies')],
  ['gfs-shared', say('GFS Shared File System'), say('backed up with method 6a only')],
  ['gfs-local', say('GFS Local File System'), say('methods 6a, 6d and 6e')],
  ['ufs', 'ufs', say('methods 6a, 6b and 6c')],
  ['ext3', 'ext3', say('methods 6a, 6b and 6c, on Linux')],
  ['raw', say('none: a raw device'), say('method 6a')],
);

export const routes = choices(
  [
    'console',
    say('through the console'),
    say('read over ssh, hashed on the way, sent to the tape host, which may be a different host'),
  ],
  ['server', say('on the backup server'), say('the guide’s own command; the data never leaves that host')],
);

export const nodeChoices = choices(
  ['all', say('all of them'), say('a primary node that cannot be reached ends the run')],
  [
    'any',
    say('any one'),
    say(
      'the run continues without an unreachable primary node and shows what is not checked there; with a file system or services to stop, somebody must confirm that the node is down',
    ),
  ],
);

export const layouts = choices(
  ['plain', 'plain', say('as in the guide: no label, data from the beginning of the tape')],
  ['labelled', 'labelled', say('a label, a file for each volume, a manifest with the digests')],
);

export const digests = choices(
  ['sha256', 'SHA-256'],
  ['cksum', 'cksum(1)'],
  ['none', 'none', say('only the guide’s command: proves nothing')],
);

/** If the backup server does not let a process hold the shadow open. */
export const unheldShadows = choices(
  [
    'refuse',
    'refuse',
    say('ends the run before the dump if the backup server does not allow holding the shadow open'),
  ],
  ['allow', 'allow', say('the run continues; a shadow replaced during one command would not be noticed')],
);

export const approvals: readonly Choice[] = [
  ...choices(
    ['operator', say('an operator'), say('the run waits until an operator has checked the shadow')],
    [
      'when-verified',
      say('rules only'),
      say('the dump starts when all rules hold and all sampled records match'),
    ],
  ),
  {
    value: 'other',
    word: say('a second person, with a signature'),
    about: say('the run waits until somebody else has signed for the dump'),
    writes: { by: 'other', signers: '' },
  },
];

export const becomeWays = choices(
  ['none', say('of the login'), say('the login has the rights of an administrator itself')],
  [
    'sudo',
    'sudo',
    say('commands that need the rights are sent as sudo -n COMMAND; this prints the lines that allow them:'),
    'shadowtape check --rights',
  ],
  [
    'pfexec',
    'pfexec',
    say(
      'commands that need the rights are sent as pfexec COMMAND; this prints the profile that allows them:',
    ),
    'shadowtape check --rights',
  ],
);

export const onCriticalAlert = choices(
  [
    'refuse',
    say('refuse the run'),
    say('before anything is touched; the report names the flag and its remedy'),
  ],
  ['warn', 'warn', say('the run continues, and its end tells the flag')],
);

export const unloadWays = choices(
  ['never', say('stays in the drive')],
  [
    'after-run',
    say('returns to its slot'),
    say('also after a rollback or a refusal; a run that ends with action required keeps it in the drive'),
  ],
);

export const onReadError = choices(
  ['fail', say('the dump fails')],
  [
    'zero-and-list',
    say('zeros in its place'),
    say('each record is listed, and the run ends as “verified, 2 unreadable records”'),
  ],
);

export const onSkippedFiles = choices(
  ['warn', 'warn', say('lists them; the run ends verified, with the number of skipped files')],
  ['fail', 'fail', say('fails the dump; the run ends with exit status 2')],
);

export const afterFailures = choices(
  ['halt', 'halt', say('leaves everything as it is and shows the commands for a rollback')],
  ['unwind', 'unwind', say('unmounts, removes the shadow, rejoins')],
);

export const rejoins = choices(
  ['after-backup', say('after the backup')],
  [
    'leave-parted',
    say('not before the next run'),
    say('the proxy keeps the backed-up data, for an instant restore'),
  ],
);

export const serviceKinds = choices(
  ['ask', 'ask', say('the operator stops and resumes them, and confirms')],
  ['commands', say('by commands'), say('the same on every primary node')],
  ['nodes', say('per node'), say('each primary node has its own commands')],
  [
    'whereMounted',
    say('where mounted'),
    say('the same commands, on the node alone that has the file system mounted'),
  ],
  ['not-needed', say('not needed'), say('the data is always consistent')],
);

/** Occasions of notifications. */
export const occasions = choices(
  ['success', 'success'],
  ['failure', 'failure'],
  ['operator-needed', say('operator needed')],
  ['next-tape', say('next tape of the pool')],
  ['start', say('start of a run')],
  ['digest', say('digest of the week')],
);

export const secureKinds = choices(['starttls', 'STARTTLS'], ['tls', 'TLS'], ['none', say('nothing')]);

export const roles = choices(
  ['primary', say('primary node')],
  ['backup', say('backup server')],
  ['tape', say('tape host')],
);

export const platforms = choices(['solaris', 'Solaris'], ['linux', 'Linux']);

export const dialects: readonly Choice[] = [{ value: '', word: say('the platform’s') }, ...platforms];

export const fileNameChoices: readonly Choice[] = [
  { value: '', word: 'UTF-8' },
  ...fileNameEncodings.map((value) => ({ value, word: value })),
];

export const algorithms = choices(['modern', 'modern'], ['legacy', 'legacy']);

export const logins = choices(['', say('any')], ['key', 'key'], ['agent', 'agent'], ['password', 'password']);

export const phases = ['part', 'shadow', 'verify', 'dump', 'remove', 'rejoin'] as const;

export const methodWord = (method: string): string =>
  methods.find(({ value }) => value === method)?.word.replace('  ', ' · ') ?? method;
