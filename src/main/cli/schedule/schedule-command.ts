/** schedule: timers for jobs (shown first, installed, listed, removed), and when jobs are due. */
import { say } from '../../../contract/text/say.ts';
import { jsonOption, type CommandLine, type JsonOption } from '../command-line.ts';
import type { ChangeOptions, InstallOptions } from './schedule-acts.ts';

const acts = () => import('./schedule-acts.ts');

export function registerSchedule(line: CommandLine): void {
  const schedule = line.program
    .command('schedule')
    .description(say('start jobs on schedule: install, list or remove timers, and show when jobs are due'));
  schedule
    .command('install')
    .description(
      say(
        'show and install what starts each job that has a schedule; refuse a job that would ask a question',
      ),
    )
    .argument('[job...]')
    .option('--system', say('timers of the machine in /etc/systemd/system, not of this user'), false)
    .option('--crontab', say('lines in the crontab of this user, without systemd'), false)
    .option('--dry-run', say('only show what would be installed'), false)
    .option('--yes', say('install without asking'), false)
    .action(async (jobs: string[], options: InstallOptions) => (await acts()).install(line, jobs, options));
  schedule
    .command('list')
    .description(say('show where each scheduled job is installed, and whether it matches the site file'))
    .addOption(jsonOption())
    .action(async (options: JsonOption) => (await acts()).list(line, options));
  schedule
    .command('remove')
    .description(say('remove the timers or crontab lines of jobs; their schedules stay in the site file'))
    .argument('[job...]')
    .option('--dry-run', say('only show what would be removed'), false)
    .option('--yes', say('remove without asking'), false)
    .action(async (jobs: string[], options: ChangeOptions) => (await acts()).remove(line, jobs, options));
  schedule
    .command('next')
    .description(say('show when each job is due next, and the last night that it missed'))
    .argument('[job...]')
    .addOption(jsonOption())
    .action(async (jobs: string[], options: JsonOption) => (await acts()).next(line, jobs, options));
}
