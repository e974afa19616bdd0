import { failure } from '../../contract/errors.ts';
import type { SiteDraft } from '../../contract/site-views.ts';
import { phrase } from '../../contract/text/say.ts';
import { siteFileOf } from '../application/console.ts';
import { DraftService } from '../application/site/draft-service.ts';
import { parseSite, readDraft } from '../application/site/site-draft.ts';
import { readText, sitePath, writeText } from '../application/site/site-text.ts';
import type { DeskRoom, Handlers } from './handlers.ts';
import { hostsOf, jobsOf } from './site-views.ts';

type DraftChannel =
  | 'siteFile'
  | 'draftSite'
  | 'saveSite'
  | 'draftPlan'
  | 'probeHost'
  | 'replaceHostKey'
  | 'findPairs'
  | 'sshHosts';

function draftOf(text: string): SiteDraft {
  const { troubles, hosts, jobs } = readDraft(text);
  return { text, troubles, hosts: hostsOf(hosts), jobs: jobsOf(jobs) };
}

export interface DraftHandlers {
  readonly handlers: Pick<Handlers, DraftChannel>;
  /** Ends the sessions with hosts of drafts. */
  close(): Promise<void>;
}

export function draftHandlers({ state, site, logins }: DeskRoom): DraftHandlers {
  const desk = new DraftService({ state, login: logins });

  /** The file of the open site, which may have any name; of the embedded lab the one that it writes itself. */
  async function presentFile(): Promise<string> {
    const file = await site.current.then(
      (opened) => opened.file,
      () => site.wanted,
    );
    return file ?? siteFileOf(state.labFolder);
  }

  async function fileNamed(named: string | undefined): Promise<string> {
    const present = await presentFile();
    return named === undefined || named === present ? present : sitePath(named);
  }

  const handlers: Pick<Handlers, DraftChannel> = {
    siteFile: async ({ file }) => {
      const { text, digest, file: path } = await readText(await fileNamed(file));
      return { ...draftOf(text), file: path, digest };
    },
    draftSite: async ({ text }) => draftOf(text),
    saveSite: async ({ file, text, digest }) => {
      const path = await fileNamed(file);
      if (path === siteFileOf(state.labFolder)) {
        const reason = phrase('the embedded lab rewrites it at each start');
        throw failure('SITE_FILE_UNWRITABLE', { file: path, reason });
      }
      // Others run jobs by this file, at night too: a text that is wrong does not take its place.
      parseSite(path, text);
      return { file: path, digest: await writeText(path, text, digest) };
    },
    draftPlan: ({ text, job }) => desk.plan(text, job),
    probeHost: ({ text, host }, abort) => desk.probe(text, host, abort),
    replaceHostKey: ({ text, host, shown }, abort) => desk.replaceHostKey(text, host, shown, abort),
    findPairs: ({ text }, abort) => desk.findPairs(text, abort),
    sshHosts: async () => desk.sshHosts(),
  };
  return { handlers, close: () => desk.close() };
}
