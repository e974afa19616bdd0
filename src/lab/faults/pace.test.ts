import { expect, it } from 'vitest';
import { Pace } from './pace.ts';

it('a rate that is lifted while a piece waits lets it pass', async () => {
  let rate: number | undefined = 1;
  const pace = new Pace(() => rate);
  // A thousand seconds at this rate.
  const passed = pace.passed(1000);
  rate = undefined;
  await passed;
});

it('ends its wait when it is aborted', async () => {
  const abort = new AbortController();
  const passed = new Pace(() => 1).passed(1000, abort.signal);
  abort.abort();
  await expect(passed).rejects.toMatchObject({ name: 'AbortError' });
});

it('limits work to its rate', async () => {
  const start = performance.now();
  const pace = new Pace(() => 100_000);
  for (let piece = 0; piece < 4; piece += 1) await pace.passed(5000);
  // 200 ms, of which a last wait below 4 ms may be left out.
  expect(performance.now() - start).toBeGreaterThan(190);
});
