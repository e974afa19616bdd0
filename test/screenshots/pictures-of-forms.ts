/** The forms of a site and of a job with everything that they can hold, a picture for each part that is looked for by itself. */
import type { Page } from 'playwright-core';
import { parseDocument } from 'yaml';
import type { Play } from '../support/ui/played-console.ts';
import type { Picture } from './picture.ts';
import { resting, type Plays } from './plays.ts';

const job = 'raw-dd';

/** Pools, a library, a second person, services where they are mounted, rights by sudo: in addition to what the site of the lab has. */
function withEverything(text: string): string {
  const site = parseDocument(text);
  site.setIn(['hosts', 'node1', 'become'], 'sudo');
  site.setIn(['hosts', 'node2', 'become'], 'sudo');
  site.setIn(['tape', 'changer'], '/dev/changer0');
  site.set('pools', {
    nightly: { tapes: ['NIGHTLY-1', 'NIGHTLY-2', 'NIGHTLY-3'], keep: '4 weeks' },
    offsite: { tapes: ['OFFSITE-1', 'OFFSITE-2'], keep: '1 year' },
  });
  site.set('library', {
    barcodes: { 'NIGHTLY-1': 'PAY001L6', 'NIGHTLY-2': 'PAY002L6' },
    unload: 'after-run',
  });
  site.setIn(['jobs', job, 'approve'], {
    ...{ by: 'other', signers: '/etc/shadowtape/allowed_signers' },
    revoked: '/etc/shadowtape/revoked_keys',
  });
  site.setIn(['jobs', job, 'services'], {
    whereMounted: {
      stop: [['/usr/local/bin/payroll', 'stop']],
      resume: [['/usr/local/bin/payroll', 'start']],
    },
  });
  site.setIn(['jobs', job, 'media'], { layout: 'labelled', pool: 'nightly', keep: '4 weeks' });
  site.setIn(['jobs', job, 'protect'], { every: '24 hours' });
  site.setIn(['jobs', job, 'schedule'], { at: '02:00', days: 'Mon-Fri', window: '6 hours' });
  return site.toString();
}

/** Scrolls a part of the form to its top, and keeps it there when the window is resized. */
const showPart =
  (name: string) =>
  async (page: Page): Promise<void> => {
    const part = page.getByRole('region', { name, exact: true });
    await part.waitFor();
    await part.evaluate((element) => {
      const show = () => element.scrollIntoView({ block: 'start' });
      element.ownerDocument.defaultView?.addEventListener('resize', show);
      show();
    });
  };

export function formPictures({ normal }: Plays): Picture[] {
  const text = withEverything(normal.siteFile.text);
  const play: Play = resting(normal, {
    siteFile: () => ({ ...normal.siteFile, text, troubles: [] }),
    draftSite: ({ text: typed }) => ({ ...normal.draftSite, text: typed, troubles: [] }),
  });
  const hash = '#/sites/edit';
  const ofJob = (name: string, part: string): Picture => ({
    ...{ name: `form-job-${name}`, play, hash, act: showPart(part) },
  });
  const ofSite = (name: string, part: string): Picture => ({
    ...{ name: `form-site-${name}`, play, hash },
    act: async (page) => {
      await page.getByRole('combobox', { name: 'Edit', exact: true }).selectOption('The site');
      await showPart(part)(page);
    },
  });
  return [
    ofSite('hosts', 'Hosts'),
    ofSite('drive', 'Tape drive'),
    ofSite('library', 'Library'),
    ofSite('pools', 'Pools of tapes'),
    ofSite('connections', 'Connections'),
    ofJob('shadow', 'Shadow'),
    ofJob('services', 'Services'),
    ofJob('tape', 'Tape'),
    ofJob('proof', 'Proof'),
    ofJob('rejoin', 'Rejoin'),
  ];
}
