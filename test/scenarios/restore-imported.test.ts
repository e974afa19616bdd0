/** The console is lost, and with it every journal: backups are restored from the data on their tapes. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openSceneConsole, sha256 } from '../support/lab-run.ts';
import { openRestoreScene, RestoreOracle, restoreScene, type RestoreScene } from '../support/restore-run.ts';

let scene: RestoreScene;
afterEach(() => scene.close());

const never = new AbortController().signal;

/** The state folder is gone; the tape in the drive is imported into a new one. */
async function loseConsole(): Promise<void> {
  await rm(scene.state.path, { recursive: true });
  const console = await openSceneConsole(scene, scene.change);
  try {
    const request = { changer: false, ask: undefined, abort: never };
    const imported = await console.tapeService.import(request, () => undefined);
    expect(imported).toMatchObject([{ what: 'imported', run: scene.backup }]);
  } finally {
    await console.close();
  }
}

const unknown = `run ${'\\S+'} was imported from its tape: whether it was verified is not known`;

it('a lost master is restored from an imported run; the approval says what is not known', async () => {
  scene = await openRestoreScene({ media: { layout: 'labelled' } }, 1_000_000);
  await loseConsole();
  const asked: string[] = [];
  const oracle = new RestoreOracle(scene);
  const end = await restoreScene(scene, {
    replace: [],
    onEvent: oracle.hear,
    ask(question) {
      asked.push(question.text);
      return Promise.resolve({ choice: question.choices[0]?.id ?? '', by: 'marion' });
    },
  });
  expect(end.exitStatus, end.sentence).toBe(0);
  expect(await oracle.wrong()).toEqual([]);
  expect(asked).toHaveLength(2);
  expect(asked[0]).toMatch(new RegExp(` The current data of Volume2 is lost\\. R${unknown.slice(1)}\\.$`));
  expect(end.events).toContainEqual(
    expect.objectContaining({
      type: 'restore-digest',
      place: 'master',
      sha256: scene.backupDigest,
      equal: true,
    }),
  );
});

it('files of an imported run are restored by name, and its drill verifies it; what is not known is reported', async () => {
  scene = await openRestoreScene({ media: { layout: 'labelled' } }, 0, { job: 'ufs-tar', blocks: 8192 });
  await loseConsole();
  const console = await openSceneConsole(scene, scene.change);
  try {
    const to = join(scene.folder, 'restored');
    const { fileRestoreService: service } = console;
    const nowhere = () => Promise.resolve({ hits: [], more: false });
    const request = { what: [scene.backup, '/ledger/'], to, overwrite: 'never' } as const;
    const hooks = { abort: never, ask: undefined, onProgress: () => undefined, onFile: () => undefined };
    const result = await service.perform(await service.prepare(request, nowhere), hooks);
    expect(result, result.error?.message).toMatchObject({ exitStatus: 0, sources: [{ isCompared: true }] });
    expect(result.uncompared).toEqual([
      `Run ${scene.backup} was imported from its tape: whether it was verified is not known`,
    ]);
    const names = await readdir(join(to, 'ledger'));
    const wanted = Object.entries(scene.filesBefore).filter(([path]) => path.startsWith('ledger/'));
    expect(names.length).toBe(wanted.length);
    for (const [path, digest] of wanted) expect(sha256(await readFile(join(to, path)))).toBe(digest);
    const drill = await service.drill({ run: scene.backup }, hooks);
    expect(drill).toMatchObject({ exitStatus: 0, volumes: [{ sha256: scene.backupDigest }] });
  } finally {
    await console.close();
  }
});
