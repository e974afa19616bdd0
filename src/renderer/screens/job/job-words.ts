/** The choices of a job, in the guide's words. */

export interface Choice {
  readonly value: string;
  readonly word: string;
  readonly about?: string;
}

/** GDS guide 6.6.3.7, step 6. */
export const methods: readonly Choice[] = [
  { value: '6a', word: '6a  raw device, dd(1M)', about: 'a raw device, copied block by block' },
  {
    value: '6b',
    word: '6b  ufs, tar(1)',
    about: 'a ufs file system (Linux: ext3), mounted read only on the shadow; its files as an archive',
  },
  {
    value: '6c',
    word: '6c  ufs, ufsdump(1M)',
    about: 'a ufs file system, dumped from the shadow’s device (Linux: ext3, with dump)',
  },
  {
    value: '6d',
    word: '6d  sfxfs, tar(1)',
    about: 'a GFS Local File System or SynfinityFile; its files as an archive',
  },
  { value: '6e', word: '6e  sfxfs, sfxdump(1M)', about: 'a GFS Local File System or SynfinityFile; a dump' },
];

/** GDS guide 6.6.3.7, step 6; a method that does not fit is refused. */
export const fileSystems: readonly Choice[] = [
  { value: '', word: 'as the method implies' },
  { value: 'gfs-shared', word: 'GFS Shared File System', about: 'backed up with method 6a only' },
  { value: 'gfs-local', word: 'GFS Local File System', about: 'methods 6a, 6d and 6e' },
  { value: 'ufs', word: 'ufs', about: 'methods 6a, 6b and 6c' },
  { value: 'ext3', word: 'ext3', about: 'methods 6a, 6b and 6c, on Linux' },
  { value: 'raw', word: 'none: a raw device', about: 'method 6a' },
];

export const routes: readonly Choice[] = [
  {
    value: 'console',
    word: 'through the console',
    about: 'read over ssh, hashed on the way, sent to the tape host, which may be a different host',
  },
  {
    value: 'server',
    word: 'on the backup server',
    about: 'the guide’s own command; the data never leaves that host',
  },
];

export const nodeChoices: readonly Choice[] = [
  { value: 'all', word: 'all of them', about: 'a primary node that cannot be reached ends the run' },
  {
    value: 'any',
    word: 'any one',
    about:
      'the run continues without an unreachable primary node and shows what is not checked there; with a file system or services to stop, somebody must confirm that the node is down',
  },
];

export const layouts: readonly Choice[] = [
  { value: 'plain', word: 'plain', about: 'as in the guide: no label, data from the beginning of the tape' },
  {
    value: 'labelled',
    word: 'labelled',
    about: 'a label, a file for each volume, a manifest with the digests',
  },
];

export const digests: readonly Choice[] = [
  { value: 'sha256', word: 'SHA-256' },
  { value: 'cksum', word: 'cksum(1)' },
  { value: 'none', word: 'none', about: 'only the guide’s command: proves nothing' },
];

/** Where the backup server does not let a process hold the shadow open. */
export const unheldShadows: readonly Choice[] = [
  {
    value: 'refuse',
    word: 'refuse',
    about: 'ends the run before the dump if the backup server does not allow holding the shadow open',
  },
  {
    value: 'allow',
    word: 'allow',
    about: 'the run continues; a shadow replaced during one command would not be noticed',
  },
];

export const approvals: readonly Choice[] = [
  { value: 'operator', word: 'an operator', about: 'the run waits until an operator has checked the shadow' },
  {
    value: 'when-verified',
    word: 'rules only',
    about: 'the dump starts when all rules hold and all sampled records match',
  },
];

export const onSkippedFiles: readonly Choice[] = [
  {
    value: 'warn',
    word: 'warn',
    about: 'lists them; the run ends verified, with the number of skipped files',
  },
  { value: 'fail', word: 'fail', about: 'fails the dump; the run ends with exit status 2' },
];

export const afterFailures: readonly Choice[] = [
  {
    value: 'halt',
    word: 'halt',
    about: 'leaves everything as it is and shows the commands for a rollback',
  },
  { value: 'unwind', word: 'unwind', about: 'unmounts, removes the shadow, rejoins' },
];

export const rejoins: readonly Choice[] = [
  { value: 'after-backup', word: 'after the backup' },
  {
    value: 'leave-parted',
    word: 'not before the next run',
    about: 'the proxy keeps the backed-up data, for an instant restore',
  },
];

export const serviceKinds: readonly Choice[] = [
  { value: 'ask', word: 'ask', about: 'the operator stops and resumes them, and confirms' },
  { value: 'commands', word: 'by commands', about: 'the same on every primary node' },
  { value: 'nodes', word: 'per node', about: 'each primary node has its own commands' },
  { value: 'not-needed', word: 'not needed', about: 'the data is always consistent' },
];

/** Of what somebody is told. */
export const occasions: readonly Choice[] = [
  { value: 'success', word: 'success' },
  { value: 'failure', word: 'failure' },
  { value: 'operator-needed', word: 'operator needed' },
];

export const secureKinds: readonly Choice[] = [
  { value: 'starttls', word: 'STARTTLS' },
  { value: 'tls', word: 'TLS' },
  { value: 'none', word: 'nothing' },
];

export const roles: readonly Choice[] = [
  { value: 'primary', word: 'primary node' },
  { value: 'backup', word: 'backup server' },
  { value: 'tape', word: 'tape host' },
];

export const platforms: readonly Choice[] = [
  { value: 'solaris', word: 'Solaris' },
  { value: 'linux', word: 'Linux' },
];

export const algorithms: readonly Choice[] = [
  { value: 'modern', word: 'modern' },
  { value: 'legacy', word: 'legacy' },
];

export const logins: readonly Choice[] = [
  { value: '', word: 'any' },
  { value: 'key', word: 'key' },
  { value: 'agent', word: 'agent' },
  { value: 'password', word: 'password' },
];

export const phases = ['part', 'shadow', 'verify', 'dump', 'remove', 'rejoin'] as const;

export const methodWord = (method: string): string =>
  methods.find(({ value }) => value === method)?.word.replace('  ', ' · ') ?? method;
