/** A proxy of which no shadow can be built is refused with the rule, before anything is touched. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLab } from '../../src/lab/lab.ts';
import type { LabModel } from '../../src/lab/gds/lab-model.ts';
import { openScene, openSceneConsole, type Scene } from '../support/lab-run.ts';
import { changingCommands } from '../support/lab-shell.ts';
import { failureOf, refusedBeforeJournal } from '../support/refusals.ts';

/** Removes the mirror of Volume8: a plain stripe group remains. */
function withoutMirror({ classes }: LabModel): void {
  for (const owner of classes) {
    owner.groups = owner.groups.filter(({ name }) => name !== 'Group6');
    for (const group of owner.groups) if (group.group === 'Group6') group.group = null;
    for (const volume of owner.volumes) if (volume.on === 'Group6') volume.on = 'Group6a';
  }
}

/** Closes the lab, changes what it is, and opens it again. */
async function changed(scene: Scene, change: (model: LabModel) => void): Promise<Scene> {
  const { folder } = scene.lab;
  await scene.lab.close();
  const file = join(folder, 'model.json');
  const model = JSON.parse(await readFile(file, 'utf8')) as LabModel;
  change(model);
  await writeFile(file, JSON.stringify(model));
  return { ...scene, lab: await openLab({ folder }) };
}

it('a proxy in a plain stripe group: by run and by plan', async () => {
  const scene = await openScene({ blocks: 4096, jobs: ['striped'] });
  await scene.writeSite();
  const lab = await changed(scene, withoutMirror);
  try {
    const told = {
      code: 'SHADOW_UNBUILDABLE',
      sentence:
        'cannot create a shadow of Volume8: Proxy is a mirror or a single disk: expected mirror, seen stripe',
    };
    expect(await refusedBeforeJournal(lab, { job: 'striped' })).toMatchObject(told);
    const console = await openSceneConsole(lab);
    expect(await failureOf(console.plan({ job: 'striped' }).finally(() => console.close()))).toMatchObject(
      told,
    );
    expect(changingCommands(lab)).toEqual([]);
  } finally {
    await lab.lab.close();
    await rm(scene.folder, { recursive: true, force: true });
  }
});
