/** Rules of a site file that no single value can break alone: GDS names, hosts that are the same machine, roles. */
import { failure } from '../../contract/errors.ts';
import { isDeviceName, isGdsName } from '../gds/gds-name.ts';
import type { Job, Site } from './site-schema.ts';

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
  const disks = Object.entries(shadow.disks);
  if (disks.length === 0) throw wrong({ file, path: `${path}.disks` }, 'names no disk');
  const seen = new Map<string, string>();
  for (const [disk, device] of disks) {
    checkName({ file, path: `${path}.disks` }, disk);
    if (!isDeviceName(device)) throw wrong({ file, path: `${path}.disks.${disk}` }, `"${device}" is not the name of a device`);
    const other = seen.get(device);
    if (other !== undefined) throw wrong({ file, path: `${path}.disks.${disk}` }, `${device} is already the device of ${other}`);
    seen.set(device, disk);
  }
  if (shadow.class === job.class) {
    throw wrong({ file, path: `${path}.class` }, `the shadow class must not bear the name of the primary class (${job.class})`);
  }
}

function checkVolumes(file: string, path: string, job: Job): void {
  const seen = new Set<string>();
  job.volumes.forEach((pair, index) => {
    const place = `${path}[${index}]`;
    checkName({ file, path: `${place}.master` }, pair.master);
    checkName({ file, path: `${place}.proxy` }, pair.proxy);
    for (const volume of [pair.master, pair.proxy]) {
      if (seen.has(volume)) throw wrong({ file, path: place }, `${volume} stands twice; a proxy volume is not its own master`);
      seen.add(volume);
    }
  });
}

function checkServices(file: string, path: string, job: Job, site: Site): void {
  if (typeof job.services === 'string' || !('nodes' in job.services)) return;
  for (const node of Object.keys(job.services.nodes)) {
    if (site.hosts[node]?.role !== 'primary') {
      throw wrong({ file, path: `${path}.nodes.${node}` }, `${node} is not a primary node of this site`);
    }
  }
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
  if (count('primary') === 0) throw wrong({ file, path: 'hosts' }, 'no host has the role primary');
  if (count('backup') !== 1) throw wrong({ file, path: 'hosts' }, `exactly one host has the role backup, not ${count('backup')}`);
  if (!site.hosts[site.tape.host]) {
    throw wrong({ file, path: 'tape.host' }, `there is no host ${site.tape.host}; hosts: ${hosts.map(([name]) => name).join(', ')}`);
  }
}

/**
 * @param file the site file's path, for the messages
 * @throws SITE_NAME_FORBIDDEN, SITE_HOSTS_ALIKE, SITE_VALUE_WRONG
 */
export function checkSiteRules(file: string, site: Site): void {
  checkHosts(file, site);
  for (const [name, job] of Object.entries(site.jobs)) {
    const path = `jobs.${name}`;
    checkName({ file, path: `${path}.class` }, job.class);
    checkVolumes(file, `${path}.volumes`, job);
    checkShadow(file, `${path}.shadow`, job);
    checkServices(file, `${path}.services`, job, site);
  }
}
