/** A site as its file has it, and a way to break it in one place. */
import { parse } from 'yaml';
import { isFailure, type ErrorInfo } from '../../contract/errors.ts';
import { siteOf } from './site-file.ts';

/** The site file of the README. */
export const sampleSiteText = `
site: payroll-cluster
platform: solaris              # solaris | linux: names of devices, commands and dump tools
hosts:                         # what ~/.ssh/config knows need not be repeated
  node1: { role: primary, user: root, key: ~/.ssh/backup_ed25519 }
  node2: { role: primary, user: root, key: ~/.ssh/backup_ed25519 }
  node3: { role: backup, address: backup.example.com, user: root, key: ~/.ssh/backup_ed25519, ssh: legacy }
tape: { host: node3, device: /dev/rmt/0, drive: LTO-4 }
jobs:
  nightly:
    class: Class1
    volumes: [{ master: Volume1, proxy: Volume2 }]
    shadow: { class: Class2, disks: { Disk3: c1t1d3 } }      # the same disk as node3 names its device
    method: 6a                                                # 6a dd, 6b/6d tar, 6c ufsdump, 6e sfxdump
    route: console                                            # console | server
    services: { stop: [umount /app], resume: [mount /app] }   # or ask, or not-needed
    media: { layout: plain, overwrite: false }
    verify: { fingerprint: 64, readback: true }
    approve: operator                                         # operator | when-verified
    onFailure: halt                                           # halt | unwind
`.trimStart();

/** Plain data that a test may change at will. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Tree = any;

export const sampleSite = (): Tree => parse(sampleSiteText) as Tree;

/** The error that a changed site ends with; undefined if it is accepted. */
export function refusalOf(change: (site: Tree) => void): ErrorInfo | undefined {
  const site = sampleSite();
  change(site);
  try {
    siteOf('site.yaml', site);
    return undefined;
  } catch (error) {
    if (isFailure(error)) return error.toInfo();
    throw error;
  }
}
