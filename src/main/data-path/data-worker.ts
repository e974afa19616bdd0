/** A thread of the data path: one host, one ssh connection of its own, and the half of a dump that is at it. */
import { parentPort, workerData } from 'node:worker_threads';
import { useWholeThread } from '../../streams/turn.ts';
import { SshHosts } from '../ssh/ssh-hosts.ts';
import { DataWork } from './data-work.ts';
import { OpenedCommands } from './opened-commands.ts';
import type { MainCalls, ThreadCalls, ThreadSetting } from './thread-calls.ts';
import { ThreadWire } from './wire.ts';

if (!parentPort) throw new Error('this file is the beginning of a thread');
useWholeThread();

const { profile, hostKey, ...files } = workerData as ThreadSetting;
const hosts = new SshHosts({
  ...files,
  isForBulk: true,
  profiles: new Map([[profile.name, profile]]),
  confirmHostKey: (question) => main.ask('hostKey', question),
  askSecret: (question) => main.ask('secret', question),
});
const session = hosts.session(profile.name);
session.pin(hostKey);
const port = parentPort;
const calls: ThreadCalls = {
  connect: () => session.connect((sentence) => main.tell('retry', { id: undefined, sentence })),
  open: (order) => commands.open(order),
  stop: (id) => commands.stop(id),
  read: (order) => work.read(order),
  write: (order) => work.write(order),
  readBack: (order) => work.readBack(order),
  hold: (isHeld) => work.hold(isHeld),
  cancel: () => work.cancel(),
  close: () => hosts.close(),
};
const main = new ThreadWire<MainCalls>(port, calls);
const commands = new OpenedCommands(session, main);
const work = new DataWork(commands, main);
