/** locks and unlock: who holds the classes of the site, and how a lock goes that was left behind. */
import type { ClassLock, ShadowtapeConsole } from '../application/console.ts';
import {
  faultOption,
  jsonOption,
  type CommandLine,
  type JsonOption,
  type LabOptions,
} from './command-line.ts';
import { print, printJson } from './output.ts';
import { hasTerminal, typedOnTerminal } from './terminal.ts';

const holderWords = {
  lives: 'its process lives',
  gone: 'its process is gone',
  elsewhere: 'its process is of another machine, and only that one can tell whether it lives',
  nameless: 'nobody knows whose it is: a run is just beginning, or was broken off there',
} as const;

/** `Class1  run … of marion on jump1 (process 4711), since …; its process is gone` */
function lockLine({ class: className, host, owner, holder, old }: ClassLock): string {
  const words = old ? `${holderWords[holder]}; it is older than any run` : holderWords[holder];
  if (!owner) return `${className}  locked on ${host}; ${words}`;
  const { run, user, console, processId, since } = owner;
  const when = since === undefined ? 'since a time that it does not tell' : `since ${since}`;
  return `${className}  locked on ${host} by run ${run} of ${user} on ${console} (process ${processId}), ${when}; ${words}`;
}

async function locksCommand(console: ShadowtapeConsole, json: boolean): Promise<number> {
  const locks = await console.lockService.list();
  if (json) locks.forEach(printJson);
  else if (locks.length === 0) print('no class of this site is locked');
  else locks.forEach((lock) => print(lockLine(lock)));
  return 0;
}

interface UnlockOptions {
  /** Asks nothing. */
  readonly yes: boolean;
  /** The interrupted run that is given up. */
  readonly discard?: string;
}

/** Shows the lock, and has the name of the class typed before it is removed. */
async function unlockCommand(
  console: ShadowtapeConsole,
  className: string,
  { yes, discard }: UnlockOptions,
): Promise<number> {
  const lock = await console.lockService.remove(
    className,
    async (shown) => {
      print(lockLine(shown));
      if (shown.owner)
        print(
          discard === undefined
            ? `run ${shown.owner.run} may have left the proxy parted, or a shadow: where it has not ended, roll it back instead`
            : `run ${discard} is given up: a parted proxy of ${className}, stopped services and a shadow on ${shown.host} stay as they are, and the tape may be incomplete`,
        );
      if (yes || !hasTerminal()) return yes;
      return (await typedOnTerminal(`Type ${className} to remove its lock: `)) === className;
    },
    discard,
  );
  print(`unlocked: ${lock.class} is free on ${lock.host}`);
  return 0;
}

export function registerLocks(line: CommandLine): void {
  const { program } = line;
  program
    .command('locks')
    .description(
      'list the locks of the classes of the site: whose they are, since when, and whether they live',
    )
    .addOption(jsonOption())
    .addOption(faultOption())
    .action(async ({ json = false, ...lab }: LabOptions & JsonOption) => {
      line.exitStatus = await line.withConsole(lab, (console) => locksCommand(console, json));
    });
  program
    .command('unlock')
    .description('remove the lock of a class that a run has left behind')
    .argument('<class>')
    .option('--discard <run>', 'give up this interrupted run, and what it left on the hosts')
    .option('--yes', 'remove it without asking', false)
    .addOption(faultOption())
    .action(async (className: string, { yes, discard, ...lab }: LabOptions & UnlockOptions) => {
      const options = { yes, ...(discard === undefined ? {} : { discard }) };
      line.exitStatus = await line.withConsole(lab, (console) => unlockCommand(console, className, options));
    });
}
