/** Work that is requested more often than it should be done. */
export interface Paced {
  /** Has the work done: at once, or as soon as the time has passed; never twice within it. */
  want(): void;
}

/** @param milliseconds at least between two times */
export function paced(milliseconds: number, work: () => void): Paced {
  let timer: NodeJS.Timeout | undefined;
  let wanted = false;
  const perform = () => {
    wanted = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (wanted) perform();
    }, milliseconds);
    timer.unref();
    work();
  };
  return {
    want() {
      wanted = true;
      if (timer === undefined) perform();
    },
  };
}
