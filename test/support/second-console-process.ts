/** The process of a second console: carries out orders from its channel, one after the other, and reports the results. */
import { isFailure } from '../../src/contract/errors.ts';
import { openConsole, StateFolder, type ShadowtapeConsole } from '../../src/main/application/console.ts';
import { FastClock } from './fast-clock.ts';

export interface ConsoleOrder {
  readonly what: 'run' | 'resume' | 'unwind' | 'unlock';
  readonly job: string;
  /** Of the first console. */
  readonly run: string;
  readonly site: string;
  readonly state: string;
}

export interface ConsoleAnswer {
  /** The error that it was refused with; a run that ended has none. */
  readonly refused?: string;
  readonly run?: string;
  readonly verdict?: string;
  readonly exitStatus?: number;
  readonly told: string;
}

const never = new AbortController().signal;
const following = {
  ask: undefined,
  approveVerified: true,
  cancel: never,
  halt: never,
  onEvent: () => undefined,
};

async function perform(console: ShadowtapeConsole, { what, job, run }: ConsoleOrder): Promise<ConsoleAnswer> {
  if (what === 'unlock') {
    const { locks } = await console.lockService.remove('Class1', () => Promise.resolve(true));
    return { told: `${locks.length} locks removed` };
  }
  const end = await (what === 'run'
    ? console.run({ job, ...following })
    : console[what]({ run, ...following }));
  const { verdict, exitStatus, sentence, stands } = end;
  return { run: end.run, verdict, exitStatus, told: [sentence, ...stands].join('\n') };
}

async function answer(order: ConsoleOrder): Promise<ConsoleAnswer> {
  const console = await openConsole({
    state: new StateFolder(order.state),
    siteFile: order.site,
    lab: { fresh: false, faults: [] },
    confirmHostKey: () => Promise.resolve(true),
    askSecret: () => Promise.resolve(undefined),
    retryClock: new FastClock(),
  });
  try {
    return await perform(console, order);
  } catch (error) {
    if (!isFailure(error) || error.code === 'UNEXPECTED')
      return { refused: 'UNEXPECTED', told: String(error) };
    return { refused: error.code, told: error.message };
  } finally {
    await console.close();
  }
}

process.on('message', (order: ConsoleOrder) => {
  void answer(order).then(
    (done) => process.send?.(done),
    (error: unknown) => process.send?.({ refused: 'UNEXPECTED', told: String(error) }),
  );
});
process.send?.('ready');
