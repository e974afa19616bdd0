/** locks and unlock: who holds the classes and the drive of the site, and how to remove a stale lock. */
import { say } from '../../contract/text/say.ts';
import type { ShadowtapeConsole } from '../application/console.ts';
import {
  doingWords,
  isOfCommand,
  ownerWords,
  type HeldLock,
  type UnseenHost,
} from '../application/lock-service.ts';
import { faultOption, jsonOption, type CommandLine, type JsonOption, type LabFlags } from './command-line.ts';
import type { JsonOutput } from './json-output.ts';
import { momentText } from './terminal/display.ts';
import { print, printJson } from './terminal/output.ts';
import { hasTerminal, typedOnTerminal } from './terminal/terminal.ts';

const holderWords = {
  lives: say('its process is running'),
  ended: say('its run has ended'),
  gone: say('its process has ended'),
  unknown: say(
    'it is not known whether its process is running: this machine was restarted since, or the lock is from a clone or another container',
  ),
  elsewhere: say('its process is on another machine; only that machine can tell whether it is running'),
  nameless: say('its owner is not known: a run is just starting, or was interrupted at that moment'),
} as const;

/** `Class1  locked on node3 by run … of marion on jump1 (process 4711), since …; its process is gone` */
function lockLine(lock: HeldLock): string {
  const { class: className, drive, host, owner, holder, old } = lock;
  const name = className ?? drive ?? '';
  const words = old
    ? say('{holderWord}; it is older than any run can be', { holderWord: holderWords[holder] })
    : holderWords[holder];
  if (!owner) return say('{name}  locked on {host}; {words}', { name, host, words });
  const when =
    owner.since === undefined
      ? say('since an unknown time')
      : say('since {since}', { since: momentText(owner.since) });
  return say('{name}  locked on {host} by {work} of {owner}, {when}; {words}', {
    name,
    host,
    work: doingWords(owner),
    owner: ownerWords(owner),
    when,
    words,
  });
}

const unseenLine = ({ host, error }: UnseenHost): string =>
  say('{host}  not checked, it may have locks: {message}', { host, message: error.message });

/** @returns exit status 1 if a host could not be checked: it may still have locks */
async function locksCommand(console: ShadowtapeConsole, json: boolean): Promise<number> {
  const { locks, unseen } = await console.lockService.look();
  if (json) {
    locks.forEach((lock) => printJson<JsonOutput['locks']>(lock));
    for (const { host, error } of unseen) printJson<JsonOutput['locks']>({ host, unseen: error.toInfo() });
  } else {
    for (const line of [...locks.map(lockLine), ...unseen.map(unseenLine)]) print(line);
    if (locks.length === 0 && unseen.length === 0) print(say('no class of this site is locked'));
  }
  return unseen.length === 0 ? 0 : 1;
}

interface UnlockOptions {
  /** Asks no question. */
  readonly yes: boolean;
  /** The run that is discarded: interrupted, or ended with action required. */
  readonly discard?: string;
}

/** What may be lost with a lock, in a sentence. */
function lossOf(
  { class: className, owner }: HeldLock,
  discard: string | undefined,
  backupServer: string,
): string[] {
  if (!owner || isOfCommand(owner)) return [];
  if (discard === undefined)
    return [
      say(
        'run {run} may have left the proxy parted, or a shadow. If it has not ended, roll it back instead',
        { run: owner.run },
      ),
    ];
  if (className === undefined)
    return [say('run {discard} is discarded: its tape may be incomplete', { discard })];
  return [
    say(
      'run {discard} is discarded: a parted proxy of {className}, stopped services and a shadow on {backupServer} stay as they are, and the tape may be incomplete',
      { discard, className, backupServer },
    ),
  ];
}

/** A run that has no lock any more. */
const givenUp = (run: string, backupServer: string): string =>
  say(
    'run {run} is discarded: no host has a lock of it; a parted proxy, stopped services and a shadow on {backupServer} stay as they are, and the tape may be incomplete',
    { run, backupServer },
  );

/** Shows the locks, and requires the name of the class or the drive to be typed before they are removed. */
async function unlockCommand(
  console: ShadowtapeConsole,
  name: string,
  { yes, discard }: UnlockOptions,
): Promise<number> {
  const { lockService } = console;
  const loss = (lock: HeldLock) => lossOf(lock, discard, lockService.backupServer);
  const { locks, unseen } = await lockService.remove(
    name,
    async (shown) => {
      shown.forEach((lock) => print(lockLine(lock)));
      const lockless =
        shown.length === 0 && discard !== undefined ? [givenUp(discard, lockService.backupServer)] : [];
      for (const sentence of new Set([...shown.flatMap(loss), ...lockless])) print(sentence);
      if (yes || !hasTerminal()) return yes;
      const what =
        shown.length === 0
          ? say('discard run {discard}', { discard: discard ?? '' })
          : say('remove its lock');
      return (await typedOnTerminal(`${say('Type {name} to {what}:', { name, what })} `)) === name;
    },
    discard,
  );
  if (locks.length === 0)
    print(say('discarded: run {discard}; its locks no longer existed', { discard: discard ?? '' }));
  else
    print(
      say('unlocked: {name} is free on {value}', {
        name,
        value: [...new Set(locks.map(({ host }) => host))].join(', '),
      }),
    );
  unseen.forEach((host) => print(unseenLine(host)));
  return unseen.length === 0 ? 0 : 1;
}

export function registerLocks(line: CommandLine): void {
  const { program } = line;
  program
    .command('locks')
    .description(
      say('list the locks of classes and drive of the site: owner, time, and whether its process is running'),
    )
    .addOption(jsonOption())
    .addOption(faultOption())
    .action(async ({ json = false, ...lab }: LabFlags & JsonOption) => {
      line.exitStatus = await line.withConsole(lab, (console) => locksCommand(console, json));
    });
  program
    .command('unlock')
    .description(say('remove the lock of a class or drive that a run left behind'))
    .argument('<class|device>')
    .option(
      '--discard <run>',
      say('give up this run, interrupted or ended with action required, and what it left on the hosts'),
    )
    .option('--yes', say('remove it without asking'), false)
    .addOption(faultOption())
    .action(async (name: string, { yes, discard, ...lab }: LabFlags & UnlockOptions) => {
      const options = { yes, ...(discard === undefined ? {} : { discard }) };
      line.exitStatus = await line.withConsole(lab, (console) => unlockCommand(console, name, options));
    });
}
