/** Rules of a site file that no single value can break alone: GDS names, hosts that are the same machine, roles. */
import { failure, isFailure, type ShadowtapeError } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import { isDeviceName, isGdsName } from '../gds/gds-name.ts';
import { isForData } from '../tape/changer.ts';
import { withoutRewind } from '../tape/tape-device.ts';
import { whyMethodDoesNotFit } from './file-system.ts';
import { splitPlace } from './named-place.ts';
import type { NotifyWay } from './notify-schema.ts';
import { whyNotOverReadErrors } from './read-errors.ts';
import type { Job, Site } from './site-schema.ts';
import { whyNotAll } from './whole-fingerprint.ts';

interface Place {
  readonly file: string;
  readonly path: string;
}

function wrong(place: Place, reason: string) {
  return failure('SITE_VALUE_WRONG', { ...place, reason });
}

function checkName(place: Place, name: string): void {
  if (!isGdsName(name)) throw failure('SITE_NAME_FORBIDDEN', { ...place, name });
}

function checkShadow(file: string, path: string, job: Job): void {
  const { shadow } = job;
  checkName({ file, path: `${path}.class` }, shadow.class);
  if (shadow.group !== undefined) checkName({ file, path: `${path}.group` }, shadow.group);
  if (shadow.volume !== undefined) checkName({ file, path: `${path}.volume` }, shadow.volume);
  checkShadowOfSeveral(file, path, job);
  for (const group of Object.keys(shadow.stripeWidth ?? {}))
    checkName({ file, path: `${path}.stripeWidth` }, group);
  const disks = Object.entries(shadow.disks);
  if (disks.length === 0) throw wrong({ file, path: `${path}.disks` }, phrase('names no disk'));
  const seen = new Map<string, string>();
  for (const [disk, device] of disks) {
    checkName({ file, path: `${path}.disks` }, disk);
    if (!isDeviceName(device)) {
      throw wrong(
        { file, path: `${path}.disks.${disk}` },
        phrase('"{device}" is not the name of a device, such as c1t1d3 (without its path)', { device }),
      );
    }
    const other = seen.get(device);
    if (other !== undefined)
      throw wrong(
        { file, path: `${path}.disks.${disk}` },
        phrase('{device} is already the device of {other}', { device, other }),
      );
    seen.set(device, disk);
  }
  if (shadow.class === job.class) {
    throw wrong(
      { file, path: `${path}.class` },
      phrase('the shadow class must not have the name of the primary class ({class})', { class: job.class }),
    );
  }
}

/** One name cannot be that of several shadow groups or volumes. */
function checkShadowOfSeveral(file: string, path: string, { shadow, volumes }: Job): void {
  if (volumes.length === 1) return;
  for (const key of ['group', 'volume'] as const) {
    if (shadow[key] === undefined) continue;
    const reason = phrase(
      'is only for a job with one volume, and this job has {volumes}; their shadows get the names of their proxies',
      { volumes: volumes.length },
    );
    throw wrong({ file, path: `${path}.${key}` }, reason);
  }
}

function checkVolumes(file: string, path: string, job: Job): void {
  const seen = new Set<string>();
  job.volumes.forEach((pair, index) => {
    const place = `${path}[${index}]`;
    checkName({ file, path: `${place}.master` }, pair.master);
    checkName({ file, path: `${place}.proxy` }, pair.proxy);
    for (const volume of [pair.master, pair.proxy]) {
      if (seen.has(volume))
        throw wrong(
          { file, path: place },
          phrase('{volume} is named twice; a proxy volume cannot be its own master', { volume }),
        );
      seen.add(volume);
    }
  });
}

/** Only a label identifies which tape of several is in the drive, and only through the console is each record answered for. */
function checkSpan(file: string, path: string, { media, route }: Job): void {
  if (!media.span) return;
  if (media.layout !== 'labelled')
    throw wrong({ file, path: `${path}.media.span` }, phrase('several tapes need layout: labelled'));
  if (route === 'server')
    throw wrong({ file, path: `${path}.media.span` }, phrase('several tapes need route: console'));
}

/** A pool says which tape is next, so that nothing else may. */
function checkPool(file: string, path: string, { media }: Job, { pools = {}, library }: Site): void {
  if (media.pool === undefined) return;
  const place = { file, path: `${path}.media.pool` };
  if (!Object.hasOwn(pools, media.pool)) {
    const names = Object.keys(pools).join(', ') || phrase('none');
    throw wrong(place, phrase('there is no pool {pool}; pools: {names}', { pool: media.pool, names }));
  }
  if (media.layout !== 'labelled') throw wrong(place, phrase('a pool needs layout: labelled'));
  if (media.name !== undefined) throw wrong(place, phrase('use either pool or name, not both'));
  // Only a library finds the next tape of the pool by its name.
  if (media.span && !library)
    throw wrong(
      place,
      phrase('a run of a pool writes one tape, unless the site has a library: leave out span'),
    );
  if (media.overwrite)
    throw wrong(place, phrase('the pool keeps its tapes for their retention: leave out overwrite'));
}

/** A tape in two pools would have two retentions. */
function checkPools(file: string, { pools = {} }: Site): void {
  const seen = new Map<string, string>();
  for (const [pool, { tapes }] of Object.entries(pools))
    tapes.forEach((tape, index) => {
      const other = seen.get(tape);
      if (other !== undefined) {
        const where =
          other === pool ? phrase('named twice') : phrase('already in the pool {other}', { other });
        throw wrong(
          { file, path: `pools.${pool}.tapes[${index}]` },
          phrase('{tape} is {where}', { tape, where }),
        );
      }
      seen.set(tape, pool);
    });
}

function checkFingerprint(file: string, path: string, job: Job): void {
  const reason = whyNotAll(job);
  if (reason !== undefined) throw wrong({ file, path: `${path}.verify.fingerprint` }, reason);
}

/** Through the backup server nothing is between the reader and the tape that could hold data back. */
function checkLimit(file: string, path: string, { limit, route }: Job): void {
  if (limit !== undefined && route === 'server')
    throw wrong({ file, path: `${path}.limit` }, phrase('a limit needs route: console'));
}

function checkReadErrors(file: string, path: string, job: Job): void {
  const reason = whyNotOverReadErrors(job);
  if (reason !== undefined) throw wrong({ file, path: `${path}.onReadError` }, reason);
}

function checkFileSystem(file: string, path: string, job: Job, { platform }: Site): void {
  const reason = whyMethodDoesNotFit(job, platform);
  if (reason !== undefined) throw wrong({ file, path: `${path}.fileSystem` }, reason);
}

function checkScripts(file: string, path: string, job: Job, site: Site): void {
  job.scripts.forEach(({ host }, index) => {
    if (!hostNamed(site, host))
      throw wrong(
        { file, path: `${path}[${index}].host` },
        phrase('there is no host {host}; hosts: {hosts}', {
          host,
          hosts: Object.keys(site.hosts).join(', '),
        }),
      );
  });
}

function checkServices(file: string, path: string, job: Job, site: Site): void {
  if (typeof job.services === 'string' || !('nodes' in job.services)) return;
  for (const node of Object.keys(job.services.nodes)) {
    if (hostNamed(site, node)?.role !== 'primary') {
      throw wrong(
        { file, path: `${path}.nodes.${node}` },
        phrase('{node} is not a primary node of this site', { node }),
      );
    }
  }
}

/** The host of that name; a name such as "constructor" is not taken for one. */
function hostNamed(site: Site, name: string) {
  return Object.hasOwn(site.hosts, name) ? site.hosts[name] : undefined;
}

function checkHosts(file: string, site: Site): void {
  const hosts = Object.entries(site.hosts);
  const seen = new Map<string, string>();
  for (const [name, host] of hosts) {
    const address = `${host.address ?? name}:${host.port ?? 22}`.toLowerCase();
    const first = seen.get(address);
    if (first !== undefined) throw failure('SITE_HOSTS_ALIKE', { file, first, second: name, address });
    seen.set(address, name);
  }
  const count = (role: string) => hosts.filter(([, host]) => host.role === role).length;
  if (count('primary') === 0) throw wrong({ file, path: 'hosts' }, phrase('no host has the role primary'));
  if (count('backup') !== 1)
    throw wrong(
      { file, path: 'hosts' },
      phrase('exactly one host has the role backup, not {count}', { count: count('backup') }),
    );
}

/** A timer starts drills in a folder of its own, so their place is absolute. */
function checkDrill(file: string, name: string, job: Job, { hosts }: Site): void {
  const { drill, volumes, method: ofJob } = job;
  if (drill?.to === undefined) return;
  const at = { file, path: `jobs.${name}.drill.to` };
  const { host, path } = splitPlace(drill.to);
  if (host !== undefined && !(host in hosts))
    throw wrong(
      at,
      phrase('there is no host {host}; hosts: {hosts}', { host, hosts: Object.keys(hosts).join(', ') }),
    );
  if (!path.startsWith('/'))
    throw wrong(at, phrase('"{to}" is neither HOST:/PATH nor an absolute path', { to: drill.to }));
  const methods = volumes.map(({ method = ofJob }) => method);
  const ofDump = methods.find((method) => method === '6c' || method === '6e');
  if (host === undefined && ofDump !== undefined)
    throw wrong(
      at,
      phrase('a dump of method {method} is extracted on a host: name HOST:/PATH', { method: ofDump }),
    );
}

/** A drive that mt accepts by name, on the platform of the site. */
function isDriveOf(platform: Site['platform'], device: string): boolean {
  try {
    withoutRewind(device);
  } catch (error) {
    if (!isFailure(error)) throw error;
    return false;
  }
  return device.startsWith('/dev/rmt/') === (platform === 'solaris');
}

function checkTape(file: string, site: Site): void {
  const { host, device } = site.tape;
  if (!hostNamed(site, host)) {
    throw wrong(
      { file, path: 'tape.host' },
      phrase('there is no host {host}; hosts: {hosts}', { host, hosts: Object.keys(site.hosts).join(', ') }),
    );
  }
  if (site.tape.changer !== undefined && site.tape.nextTape !== undefined)
    throw wrong(
      { file, path: 'tape.nextTape' },
      phrase('use either the changer or a command for the next tape, not both'),
    );
  if (site.tape.changerDrive !== undefined && site.tape.changer === undefined)
    throw wrong(
      { file, path: 'tape.changerDrive' },
      phrase('is the number of a drive in tape.changer, which is missing'),
    );
  if (isDriveOf(site.platform, device)) return;
  const example = site.platform === 'solaris' ? '/dev/rmt/0 (Solaris)' : '/dev/st0 or /dev/IBMtape0 (Linux)';
  throw wrong(
    { file, path: 'tape.device' },
    phrase('{device} is not a tape device such as {example}', { device, example }),
  );
}

/** A library is worked through a changer, and each cartridge of it is one tape. */
function checkLibrary(file: string, { library, tape }: Site): void {
  if (!library) return;
  if (tape.changer === undefined)
    throw wrong({ file, path: 'library' }, phrase('needs the changer of the library in tape.changer'));
  const seen = new Map<string, string>();
  for (const [name, barcode] of Object.entries(library.barcodes)) {
    const place = { file, path: `library.barcodes.${name}` };
    const other = seen.get(barcode);
    if (other !== undefined)
      throw wrong(place, phrase('{barcode} is already the bar code of {other}', { barcode, other }));
    if (!isForData({ barcode }, library.cleaning))
      throw wrong(
        place,
        phrase('{barcode} is the bar code of a cleaning or diagnostic cartridge', { barcode }),
      );
    seen.set(barcode, name);
  }
}

const mailToThisMachine = new Set(['localhost', '127.0.0.1', '::1']);

function checkNotify(file: string, path: string, ways: readonly NotifyWay[] = []): void {
  ways.forEach(({ command, mail, syslog }, index) => {
    const place = { file, path: `${path}[${index}]` };
    if ([command, mail, syslog].filter((way) => way !== undefined).length !== 1)
      throw wrong(place, phrase('must name exactly one of command, mail and syslog'));
    if (!mail) return;
    if ((mail.user === undefined) !== (mail.passwordFile === undefined))
      throw wrong(
        { file, path: `${place.path}.mail` },
        phrase('needs both user and passwordFile, or neither'),
      );
    if (mail.secure === 'none' && mail.user !== undefined && !mailToThisMachine.has(mail.host)) {
      const reason = phrase('the password would be sent to {host} unencrypted; use starttls or tls', {
        host: mail.host,
      });
      throw wrong({ file, path: `${place.path}.mail.secure` }, reason);
    }
  });
}

/** The digest is about all volumes of the site. */
function checkNoDigest(file: string, path: string, ways: readonly NotifyWay[] = []): void {
  const index = ways.findIndex(({ on }) => on.includes('digest'));
  if (index >= 0)
    throw wrong(
      { file, path: `${path}[${index}].on` },
      phrase('the digest is about the whole site: ask for it in notify of the site'),
    );
}

/** Each checks one thing, and stops at the first that is wrong with it. */
function checksOf(file: string, site: Site): (() => void)[] {
  const ofJobs = Object.entries(site.jobs).flatMap(([name, job]) => {
    const path = `jobs.${name}`;
    return [
      () => checkName({ file, path: `${path}.class` }, job.class),
      () => checkVolumes(file, `${path}.volumes`, job),
      () => checkShadow(file, `${path}.shadow`, job),
      () => checkServices(file, `${path}.services`, job, site),
      () => checkScripts(file, `${path}.scripts`, job, site),
      () => checkSpan(file, path, job),
      () => checkPool(file, path, job, site),
      () => checkFingerprint(file, path, job),
      () => checkLimit(file, path, job),
      () => checkReadErrors(file, path, job),
      () => checkFileSystem(file, path, job, site),
      () => checkDrill(file, name, job, site),
      () => checkNotify(file, `${path}.notify`, job.notify),
      () => checkNoDigest(file, `${path}.notify`, job.notify),
    ];
  });
  return [
    () => checkHosts(file, site),
    () => checkTape(file, site),
    () => checkPools(file, site),
    () => checkLibrary(file, site),
    () => checkNotify(file, 'notify', site.notify),
    ...ofJobs,
  ];
}

/**
 * @param file the site file's path, for the messages
 * @returns SITE_NAME_FORBIDDEN, SITE_HOSTS_ALIKE, SITE_VALUE_WRONG
 */
export function brokenRules(file: string, site: Site): ShadowtapeError[] {
  return checksOf(file, site).flatMap((check) => {
    try {
      check();
      return [];
    } catch (error) {
      if (!isFailure(error)) throw error;
      return [error];
    }
  });
}
