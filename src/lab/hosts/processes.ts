/** Signals and their numbers on Solaris (signal.h(3HEAD)); each of them ends a process of the lab that does not ignore it. */
export const signalNumbers: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  KILL: 9,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  USR1: 16,
  USR2: 17,
};

/** Why a process ends after a signal. */
class Killed extends Error {
  readonly signal: number;

  constructor(signal: number) {
    super(`killed by signal ${signal}`);
    this.signal = signal;
  }
}

/** Why a process ends when its machine goes down: nothing that is open is closed in order. */
class PowerLoss extends Error {}

/** True if a process was ended by a reboot, or by the end of the lab. */
export function hasLostPower(killed: AbortSignal): boolean {
  return killed.aborted && killed.reason instanceof PowerLoss;
}

/** The exit status, as in a shell, of a process that a signal ended. */
export const signalled = (signal: number): number => 128 + signal;

/** A process of a lab host. */
export class Process {
  readonly pid: number;
  /** Its words, as ps shows them; a program that takes the process over sets its own. */
  args: string;
  /** The process group, to which sshd sends the signals of its client; setsid leaves it. */
  group: number;
  readonly #parent: Process | undefined;
  readonly #ignored: Set<number>;
  readonly #controller = new AbortController();
  #status: number | undefined;
  ended: Promise<number> = Promise.resolve(0);
  /** A fault keeps it from beginning its work: it waits until it is killed, and has nothing open. */
  hangs = false;

  constructor(pid: number, args: string, parent?: Process) {
    this.pid = pid;
    this.args = args;
    this.#parent = parent;
    this.group = parent?.group ?? pid;
    this.#ignored = new Set(parent ? parent.#ignored : []);
  }

  /** Aborted by a signal, a reboot, or the end of the lab. */
  get killed(): AbortSignal {
    return this.#controller.signal;
  }

  /** 1, as for an orphan, where the parent has ended. */
  get parentPid(): number {
    return this.#parent && this.#parent.#status === undefined ? this.#parent.pid : 1;
  }

  /** From now on a signal does nothing to it and its children; signal 9 cannot be ignored. */
  ignore(signal: number): void {
    if (signal !== signalNumbers['KILL']) this.#ignored.add(signal);
  }

  heed(signal: number): void {
    this.#ignored.delete(signal);
  }

  /** Ends this process alone: its children continue, as they do on a real host. @param signal 0 does nothing */
  signal(signal: number): void {
    if (signal !== 0 && !this.#ignored.has(signal)) this.#controller.abort(new Killed(signal));
  }

  losePower(): void {
    this.#controller.abort(new PowerLoss('the machine went down'));
  }

  /** To be called once, by the table. @returns its exit status, 128 + n after signal n */
  async run(work: (process: Process) => Promise<number>): Promise<number> {
    try {
      const status = await work(this);
      this.#status = this.killed.aborted ? this.#killedStatus() : status;
    } catch (error) {
      if (!this.killed.aborted) throw error;
      this.#status = this.#killedStatus();
    }
    return this.#status;
  }

  #killedStatus(): number {
    const reason: unknown = this.killed.reason;
    return signalled(reason instanceof Killed ? reason.signal : (signalNumbers['KILL'] ?? 9));
  }
}

/** The first processes of a host, which the lab does not have. */
const firstPid = 400;

/** The processes of a host. They run until they end, independently of the connection that started them. */
export class ProcessTable {
  readonly #living = new Map<number, Process>();
  #lastPid = firstPid;

  /** @param work does what the process does; resolves with its exit status, and rejects where the lab itself fails */
  start(args: string, parent: Process | undefined, work: (process: Process) => Promise<number>): Process {
    this.#lastPid += 1;
    const process = new Process(this.#lastPid, args, parent);
    this.#living.set(process.pid, process);
    process.ended = process.run(work).finally(() => this.#living.delete(process.pid));
    process.ended.catch(() => undefined);
    return process;
  }

  find(pid: number): Process | undefined {
    return this.#living.get(pid);
  }

  /** By their process ids. */
  all(): Process[] {
    return [...this.#living.values()];
  }

  /** Ends every process, and counts from the beginning again. Resolves when they are gone. */
  async powerOff(): Promise<void> {
    while (this.#living.size > 0) {
      const all = this.all();
      for (const process of all) process.losePower();
      await Promise.allSettled(all.map((process) => process.ended));
    }
    this.#lastPid = firstPid;
  }
}
