/** The clicks of an operator for a restore: the same in a browser and in the desktop window. */
import { expect } from 'vitest';
import type { Page } from 'playwright-core';
import type { ConsolePage } from './console-page.ts';

/** Types the name of a volume that is lost into the bar at the foot, and approves. */
async function approve(on: ConsolePage, volume: string): Promise<void> {
  await on.button(`Replace the data of ${volume}…`).click();
  const approval = on.button(`Replace the data of ${volume}`);
  expect(await approval.getAttribute('aria-disabled')).toBe('true');
  await on.page.getByRole('textbox', { name: `Replace the data of ${volume}: type ${volume}.` }).fill(volume);
  await approval.click();
}

export interface VolumeMoments {
  /** The run has begun, and has changed nothing yet. */
  readonly onStart?: () => void;
  /** The first approval is given; the master must be as it was. */
  readonly onSecondApproval?: () => Promise<void>;
}

/** From Protection to the end of a restore of Volume1, both approvals included. */
export async function restoreVolumeByClicks(on: ConsolePage, moments: VolumeMoments = {}): Promise<void> {
  const { page } = on;
  await on.button('Restore Class1 Volume2').first().click();
  await on.heading('Restore').waitFor();
  await on.picture('restore-what');
  await on.button('Choose the target').click();
  await page.getByRole('radio', { name: /The cluster, from tape/ }).check();
  await on.picture('restore-where');
  await on.button('Show what will happen').click();
  await on.heading('Restore Volume1').waitFor();
  await on.heading('Approve: overwrite Volume2').waitFor();
  await on.picture('restore-plan');
  // The name of what is lost is typed.
  const start = on.button('Restore Volume1');
  expect(await start.getAttribute('aria-disabled')).toBe('true');
  await page.getByRole('textbox', { name: 'Type Volume1' }).fill('Volume1');
  await start.click();
  moments.onStart?.();

  await on.heading('Overwrite the proxy?').waitFor();
  await on.picture('restore-approval-1-run');
  // It is approved only where both sides are shown side by side.
  expect(await on.button('Replace the data of Volume2…').count()).toBe(0);
  await on.button('Show the verification…').click();
  await on.heading('The shadow maps the same blocks').waitFor();
  await on.picture('restore-approval-1');
  await approve(on, 'Volume2');

  await on.heading('Replace the master?').waitFor();
  await moments.onSecondApproval?.();
  await on.picture('restore-approval-2');
  await approve(on, 'Volume1');

  await on.heading('Restored and proven').waitFor();
  await on.region('The end').getByText('Volume1 is restored from tape').waitFor();
  await on.picture('restore-end');
}

/** From the file that was found until it is in a folder. */
export async function restoreFileByClicks(on: ConsolePage, target: string): Promise<void> {
  await on.button('Restore this file…').click();
  await on.heading('Restore').waitFor();
  await on.button('Choose the target').click();
  await on.page.getByRole('textbox', { name: 'Folder' }).fill(target);
  await on.picture('restore-file-where');
  await on.button('Show what will happen').click();
  await on.page.getByRole('cell', { name: './bin/payroll' }).waitFor();
  await on.picture('restore-file-plan');
  await on.button('Restore 1 entry').click();
  await on.heading('Files restored').waitFor();
  await on.picture('restore-file-end');
}

/** Page 2 of the wizard: a place on a host of the site. */
async function chooseHost({ page }: ConsolePage, host: string, path: string): Promise<void> {
  await page.getByRole('radio', { name: /A host of the site/ }).check();
  await page.getByRole('combobox', { name: 'Host' }).selectOption(host);
  await page.getByRole('textbox', { name: 'Folder for files, file or device for an image' }).fill(path);
}

/**
 * From the wizard with a selected run to the end of its restore into a folder of a host.
 * @param start the label of the button that starts it
 */
export async function restoreToHostByClicks(
  on: ConsolePage,
  { host, folder, start }: { readonly host: string; readonly folder: string; readonly start: RegExp },
): Promise<void> {
  await on.button('Choose the target').click();
  await chooseHost(on, host, folder);
  await on.picture('restore-host-where');
  await on.button('Show what will happen').click();
  await on.heading('The same by hand').waitFor();
  await on.picture('restore-host-plan');
  await on.page.getByRole('button', { name: start }).click();
  await on.heading('Files restored').waitFor();
  await on.picture('restore-host-end');
}

/** From the wizard with a selected run to the end of its restore to a device of a host. */
export async function restoreDeviceByClicks(on: ConsolePage, host: string, device: string): Promise<void> {
  const { page } = on;
  await on.button('Choose the target').click();
  await chooseHost(on, host, device);
  await on.picture('restore-device-where');
  await on.button('Show what will happen').click();
  await on.heading('What is lost').waitFor();
  await on.picture('restore-device-plan');
  // The path of what is lost is typed again.
  const start = on.button(`Overwrite ${host}:${device}`);
  expect(await start.getAttribute('aria-disabled')).toBe('true');
  await page.getByRole('textbox', { name: `Type ${device}` }).fill(device);
  await start.click();
  await on.heading('Image restored').waitFor();
  await on.picture('restore-device-end');
}

/** From the wizard with a selected run to the end of its drill. */
export async function drillByClicks(on: ConsolePage): Promise<void> {
  await on.button('Choose the target').click();
  await on.page.getByRole('radio', { name: /a drill/ }).check();
  await on.button('Show what will happen').click();
  await on.picture('restore-drill-plan');
  await on.button('Read and compare').click();
  await on.heading('The backup is proven readable').waitFor();
  await on.picture('restore-drill-end');
}

/** From the wizard with a selected run to the end of a drill that extracts. @param folder on the console's computer */
export async function extractByClicks(on: ConsolePage, folder: string): Promise<void> {
  await on.button('Choose the target').click();
  await on.page.getByRole('radio', { name: /a drill/ }).check();
  await on.page.getByLabel('Also extract the backup').selectOption('On this console’s computer');
  await on.page.getByLabel('Folder below which it is extracted').fill(folder);
  await on.picture('restore-drill-place');
  await on.button('Show what will happen').click();
  await on.picture('restore-drill-extract-plan');
  await on.button('Read and extract').click();
  await on.heading('The backup is proven').waitFor();
  await on.picture('restore-drill-extract-end');
}

/** The row of the history with that text. */
export const historyRow = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
