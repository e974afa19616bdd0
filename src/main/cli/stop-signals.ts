/** Ctrl-C: the first cancels and unwinds, the second stops at once. */

export interface StopSwitch {
  readonly cancel: AbortSignal;
  readonly halt: AbortSignal;
  /** Gives the signals back to Node. */
  release(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** @param say told once what the first signal does */
export function stopOnSignals(say: (line: string) => void): StopSwitch {
  const cancel = new AbortController();
  const halt = new AbortController();
  const stop = () => {
    if (cancel.signal.aborted) {
      halt.abort();
      return;
    }
    say(
      'stopping: the cluster is brought back to its normal state; once more stops at once, where it stands',
    );
    cancel.abort();
  };
  for (const signal of signals) process.on(signal, stop);
  return {
    cancel: cancel.signal,
    halt: halt.signal,
    release() {
      for (const signal of signals) process.off(signal, stop);
    },
  };
}

/** Ctrl-C ends the work, which belongs to no run. */
export async function stoppable<Result>(work: (abort: AbortSignal) => Promise<Result>): Promise<Result> {
  const stop = stopOnSignals(() => undefined);
  try {
    return await work(stop.cancel);
  } finally {
    stop.release();
  }
}
