/** Whether a job would ask a question: nobody can answer at night. Connects to the hosts, and sends no command of the guide. */
import { failure, isFailure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import type { Job, Site } from '../../site/site-schema.ts';
import { sshConfiguration } from '../../ssh/config/config-files.ts';
import type { Task } from './schedule-file.ts';
import { openHosts, userKnownHostsFiles } from '../open-hosts.ts';

export interface OpenQuestion {
  /** The job or the host that asks. */
  readonly of: string;
  /** Its question: a key of the site file, or a sentence. */
  readonly question: string;
  readonly remedy: string;
}

/** @returns what the site file leaves open: a drill only asks for the tapes of its run */
export function questionsOfTask(
  { name, job, task }: { readonly name: string; readonly job: Job; readonly task: Task },
  site: Site,
): OpenQuestion[] {
  return [...(task === 'run' ? questionsOfRun(name, job) : []), ...questionsOfTapes(name, job, site)];
}

const open = (of: string, question: string, remedy: string): OpenQuestion => ({ of, question, remedy });

function questionsOfTapes(name: string, { media }: Job, { tape }: Site): OpenQuestion[] {
  const hasNextTape = tape.changer !== undefined || tape.nextTape !== undefined;
  return media.span && !hasNextTape
    ? [open(name, phrase('media.span: the next tape'), phrase('name tape.changer or tape.nextTape'))]
    : [];
}

function questionsOfRun(name: string, job: Job): OpenQuestion[] {
  return [
    ...(job.services === 'ask'
      ? [
          open(
            name,
            'services: ask',
            phrase('name the commands in services.stop and services.resume, or not-needed'),
          ),
        ]
      : []),
    ...(job.approve === 'operator'
      ? [
          open(
            name,
            'approve: operator',
            phrase('set approve: when-verified: the dump then starts when every rule holds'),
          ),
        ]
      : []),
    ...(typeof job.approve === 'object'
      ? [
          open(
            name,
            'approve: by other',
            phrase('set approve: when-verified: the dump then starts when every rule holds'),
          ),
        ]
      : []),
  ];
}

/** @returns why a login to a host fails without a person: an unknown host key, a passphrase, a password, or no answer */
export async function questionsOfHosts(site: Site, state: StateFolder): Promise<OpenQuestion[]> {
  const asked = new Map<string, string>();
  const sessions = openHosts(
    { ...site, connections: { ...site.connections, tries: 1 } },
    {
      knownHostsFile: state.knownHostsFile,
      otherKnownHostsFiles: userKnownHostsFiles(),
      configuration: sshConfiguration(),
      login: {
        confirmHostKey: () => Promise.resolve(false),
        askSecret: (question) => {
          asked.set(question.host, question.text);
          return Promise.resolve(undefined);
        },
      },
    },
  );
  try {
    const questions = await Promise.all(
      Object.keys(site.hosts).map(async (host): Promise<OpenQuestion[]> => {
        try {
          await sessions.session(host).seen();
          return [];
        } catch (error) {
          if (!isFailure(error)) throw error;
          const secret = asked.get(host);
          return [{ of: host, question: secret ?? error.message, remedy: error.hint }];
        }
      }),
    );
    return questions.flat();
  } finally {
    await sessions.close();
  }
}

/** @throws SCHEDULE_WOULD_ASK, which names each question */
export function requireNoQuestion(questions: readonly OpenQuestion[]): void {
  if (questions.length === 0) return;
  const also = questions.map(({ of, question, remedy }) => `${of}: ${question}; ${remedy}`).join('\n');
  const jobs = [...new Set(questions.map((each) => each.of))].join(', ');
  throw failure('SCHEDULE_WOULD_ASK', { jobs }, { also });
}
