/** Targets that somebody changes after they were checked: while the tape is positioned, while it is read, and after it was read. */
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { device, fileRestores, RestoreStage } from '../support/file-restores.ts';
import { sha256 } from '../support/lab-run.ts';

const wayOf = (wanted: string) => {
  const way = fileRestores.find(({ name }) => name === wanted);
  if (!way) throw new Error(`there is no way "${wanted}"`);
  return way;
};
const [here, files, dump, image, onDevice] = [
  wayOf('files to this computer'),
  wayOf('files to a host'),
  wayOf('a dump to a host'),
  wayOf('an image to a host'),
  wayOf('an image to a device'),
];

let stage: RestoreStage;
beforeAll(async () => {
  stage = await RestoreStage.open([here, files, dump, image, onDevice]);
});
afterAll(() => stage.close());

let stop = () => {};
afterEach(() => stop());

/** Somebody types commands on node1 right before a command of the restore starts there, or on the tape host. */
function meanwhile(isMoment: (line: string) => boolean, ...commands: readonly (readonly string[])[]): void {
  stop = stage.scene.lab.onCommand(({ phase, line }) => {
    if (phase !== 'started' || !isMoment(line)) return undefined;
    stop();
    return stage.onHost('node1', ...commands).then(() => undefined);
  });
}

/** RestoreStage restores to it. */
const path = '/var/tmp/back';
const theirs = (file: string) => ['sh', '-c', `echo theirs > ${file}`];
/** The first record identifies the tape. */
const isIdentifying = (line: string) => /^dd if=\/dev\/rmt\/0n bs=\d+ count=1$/.test(line);
const isReading = (line: string) => line === 'dd if=/dev/rmt/0n bs=32768';
const readsSince = (from: number) =>
  stage.scene.lab.commands.slice(from).filter(({ line }) => isReading(line)).length;
const sentSince = (from: number) =>
  stage.scene.lab.commands
    .slice(from)
    .flatMap(({ line, host }) => (host === 'node1' && /^(dd of=|tar|mv|.*exec )/.test(line) ? [line] : []));

describe.each([files, dump])('the target of $name', (way) => {
  beforeEach(() => stage.prepare(way));

  it.each([
    ['identified', isIdentifying, 0],
    ['positioned', isReading, 1],
  ])(
    'is not mixed with what somebody puts into the folder while the tape is %s',
    async (_what, isMoment, reads) => {
      const from = stage.scene.lab.commands.length;
      meanwhile(isMoment, ['mkdir', path], theirs(`${path}/kept`));
      expect(await stage.restore(way)).toMatchObject({
        exitStatus: 1,
        files: [],
        error: { code: 'RESTORE_FOLDER_NOT_EMPTY', message: `node1:${path} is not empty` },
      });
      expect(sentSince(from)).toEqual([]);
      expect(readsSince(from)).toBe(reads);
      expect(await stage.onHost('node1', ['ls', path], ['cat', `${path}/kept`])).toBe('kept\ntheirs\n');
    },
  );
});

describe('files to a host', () => {
  it('are named where the host does not hold them as they were sent, each with its difference', async () => {
    await stage.prepare(files);
    const { wanted } = stage.backupOf(files);
    meanwhile(
      (line) => line.includes('exec tar cf'),
      ['rm', `${path}/bin/payroll`],
      theirs(`${path}/bin/paycalc`),
    );
    const result = await stage.restore(files);
    expect(result).toMatchObject({ exitStatus: 2, error: undefined });
    const differing = result.files.flatMap(({ path: file, what, reason }) =>
      what === 'written' ? [] : [`${file}: ${what}: ${reason}`],
    );
    expect(differing.sort()).toEqual([
      `./bin/paycalc: differs: its SHA-256 is ${sha256(Buffer.from('theirs\n'))} instead of ${wanted['bin/paycalc']}`,
      './bin/payroll: differs: it is not in the folder',
    ]);
  });
});

describe('an image to a host', () => {
  beforeEach(() => stage.prepare(image));

  it.each([
    ['the tape is identified', isIdentifying, 0, false],
    ['the tape is positioned', isReading, 1, false],
    ['it is compared', (line: string) => line.startsWith(`cksum ${path}.`), 1, true],
  ])('leaves a file that appears in its place while %s', async (_what, isMoment, reads, isSent) => {
    const from = stage.scene.lab.commands.length;
    meanwhile(isMoment, theirs(path));
    expect(await stage.restore(image)).toMatchObject({
      exitStatus: 1,
      files: [],
      error: { code: 'RESTORE_TARGET_EXISTS', message: `node1:${path} already exists` },
    });
    expect(sentSince(from).length > 0).toBe(isSent);
    expect(readsSince(from)).toBe(reads);
    expect(await stage.onHost('node1', ['cat', path])).toBe('theirs\n');
    expect(await stage.leftBeside(image)).toEqual([]);
  });

  it('is known to be whole although the answer to its renaming was lost', async () => {
    stop = stage.scene.lab.onCommand(({ phase, line }) => {
      if (phase !== 'ended' || !line.startsWith('mv -f')) return;
      stop();
      stage.scene.lab.breakConnections('node1');
    });
    const result = await stage.restore(image);
    expect(result, result.error?.message).toMatchObject({ exitStatus: 0, notes: [] });
    expect(await stage.contents(image)).toEqual(stage.backupOf(image).wanted);
    expect(await stage.leftBeside(image)).toEqual([]);
  });
});

describe('an image to a device', () => {
  it('does not overwrite one that comes into use while the tape is positioned', async () => {
    await stage.prepare(onDevice);
    const before = await stage.contents(onDevice);
    const from = stage.scene.lab.commands.length;
    stop = stage.scene.lab.onCommand(({ phase, line }) => {
      if (phase !== 'started' || !isReading(line)) return;
      stop();
      void stage.scene.lab.type('node1', `sleep 1000 < ${device}`);
    });
    const result = await stage.restore(onDevice);
    const [, pid = ''] = /it is open in process (\d+)$/.exec(result.error?.message ?? '') ?? [];
    await stage.onHost('node1', ['kill', pid]);
    expect(result).toMatchObject({ exitStatus: 1, files: [], error: { code: 'RESTORE_DEVICE_NOT_FREE' } });
    expect(readsSince(from)).toBe(1);
    expect(await stage.contents(onDevice)).toEqual(before);
  });
});

describe('files to this computer', () => {
  it('leave no empty folder if the restore is canceled before the first of them', async () => {
    await stage.prepare(here);
    const cancel = new AbortController();
    stop = stage.scene.lab.onCommand(({ phase, line }) =>
      phase === 'started' && isReading(line) ? cancel.abort() : undefined,
    );
    expect(await stage.restore(here, cancel.signal)).toMatchObject({
      exitStatus: 1,
      files: [],
      error: { code: 'RESTORE_CANCELLED' },
    });
    expect(existsSync(stage.path(here))).toBe(false);
  });
});
