import { describe, expect, it } from 'vitest';
import { chooseJob, siteOf } from './site-file.ts';
import { sampleSite } from './site.test-support.ts';

describe('choosing a job', () => {
  const withJobs = (...names: string[]) => {
    const site = sampleSite();
    site.jobs = Object.fromEntries(names.map((name) => [name, site.jobs.nightly]));
    return siteOf('site.yaml', site);
  };

  it('takes the one that is named, or the only one', () => {
    expect(chooseJob('site.yaml', withJobs('nightly', 'weekly'), 'weekly').name).toBe('weekly');
    expect(chooseJob('site.yaml', withJobs('nightly'), undefined).name).toBe('nightly');
  });

  it('takes the first of the embedded lab', () => {
    expect(chooseJob('the embedded lab', withJobs('raw-dd', 'ufs-tar'), undefined, true).name).toBe('raw-dd');
  });

  it('refuses a name that is not there, also one that every object has', () => {
    for (const name of ['monthly', 'constructor', '__proto__', '']) {
      expect(() => chooseJob('site.yaml', withJobs('nightly', 'weekly'), name)).toThrow(
        expect.objectContaining({
          code: 'JOB_UNKNOWN',
          message: `there is no job "${name}" in site.yaml`,
          hint: 'jobs of this site: nightly, weekly',
        }),
      );
    }
  });

  it('refuses to guess between two', () => {
    expect(() => chooseJob('site.yaml', withJobs('nightly', 'weekly'), undefined)).toThrow(
      expect.objectContaining({
        code: 'JOB_NOT_CHOSEN',
        message: 'site.yaml has 2 jobs, and none was named',
        hint: 'name one: nightly, weekly',
      }),
    );
  });

  it('says that a site has no job at all', () => {
    const none = expect.objectContaining({
      code: 'JOB_NONE',
      message: 'site.yaml has no job',
      hint: 'add one under "jobs"; see docs/site-file.md',
    });
    expect(() => chooseJob('site.yaml', withJobs(), undefined)).toThrow(none);
    expect(() => chooseJob('site.yaml', withJobs(), undefined, true)).toThrow(none);
  });
});
