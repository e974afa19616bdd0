/** Who has never seen the console: the first backup is verified after four clicks, and the lab has a tape for the next one. */
import { expect, it, onTestFinished } from 'vitest';
import { describeInBrowser } from '../support/ui/console-page.ts';
import { openFirstStart, type FirstStart } from '../support/ui/first-start.ts';

/** The page of a test is closed before its console is. */
async function started(): Promise<FirstStart> {
  const first = await openFirstStart();
  onTestFinished(() => first.close());
  return first;
}

const askLab = (first: FirstStart) => first.served.desk.answer('lab', {}, new AbortController().signal);

describeInBrowser('a newcomer', (browser) => {
  it('comes to verified with four clicks, loads a blank tape with one more, and does it again', async () => {
    const first = await started();
    const on = await (await browser.page(first)).open('');
    const { page } = on;
    const backUp = async () => {
      await on.button('Back up Class1 Volume2').click();
      await on.button('Back up Volume2').click();
      await on.button('Show the verification…').click();
      await on.button('Approve and start the dump').click();
      await on.heading('Backup verified').waitFor();
    };
    await backUp();
    await on.picture('newcomer-verified');
    await on.button('Load a blank tape').click();
    await on.said('A blank tape is in the drive of the lab').waitFor();
    await on.link('Protection').click();
    const pairs = page.getByRole('table', { name: 'Volume pairs and their protection' });
    await pairs.getByRole('row').filter({ hasText: 'Volume2' }).getByText('protected').waitFor();
    await backUp();
    expect(await askLab(first)).toMatchObject({
      result: {
        cartridges: [
          { name: 'tape', where: 'shelf', writtenBytes: expect.any(Number) as number },
          { name: 'blank-1', where: 'drive', writtenBytes: expect.any(Number) as number },
        ],
      },
    });
  });

  it('breaks the drive of the lab and repairs it, and moves tapes between drive and shelf', async () => {
    const first = await started();
    const on = await (await browser.page(first)).open('');
    const dialog = on.page.getByRole('dialog', { name: 'Lab' });
    const act = (name: string) => dialog.getByRole('button', { name, exact: true });
    await on.button('Lab…').click();
    await act('Fail the drive').click();
    await act('Repair the drive').waitFor();
    await act('Load a blank tape').click();
    await dialog.getByText('blank-1').waitFor();
    await act('Load tape').click();
    await act('Load blank-1').waitFor();
    await act('Write-protect').click();
    await act('Allow writing').waitFor();
    expect(await askLab(first)).toMatchObject({
      result: {
        refusal: undefined,
        cartridges: [
          { name: 'tape', where: 'drive' },
          { name: 'blank-1', where: 'shelf' },
        ],
        faults: ['tape-error=20', 'write-protected'],
      },
    });
    await act('Clear all faults').click();
    await act('Fail the drive').waitFor();
    await act('Eject the tape').click();
    await dialog.getByText('empty').waitFor();
    expect(await act('Eject the tape').getAttribute('title')).toBe('the drive is empty');
  });
});
