/** A clock that a test sets, and that then runs normally: everything in this process reads its time. */
import { vi } from 'vitest';

/** From now on `Date` shows the time that was set last. `vi.unstubAllGlobals` ends that. @returns sets the clock */
export function settableClock(): (time: string | number | Date) => void {
  const RealDate = Date;
  let ahead = 0;
  const now = () => RealDate.now() + ahead;
  vi.stubGlobal(
    'Date',
    new Proxy(RealDate, {
      construct: (real, given: unknown[]) =>
        Reflect.construct(real, given.length === 0 ? [now()] : given) as Date,
      get: (real, name) => (name === 'now' ? now : (Reflect.get(real, name) as unknown)),
    }),
  );
  return (time) => {
    ahead = new RealDate(time).getTime() - RealDate.now();
  };
}
