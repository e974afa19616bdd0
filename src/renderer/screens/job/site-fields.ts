/** The fields of a site file that its forms show. */
import type { NamedHost } from '../../../contract/site-views.ts';
import { say } from '../../../contract/text/say.ts';
import { isList, isMap } from '../../site-text/yaml-text.ts';
import { choice, code, number, text, toggle, type Field, type Fields, type Said } from './form-field.ts';
import * as words from './job-words.ts';

const isLabelled = (said: Said) => said.text('media.layout') === 'labelled';
const methodOf = (said: Said) => said.text('method') || '6a';

/** Records of the device cannot be compared with what these methods write, so the shadow is held open. */
function holdsShadow(said: Said): boolean {
  if (methodOf(said) !== '6a' || said.value('verify.unheld') !== undefined) return true;
  const volumes = said.value('volumes');
  return (
    isList(volumes) &&
    volumes.some((each) => isMap(each) && !['', '6a'].includes(String(each['method'] ?? '')))
  );
}

export const methodFields: Fields = [
  choice('method', say('Method of step 6'), words.methods, { fallback: '6a' }),
  choice('fileSystem', say('File system on the volumes'), words.fileSystems, { fallback: '' }),
  choice('route', say('Route'), words.routes, { fallback: 'console' }),
  text('limit', say('Highest rate of the dump'), {
    placeholder: '80 MB/s',
    hint: say('no limit if left empty'),
    shows: (said) => said.text('route') !== 'server',
  }),
  text('dumpHours', say('Hours of the dump'), {
    placeholder: '20:00-06:00',
    hint: say('paused at other times; any time if left empty'),
    shows: (said) => said.text('route') !== 'server',
  }),
  toggle('fsck.answerYes', say('Let fsck repair without asking (-y)'), false, {
    shows: (said) => methodOf(said) !== '6a',
  }),
  code('mountPoint', say('Mount point'), {
    fallback: '/mnt1',
    hint: say('on the backup server; created and removed by the run'),
    shows: (said) => ['6b', '6d'].includes(methodOf(said)),
  }),
];

export const nodeFields: Fields = [
  choice('nodes', say('Nodes that must answer'), words.nodeChoices, { fallback: 'all' }),
];

export const shadowClassFields: Fields = [
  code('shadow.class', say('Shadow class'), {
    hint: say('only on the backup server; not the name of the primary class'),
  }),
];

/** A job of several volumes cannot name them; if it does, they are shown so that they can be removed. */
const namesShadow = (said: Said): boolean => {
  const volumes = said.value('volumes');
  const isOfOne = !isList(volumes) || volumes.length === 1;
  return isOfOne || said.value('shadow.group') !== undefined || said.value('shadow.volume') !== undefined;
};

export const shadowNameFields: Fields = [
  [
    code('shadow.group', say('Name of the shadow group'), {
      placeholder: say('same as the proxy’s group'),
      shows: namesShadow,
    }),
    code('shadow.volume', say('Name of the shadow volume'), {
      placeholder: (said) => said.text('volumes.0.proxy') || say('as the proxy'),
      shows: namesShadow,
    }),
  ],
];

export const mediaFields: Fields = [
  [
    choice('media.layout', say('Layout'), words.layouts, { fallback: 'plain' }),
    number('media.recordBytes', say('Record size in bytes'), {
      fallback: 32_768,
      hint: say('a multiple of 512; a restore needs the same value'),
    }),
  ],
  [
    code('media.name', say('Name of the tape'), {
      hint: say('default: site, job and day'),
      shows: isLabelled,
    }),
    text('media.keep', say('Retention'), {
      placeholder: '30 days',
      hint: say('not overwritten before'),
      shows: isLabelled,
    }),
  ],
  code('media.pool', say('Pool of tapes'), {
    hint: say('a pool of the site file, in the place of a name; it says which tape each run writes to'),
    shows: isLabelled,
  }),
  toggle('media.span', say('Continue on the next tape when one is full'), false, { shows: isLabelled }),
  toggle('media.overwrite', say('Overwrite a tape that is not blank'), false, {
    hint: (said) =>
      isLabelled(said)
        ? say('its contents are lost; only a tape with a label and the right name')
        : say('its contents are lost, whatever they are'),
  }),
];

export const protectionFields: Fields = [
  text('protect.every', say('Oldest backup allowed'), {
    placeholder: '24 hours',
    hint: say('a volume is overdue when its newest verified backup is older'),
  }),
  text('schedule.at', say('Due at'), {
    placeholder: '02:00',
    hint: say('nothing starts the job until this was run on the console’s machine:'),
    command: 'shadowtape schedule install',
  }),
  text('schedule.days', say('On'), { placeholder: say('daily') }),
  text('schedule.window', say('A run may begin for'), {
    placeholder: '6 hours',
    hint: say('a night without a run in this time is missed'),
  }),
  text('schedule.zone', say('Time zone'), { hint: say('that of the console if left empty') }),
  text('drill.schedule.at', say('Drill due at'), {
    placeholder: '14:00',
    hint: say('the newest verified backup is read from its tape and compared'),
  }),
  text('drill.schedule.days', say('Drill on'), { placeholder: 'sat' }),
  text('drill.schedule.window', say('A drill may begin for'), {
    placeholder: '6 hours',
    hint: say('a window without a drill is missed'),
  }),
  text('drill.to', say('Drills extract below'), {
    placeholder: 'node1:/var/tmp',
    hint: say(
      'a folder: the backup is extracted into a new folder below it, which is removed; empty: only read',
    ),
  }),
  text('drill.schedule.zone', say('Time zone of drills'), {
    hint: say('that of the console if left empty'),
  }),
];

/** A second person approves. */
const isSigned = (said: Said): boolean => isMap(said.value('approve'));

/** What follows the comparison of the content. */
export const proofFields: Fields = [
  choice('approve', say('Approval of the shadow'), words.approvals, { fallback: 'operator' }),
  code('approve.signers', say('File of allowed signers'), {
    placeholder: '/etc/shadowtape/allowed_signers',
    hint: say('names and public keys, as ssh-keygen -Y verify reads them'),
    shows: isSigned,
  }),
  code('approve.revoked', say('File of revoked keys'), {
    hint: say('public keys that no longer count, one on each line; optional'),
    shows: isSigned,
  }),
  toggle('verify.readback', say('Read the tape back and compare it'), true, {
    hint: say('without it, a run ends unverified'),
  }),
  choice('verify.unheld', say('A shadow that cannot be held open'), words.unheldShadows, {
    fallback: 'refuse',
    shows: holdsShadow,
  }),
  choice('verify.digest', say('Digest on the backup server'), words.digests, {
    fallback: 'sha256',
    shows: (said) => said.text('route') === 'server',
  }),
];

export const failureFields: Fields = [
  choice('onFailure', say('If the dump or a later step fails'), words.afterFailures, { fallback: 'halt' }),
  choice('onReadError', say('If a record of the volume cannot be read'), words.onReadError, {
    fallback: 'fail',
    shows: (said) => methodOf(said) === '6a' && said.text('route') !== 'server',
  }),
  choice('onSkippedFiles', say('If tar skips files but exits 0'), words.onSkippedFiles, {
    fallback: 'warn',
  }),
  [
    number('part.tries', say('Attempts to part'), { fallback: 1 }),
    number('part.everySeconds', say('Seconds between attempts'), { fallback: 60 }),
  ],
  toggle('part.synchroniseFirst', say('Rejoin a parted proxy first'), false, {
    hint: say('its current data is lost'),
  }),
];

export const rejoinFields: Fields = [
  choice('rejoin', say('Rejoin'), words.rejoins, { fallback: 'after-backup' }),
  [
    number('resynchronisation.everySeconds', say('Seconds between checks of the copy'), {
      fallback: 10,
      hint: say('sdxinfo is slow when called often'),
    }),
    number('resynchronisation.atOnce', say('Proxies copied at the same time'), {
      placeholder: say('all of them'),
    }),
  ],
  toggle('resynchronisation.wait', say('Wait for the copy to finish'), true, {
    hint: say('off: the run ends while the copy still runs'),
  }),
];

export const mailFields: Fields = [
  {
    key: 'mail.to',
    label: say('To, one address per line'),
    kind: 'commands',
    placeholder: 'operator@example.com',
  },
  code('mail.from', say('From'), { placeholder: 'shadowtape@example.com' }),
  code('mail.host', say('Mail server'), { placeholder: 'mail.example.com' }),
  choice('mail.secure', say('Secured by'), words.secureKinds, { fallback: 'starttls' }),
  number('mail.port', say('Port'), {
    placeholder: '587',
    hint: say('default: 587 with STARTTLS, 465 with TLS, 25 without encryption'),
  }),
  code('mail.user', say('User'), { placeholder: say('without login') }),
  code('mail.passwordFile', say('File with the password'), {
    placeholder: '~/.config/shadowtape/mail',
    hint: say('on its first line; only its owner may be able to read it'),
  }),
];

/** @param host whose fields they are: its name is its address by default */
/** @param said the settings of ~/.ssh/config for the host: they need not be typed */
export const hostFields = (host: string, said?: NamedHost): Fields => [
  choice('role', say('Role'), words.roles),
  code('address', say('Address'), { placeholder: said?.address ?? host }),
  number('port', say('Port'), { placeholder: String(said?.port ?? 22), mono: true }),
  code('user', say('User'), { placeholder: said?.user ?? say('your own name') }),
  choice('ssh', say('Ssh'), words.algorithms, { fallback: 'modern' }),
  code('key', say('Key file'), { placeholder: say('agent, ~/.ssh/config') }),
  choice('login', say('Login by'), words.logins, { fallback: '' }),
  choice('become', say('Rights'), words.becomeWays, { fallback: 'none' }),
];

const siteName = text('site', say('Name of the site'), { hint: say('shown on labels and reports') });
const platform = choice('platform', say('Platform'), words.platforms);
const tapeHost: Field = { key: 'tape.host', label: say('Host'), kind: 'host' };
const driveKind = text('tape.drive', say('Type of drive'), {
  placeholder: 'LTO-4',
  hint: say('gives its minimum streaming rate'),
});

/** What must be entered for a first site and its drive. */
export const firstSiteFields: Fields = [
  [siteName, { ...platform, hint: say('names of devices and commands') }],
];
export const firstDriveFields: Fields = [
  [{ ...tapeHost, hint: say('the backup server, or a host that only has the drive') }, driveKind],
];

export const siteFields: Fields = [
  [siteName, platform],
  choice('fileNames', say('File names on the volumes'), words.fileNameChoices, { fallback: '' }),
  code('gds.noObjectsMessage', say('sdxinfo message without objects'), {
    placeholder: say('not known'),
    hint: say('the whole line, on a backup server without any GDS object; the wording differs by release'),
  }),
];

export const driveFields: Fields = [
  [
    tapeHost,
    code('tape.device', say('Rewinding device'), { placeholder: '/dev/rmt/0' }),
    { ...driveKind, suggestions: Array.from({ length: 9 }, (_, at) => `LTO-${at + 1}`) },
    code('tape.changer', say('Changer'), {
      placeholder: say('none'),
      hint: say('a device for mtx(1); without it the operator changes tapes'),
    }),
    number('tape.changerDrive', say('Drive in the changer'), {
      placeholder: say('by its serial number'),
      hint: say('its number, as mtx status counts Data Transfer Elements from 0'),
    }),
  ],
  choice(
    'tape.onCriticalAlert',
    say('If the drive reports a critical TapeAlert flag'),
    words.onCriticalAlert,
    {
      fallback: 'refuse',
    },
  ),
  code('tape.nextTape', say('Command that changes the tape'), {
    placeholder: say('none'),
    hint: say(
      'on the tape host; gets one more argument: the name of the wanted tape, or data if any tape is accepted',
    ),
  }),
  [
    code('tape.rmt', say('Tape server'), {
      placeholder: say('the platform’s'),
      hint: say('for dumps on several tapes'),
    }),
    choice('tape.rmtDialect', say('Operation numbers of'), words.dialects, { fallback: '' }),
  ],
];

export const libraryFields: Fields = [
  choice('library.unload', say('The tape at the end of a run'), words.unloadWays, { fallback: 'never' }),
  {
    key: 'library.cleaning',
    label: say('Bar codes of cleaning cartridges begin with, one in each line'),
    kind: 'commands',
    mono: true,
    fallback: ['CLN'],
    hint: say('they are never loaded; neither are diagnostic cartridges (DG)'),
  },
];

export const poolFields: Fields = [
  {
    key: 'tapes',
    label: say('Tapes, a name in each line'),
    kind: 'commands',
    mono: true,
    hint: say(
      'those that were never written first, in this order; then the one that was written the longest ago',
    ),
  },
  text('keep', say('Retention'), {
    placeholder: '4 weeks',
    hint: say('counts from the day of the run, and ends at the start of its last day'),
  }),
];

export const connectionFields: Fields = [
  [
    number('connections.tries', say('Tries'), { fallback: 3, hint: say('including the first') }),
    number('connections.everySeconds', say('Seconds between attempts'), { fallback: 5 }),
  ],
  number('connections.keepAliveSeconds', say('Seconds between keep-alive messages'), {
    fallback: 15,
    hint: say('after three without an answer the connection is lost'),
  }),
  toggle('connections.runMatchExec', say('Match exec of the ssh configuration may run its command'), false),
];
