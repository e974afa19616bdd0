/** Options of ssh_config(5) that are not followed, as far as they would change where or how a host is connected to. */
import { matchesList } from './config-patterns.ts';
import { placeWords } from './config-problem.ts';
import type { ConfigReading, Setting } from './config-reading.ts';

/** Followed by openssh-config.ts and config-reading.ts. */
const followed = [
  'addressfamily',
  'batchmode',
  'bindaddress',
  'canonicaldomains',
  'canonicalizefallbacklocal',
  'canonicalizehostname',
  'canonicalizemaxdots',
  'canonicalizepermittedcnames',
  'certificatefile',
  'connecttimeout',
  'globalknownhostsfile',
  'hostkeyalias',
  'hostname',
  'identitiesonly',
  'identityagent',
  'identityfile',
  'ignoreunknown',
  'kbdinteractiveauthentication',
  'passwordauthentication',
  'port',
  'preferredauthentications',
  'proxycommand',
  'proxyjump',
  'proxyusefdpass',
  'pubkeyauthentication',
  'refuseconnection',
  'revokedhostkeys',
  'serveralivecountmax',
  'serveraliveinterval',
  'tag',
  'user',
  'userknownhostsfile',
];

/**
 * Without effect here. They concern what ssh does in addition to the command (forwarding, terminal, environment,
 * sharing of connections), or have a stricter counterpart: a host key that is not known is always asked about, and the
 * site file says how often a host is tried.
 */
const withoutEffect = [
  'addkeystoagent',
  'channeltimeout',
  'checkhostip',
  'clearallforwardings',
  'connectionattempts',
  'controlmaster',
  'controlpath',
  'controlpersist',
  'dynamicforward',
  'enableescapecommandline',
  'enablesshkeysign',
  'escapechar',
  'exitonforwardfailure',
  'fingerprinthash',
  'forkafterauthentication',
  'forwardagent',
  'forwardx11',
  'forwardx11timeout',
  'forwardx11trusted',
  'gatewayports',
  'gssapiauthentication',
  'gssapidelegatecredentials',
  'hashknownhosts',
  'ipqos',
  'kbdinteractivedevices',
  'localcommand',
  'localforward',
  'loglevel',
  'logverbose',
  'nohostauthenticationforlocalhost',
  'numberofpasswordprompts',
  'obscurekeystroketiming',
  'permitlocalcommand',
  'permitremoteopen',
  'rekeylimit',
  'remotecommand',
  'remoteforward',
  'requesttty',
  'requiredrsasize',
  'sendenv',
  'sessiontype',
  'setenv',
  'stdinnull',
  'streamlocalbindmask',
  'streamlocalbindunlink',
  'stricthostkeychecking',
  'syslogfacility',
  'tcpkeepalive',
  'tunnel',
  'tunneldevice',
  'updatehostkeys',
  'usekeychain',
  'verifyhostkeydns',
  'visualhostkey',
  'warnweakcrypto',
  'xauthlocation',
];

/** Each of these is OpenSSH's default, or asks for nothing. */
const asksForNothing = ['no', 'false', 'none'];

function isIgnored(keyword: string, reading: ConfigReading): boolean {
  const list = reading.first('ignoreunknown')?.words[0];
  return list !== undefined && matchesList(keyword, list.toLowerCase());
}

function asksForSomething({ words: [word = ''] }: Setting): boolean {
  return !asksForNothing.includes(word.toLowerCase());
}

/** The options of a host that are not followed, each with its place: "Ciphers (~/.ssh/config line 3)". */
export function unfollowed(reading: ConfigReading, homeFolder: string): string[] {
  return reading.keywords
    .filter((keyword) => ![...followed, ...withoutEffect].includes(keyword) && !isIgnored(keyword, reading))
    .flatMap((keyword) => reading.first(keyword) ?? [])
    .filter(asksForSomething)
    .map(({ name, place }) => `${name} (${placeWords(place, homeFolder)})`);
}
