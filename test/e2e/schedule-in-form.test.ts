/** The form of a job has its schedule and that of its drills: what it saves is what another process says is due. */
import { expect, it } from 'vitest';
import { startCommand } from '../support/command-line.ts';
import { openForm } from '../support/ui/site-form.ts';

it('schedules runs and drills, and takes the drills back', async () => {
  const { page, answered, saved, scene, siteFile } = await openForm();
  const fill = async (fields: Readonly<Record<string, string>>) => {
    for (const [label, value] of Object.entries(fields)) {
      await page.fill(label, value);
      await answered();
    }
  };
  const next = async () => {
    const words = ['--state', scene.state.path, '--site', siteFile, 'schedule', 'next', '--json'];
    const { stdout } = await startCommand(words).end;
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { task?: string; next: string });
    return lines.map((line) => [line.task ?? 'run', line.next.slice(11)]);
  };
  await answered();
  await page.press('Edit raw-dd');
  await answered();
  await fill({ 'Due at': '02:00', On: 'mon-fri', 'A run may begin for': '6 hours', 'Time zone': 'UTC' });
  await fill({ 'Drill due at': '14:00', 'Drill on': 'sat', 'A drill may begin for': '3 hours' });
  await fill({ 'Time zone of drills': 'UTC' });
  await page.press('Save');
  await answered();
  expect(await saved()).toMatchObject({
    schedule: { at: '02:00', days: 'mon-fri', window: '6 hours', zone: 'UTC' },
    drill: { schedule: { at: '14:00', days: 'sat', window: '3 hours', zone: 'UTC' } },
  });
  expect(await next()).toEqual([
    ['run', '02:00:00.000Z'],
    ['drill', '14:00:00.000Z'],
  ]);

  await fill({ 'Drill due at': '', 'Drill on': '', 'A drill may begin for': '', 'Time zone of drills': '' });
  await page.press('Save');
  await answered();
  expect(await saved()).not.toHaveProperty('drill');
  expect(await next()).toEqual([['run', '02:00:00.000Z']]);
});
