import { describe, expect, it } from 'vitest';
import { refusalOf, sampleSite, type Tree } from './site.test-support.ts';
import { hostProfiles } from './host-profiles.ts';
import { siteOf } from './site-file.ts';

const mail = { to: ['marion@example.com'], from: 'backup@example.com', host: 'smtp.example.com' };

function siteWith(change: (site: Tree) => void) {
  const site = sampleSite();
  change(site);
  return siteOf('site.yaml', site);
}

describe('who is notified', () => {
  it('is a command, split into words, or a mail with its defaults; of the site, or of a job', () => {
    const site = siteWith((tree) => {
      tree.notify = [
        { on: ['success', 'failure'], command: 'page --to "night shift"' },
        { on: ['operator-needed'], mail },
      ];
      tree.jobs.nightly.notify = [];
    });
    expect(site.notify).toEqual([
      { on: ['success', 'failure'], command: ['page', '--to', 'night shift'] },
      { on: ['operator-needed'], mail: { ...mail, secure: 'starttls' } },
    ]);
    expect(site.jobs['nightly']?.notify).toEqual([]);
  });

  const withMail = (more: object) => [{ on: ['failure'], mail: { ...mail, ...more } }];
  it.each([
    [[{ on: ['failure'] }], 'notify[0]: must name exactly one of command, mail and syslog'],
    [
      [{ on: ['failure'], command: 'page', mail }],
      'notify[0]: must name exactly one of command, mail and syslog',
    ],
    [
      [{ on: ['failure'], command: 'page', syslog: 'local0.notice' }],
      'notify[0]: must name exactly one of command, mail and syslog',
    ],
    [
      [{ on: ['failure'], syslog: '-s' }],
      'notify[0].syslog: must be a facility and a priority such as local0.notice',
    ],
    [[{ on: [], command: 'page' }], 'notify[0].on: names no event'],
    [
      [{ on: ['always'], command: 'page' }],
      'notify[0].on[0]: must be one of: start, success, failure, operator-needed, next-tape, digest',
    ],
    [withMail({ to: [] }), 'notify[0].mail.to: names no recipient'],
    [
      withMail({ to: ['marion'] }),
      'notify[0].mail.to[0]: must be a mail address such as operator@example.com',
    ],
    [
      withMail({ from: 'a@example.com\nBcc: b@example.com' }),
      'notify[0].mail.from: must be a mail address such as operator@example.com',
    ],
    [withMail({ user: 'backup' }), 'notify[0].mail: needs both user and passwordFile, or neither'],
    [
      withMail({ user: 'backup', passwordFile: 'secret' }),
      'notify[0].mail.passwordFile: must be an absolute path, or one that begins with "~/"',
    ],
    [
      withMail({ user: 'backup', passwordFile: '/etc/secret', secure: 'none' }),
      'notify[0].mail.secure: the password would be sent to smtp.example.com unencrypted; use starttls or tls',
    ],
  ])('is refused as %j', (notify, reason) => {
    const words = { code: 'SITE_VALUE_WRONG', sentence: `site.yaml: ${reason}` };
    expect(refusalOf((site) => (site.notify = notify))).toMatchObject(words);
    const ofJob = { ...words, sentence: `site.yaml: ${reason.replace('notify', 'jobs.nightly.notify')}` };
    expect(refusalOf((site) => (site.jobs.nightly.notify = notify))).toMatchObject(ofJob);
  });

  it('may be notified over this machine without TLS', () => {
    const way = { ...mail, host: '127.0.0.1', user: 'backup', passwordFile: '~/secret', secure: 'none' };
    expect(refusalOf((site) => (site.notify = [{ on: ['failure'], mail: way }]))).toBeUndefined();
  });
});

describe('time limits', () => {
  it('are seconds, minutes or hours, of a step or a phase', () => {
    const timeLimits = { part: '10 minutes', '3-3': '90 seconds', dump: '12 hours', '6b-4': '1 hour' };
    const site = siteWith((tree) => (tree.jobs.nightly.timeLimits = timeLimits));
    expect(site.jobs['nightly']?.timeLimits).toEqual({ part: 600, '3-3': 90, dump: 43_200, '6b-4': 3600 });
  });

  it.each(['10', '0 minutes', '1.5 hours', '10 days', 'ten minutes', 10])('are refused as %j', (limit) => {
    const error = refusalOf((site) => (site.jobs.nightly.timeLimits = { part: limit }));
    expect(error?.sentence).toMatch(
      /^site\.yaml: jobs\.nightly\.timeLimits\.part: must be (text|a number of)/,
    );
  });

  it('are refused for what cannot be a step', () => {
    expect(refusalOf((site) => (site.jobs.nightly.timeLimits = { 'Step 3': '1 hour' }))?.sentence).toBe(
      'site.yaml: jobs.nightly.timeLimits.Step 3: is not the name of a step or a phase',
    );
  });
});

describe('connections', () => {
  const profileWith = (connections?: object) => {
    const site = siteWith((tree) => connections && (tree.connections = connections));
    const { retry, keepaliveSeconds } = hostProfiles(site, undefined).get('node1') ?? {};
    return { retry, keepaliveSeconds };
  };

  it('are tried three times, five seconds apart, and asked every fifteen whether they stand', () => {
    expect(profileWith()).toEqual({ retry: { tries: 3, everySeconds: 5 }, keepaliveSeconds: 15 });
  });

  it('are tried as the site file says', () => {
    expect(profileWith({ tries: 20, everySeconds: 30, keepAliveSeconds: 5 })).toEqual({
      retry: { tries: 20, everySeconds: 30 },
      keepaliveSeconds: 5,
    });
    expect(refusalOf((site) => (site.connections = { tries: 0 }))?.sentence).toBe(
      'site.yaml: connections.tries: must be at least 1',
    );
  });
});
