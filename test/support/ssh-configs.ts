/** Generated files of ssh_config(5), as administrators write them: sections, Includes, quotes, comments, any case. */
import fc from 'fast-check';

/** One set of files, and the host to look up. */
export interface GeneratedConfig {
  /** Path below the folder -> text; `config` is the main file. */
  readonly files: Readonly<Record<string, string>>;
  readonly alias: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
}

const aliases = ['node1', 'Node1', 'node2.example.com', '192.0.2.7'];
const hostPatterns = [
  '*',
  'node1',
  'node?',
  'NODE*',
  '*.example.com',
  '192.0.2.*',
  'other',
  '!node1',
  '!*.com',
];
const lists = ['node1', 'node*,!node1', '*', '*.example.com,192.*', 'other', 'NODE1', 'x-node1'];
const users = ['root', 'admin', '*', '!admin,*', 'a*', 'Root'];

const pick = <Value>(...values: readonly Value[]) => fc.constantFrom(...values);

/** Keyword -> values, each as it is written after the keyword. */
const settings: Readonly<Record<string, readonly string[]>> = {
  HostName: ['%h.lan', 'Backup.Example.com', '198.51.100.4', 'x-%h', 'a%%b'],
  Port: ['22', '2222', 'ssh', '65535'],
  User: ['root', 'admin', '"two words"', "'single'", 'back\\\\slash'],
  IdentityFile: ['/k/a', '~/b', '"/k/with space"', 'none', '/k/c # comment', '/k/d#e'],
  IdentitiesOnly: ['yes', 'no', 'True'],
  IdentityAgent: ['none', 'SSH_AUTH_SOCK', '$AGENT', '/run/%r-%p', '~/agent', '${AGENT}.2'],
  HostKeyAlias: ['alias', 'ALIAS.%h'],
  ProxyJump: ['gate', 'me@gate:2200', 'first,gate', 'none', 'ssh://me@gate:22'],
  ProxyCommand: ['nc %h %p', 'ssh -W "[%h]:%p" gate # no comment', 'none', '= x  y'],
  UserKnownHostsFile: [
    '/u/%C',
    '/u/%d/%h/%i/%k/%L/%l/%n/%p/%r/%u/%%',
    '~/u "/u/b c"',
    '${KEYS}/%n /u/2',
    'none',
    '/dev/null',
  ],
  GlobalKnownHostsFile: ['/g/1', '/g/1 "/g/2 3"', 'none'],
  ConnectTimeout: ['5', '1m', '1h30m', 'none'],
  ServerAliveInterval: ['0', '30', '2m'],
  ServerAliveCountMax: ['1', '5'],
  AddressFamily: ['inet', 'inet6', 'any'],
  BindAddress: ['192.0.2.1'],
  CanonicalizeHostname: ['yes', 'no', 'always'],
  Compression: ['yes'],
};

const setting: fc.Arbitrary<string> = pick(...Object.keys(settings)).chain((keyword) =>
  fc
    .tuple(
      pick(keyword, keyword, keyword.toLowerCase(), keyword.toUpperCase(), `"${keyword}"`),
      pick(' ', ' ', '\t', '=', ' = ', '  '),
      pick(...(settings[keyword] ?? [])),
      pick('', '', '  ', '\t'),
    )
    .map(([name, between, value, after]) => {
      // After a quoted keyword OpenSSH takes "=" for an argument.
      const gap = name.startsWith('"') ? ' ' : between;
      return `${name}${gap}${value}${after}`;
    }),
);

const criterion = fc.oneof(
  fc.tuple(pick('', '!'), pick('host', 'originalhost', 'Host'), pick(' ', '='), pick(...lists)),
  fc.tuple(pick('', '!'), pick('user', 'localuser'), pick(' ', '='), pick(...users)),
  fc.tuple(pick('', '!'), pick('final', 'canonical'), pick(''), pick('')),
);
const match = fc
  .array(criterion, { minLength: 1, maxLength: 3 })
  .map((criteria) => `Match ${criteria.map((parts) => parts.join('')).join(' ')}`);
const run = pick('true', 'false', 'test %n = node1', 'test %h-%p-%r = node1-22-root').map(
  (command) => `Match originalhost node1 exec "${command}"`,
);
const section = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .array(pick(...hostPatterns), { minLength: 1, maxLength: 3 })
      .map((all) => `Host ${all.join(' ')}`),
  },
  { weight: 4, arbitrary: match },
  { weight: 1, arbitrary: pick('Match all', 'Match !all', 'match canonical all', 'Match final all # last') },
  { weight: 1, arbitrary: run },
);
const silence = pick('', '   ', '# a comment', '\t# Host *');

/** @param includes lines that the file may have in any section */
function fileText(includes: readonly string[]): fc.Arbitrary<string> {
  const line = fc.oneof(
    { weight: 10, arbitrary: setting.chain((text) => pick('  ', '\t', '').map((before) => before + text)) },
    { weight: 6, arbitrary: section },
    { weight: 1, arbitrary: silence },
    ...(includes.length === 0
      ? []
      : [{ weight: 2, arbitrary: pick(...includes).map((path) => `Include ${path}`) }]),
  );
  return fc.array(line, { minLength: 1, maxLength: 14 }).map((lines) => lines.join('\n'));
}

/**
 * @param folder where the files are going to be
 * @param fromHome the same folder, seen from the home folder: "../tmp/x"
 */
export function sshConfigs(folder: string, fromHome: string): fc.Arbitrary<GeneratedConfig> {
  const ofMain = [
    `${folder}/parts/*.conf`,
    `"${folder}/parts/b.conf"`,
    `~/${fromHome}/parts/[!b]*`,
    `${folder}/nothing/*`,
  ];
  const ofPart = [`${folder}/deep/*`, `~/${fromHome}/deep/?.conf ${folder}/deep/.hidden`];
  return fc.record({
    files: fc.record({
      config: fileText(ofMain),
      'parts/a.conf': fileText(ofPart),
      'parts/b.conf': fileText([]),
      'deep/c.conf': fileText([]),
      'deep/.hidden': fileText([]),
    }),
    alias: pick(...aliases),
    user: pick(undefined, undefined, 'admin', 'root'),
    port: pick(undefined, undefined, 2022),
  });
}
