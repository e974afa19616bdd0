/** A dump that is paused, by the hours of its job or by a person, on the screen of its run. */
import { expect, it } from 'vitest';
import { withJob } from '../support/failures.ts';
import { describeInBrowser, servedScene } from '../support/ui/console-page.ts';

/** Begin in some hours, whatever the time of this test is. */
function laterHours(): string {
  const hour = new Date().getUTCHours();
  const clock = (later: number) => `${String((hour + later) % 24).padStart(2, '0')}:00`;
  return `${clock(3)}-${clock(5)}`;
}

describeInBrowser('a paused dump', (browser) => {
  it('waits for the hours of its job, offers Continue only for the pause of a person, and is rolled back', async () => {
    const dumpHours = laterHours();
    const job = { services: 'not-needed', approve: 'when-verified', schedule: { at: '02:00', zone: 'UTC' } };
    const opened = await servedScene({}, withJob({ ...job, dumpHours }));
    const { run } = await opened.ask('start', { job: 'raw-dd' });
    const on = await browser.page(opened);
    await on.open(`#/run/${run}`);
    const byHours = on.page.getByText(
      new RegExp(`^paused by dumpHours ${dumpHours} \\(UTC\\) since .*; it continues by itself$`),
    );
    await byHours.waitFor();
    expect(await on.button('Continue the dump').count()).toBe(0);
    await on.picture('paused-by-hours');
    await opened.ask('pause', { run, paused: true });
    await on.button('Continue the dump').click();
    await byHours.waitFor();
    expect(opened.scene.lab.cartridges[0]?.writtenBytes).toBe(0);
    await opened.ask('cancel', { run });
    await on.page.getByText('step 6a was canceled').first().waitFor();
    const { events } = await opened.ask('run', { run });
    const pauses = events.flatMap((event) =>
      event.type === 'pause' ? [[event.what, event.continuesByItself ?? false]] : [],
    );
    expect(pauses).toEqual([
      ['paused', true],
      ['paused', false],
      ['paused', true],
    ]);
  });
});
