/** A site, its jobs and tapes as screens show them: plain data. */
import type { HostInfo, JobInfo, SiteInfo } from '../../contract/screens.ts';
import type { TapeContents } from '../../contract/tape/tape-views.ts';
import {
  driveSpeed,
  version,
  type IdentifiedTape,
  type ShadowtapeConsole,
  type Site,
} from '../application/console.ts';

export const hostsOf = (hosts: Pick<Site, 'hosts'>['hosts']): HostInfo[] =>
  Object.entries(hosts).map(([name, { role }]) => ({ name, role }));

export function jobsOf(jobs: Site['jobs']): JobInfo[] {
  return Object.entries(jobs).map(([name, job]) => ({
    name,
    class: job.class,
    volumes: job.volumes.map(({ master, proxy, method = job.method }) => ({ master, proxy, method })),
    shadowClass: job.shadow.class,
    method: job.method,
    route: job.route,
    layout: job.media.layout,
    approve: typeof job.approve === 'object' ? job.approve.by : job.approve,
  }));
}

/** @param file of the site; undefined for the embedded lab */
export function siteInfo(
  { site, isLab }: ShadowtapeConsole,
  file: string | undefined,
  { guest, metricsTokenFile }: Pick<SiteInfo, 'guest' | 'metricsTokenFile'>,
): SiteInfo {
  const { host, device, drive, changer } = site.tape;
  return {
    name: site.site,
    file,
    isLab,
    platform: site.platform,
    hosts: hostsOf(site.hosts),
    jobs: jobsOf(site.jobs),
    tape: { host, device, drive, speed: driveSpeed(drive), changer, isLibrary: site.library !== undefined },
    version,
    guest,
    ...(metricsTokenFile === undefined ? {} : { metricsTokenFile }),
  };
}

export function tapeContents({
  host,
  device,
  blank,
  label,
  files,
  end,
  writtenBy,
}: IdentifiedTape): TapeContents {
  return {
    host,
    device,
    blank,
    label: label && {
      name: label.name,
      uuid: label.uuid,
      writtenAt: label.writtenAt,
      run: label.run,
      keepUntil: label.keepUntil,
      number: label.number,
      byHand: label.volumes.flatMap(({ volume, byHand: line }) =>
        line === undefined ? [] : [{ volume, line }],
      ),
    },
    files,
    end,
    writtenBy,
  };
}
