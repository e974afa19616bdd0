/** Lengths of time as people write them: `90 days`. */
import { failure } from '../../contract/errors.ts';

const daysOf = { day: 1, week: 7, year: 365 } as const;
const millisecondsOfDay = 86_400_000;

/** @param age `90 days`, `12 weeks`, `2 years`. @throws AGE_NOT_UNDERSTOOD */
export function millisecondsOf(age: string): number {
  const [, count, unit] = /^(\d{1,5}) (day|week|year)s?$/.exec(age.trim()) ?? [];
  if (count === undefined) throw failure('AGE_NOT_UNDERSTOOD', { age });
  return Number(count) * daysOf[unit as keyof typeof daysOf] * millisecondsOfDay;
}
