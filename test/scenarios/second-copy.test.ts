/** A second copy: the tape of a run is copied in another drive, compared, and read instead of it. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { StateFolder, type Ask } from '../../src/main/application/console.ts';
import { readLabel } from '../../src/main/tape/tape-label.ts';
import { readManifest } from '../../src/main/tape/tape-manifest.ts';
import { MediaFile } from '../../src/main/tape/media-file.ts';
import { carry as carryInto, openVaultOf } from '../support/carried-copy.ts';
import {
  clusterState,
  jobOf,
  normalState,
  openScene,
  openSceneConsole,
  runScene,
  sha256,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { locksLeft } from '../support/lab-shell.ts';
import { filesOfTape } from '../support/tap-file.ts';
import { performed } from '../support/performed-command.ts';
import { TypedDrive } from '../support/typed-drive.ts';

/** A second machine room: a host with a drive of its own. */
interface Rooms {
  readonly scene: Scene;
  readonly vault: Lab;
  readonly change: (site: SiteTree) => void;
  readonly run: string;
}

const drive = 'vault:/dev/rmt/0';

const openRooms = async (job: string, media: object, more?: (site: SiteTree) => void): Promise<Rooms> =>
  openRoomsOn(await openScene({ jobs: [job] }), job, media, more);

/** @param tapes that are inserted one after the other if the run has several */
async function openRoomsOn(
  scene: Scene,
  job: string,
  media: object,
  more: (site: SiteTree) => void = () => undefined,
  tapes: readonly string[] = [],
): Promise<Rooms> {
  const left = [...tapes];
  const ask: Ask = async ({ id }) => {
    if (id !== 'next-tape') return { choice: 'approve', by: 'test' };
    await scene.lab.insertCartridge(left.shift() ?? 'none');
    return { choice: 'ready', by: 'test' };
  };
  const vault = await openVaultOf(scene);
  const node = vault.hosts[2];
  const change = (site: SiteTree) => {
    jobOf(site, job)['media'] = media;
    site.hosts['vault'] = {
      ...{ role: 'tape', address: '127.0.0.1', port: node?.port, user: node?.user, key: vault.identityFile },
    };
    more(site);
  };
  const end = await runScene(scene, { job, change, ask });
  if (end.exitStatus !== 0) throw new Error(end.sentence);
  return { scene, vault, change, run: end.run };
}

async function closeRooms({ scene, vault }: Rooms): Promise<void> {
  await vault.close();
  await scene.close();
}

const never = new AbortController().signal;

async function copyTo(
  { scene, change, run }: Rooms,
  to: readonly string[],
  more: { abort?: AbortSignal; keep?: string; onProgress?: () => void; ask?: Ask } = {},
) {
  const console = await openSceneConsole(scene, change);
  try {
    const prepared = await console.copyService.prepare({ run, to, drive, keep: more.keep });
    return await console.copyService.perform(prepared, {
      abort: more.abort ?? never,
      ask: more.ask,
      onProgress: more.onProgress ?? (() => undefined),
    });
  } finally {
    await console.close();
  }
}

async function drill({ scene, change, run }: Rooms) {
  const console = await openSceneConsole(scene, change);
  try {
    return await console.fileRestoreService.drill(
      { run },
      { abort: never, ask: undefined, onProgress: () => undefined },
    );
  } finally {
    await console.close();
  }
}

const carry = ({ scene, vault }: Rooms, cartridge: string) => carryInto(scene, vault, cartridge);

describe('the tape of three volumes', () => {
  let rooms: Rooms;
  beforeAll(async () => {
    rooms = await openRooms('three-volumes', { layout: 'labelled', keep: '4 weeks' });
  });
  afterAll(() => closeRooms(rooms));

  it('is copied record by record, and the copy has its own label and manifest', async () => {
    const end = await copyTo(rooms, ['OFFSITE-1']);
    expect(end.error?.message).toBeUndefined();
    expect(end).toMatchObject({ exitStatus: 0, tapes: ['OFFSITE-1'] });
    const original = await filesOfTape(rooms.scene.lab.tapeFile);
    const copy = await filesOfTape(rooms.vault.tapeFile);
    expect(copy.slice(1, -1)).toEqual(original.slice(1, -1));
    expect(copy).toHaveLength(original.length);
    const [own, others] = [
      readLabel(copy[0]?.[0] ?? Buffer.alloc(0)),
      readLabel(original[0]?.[0] ?? Buffer.alloc(0)),
    ];
    if (own.kind !== 'label' || others.kind !== 'label') throw new Error('both tapes have a label');
    const { uuid, keepUntil } = others.label;
    expect(own.label).toMatchObject({ name: 'OFFSITE-1', run: rooms.run, copyOf: uuid, keepUntil });
    const manifest = readManifest(Buffer.concat(copy.at(-1) ?? []));
    if (manifest.kind !== 'manifest') throw new Error('the copy has a manifest');
    expect(manifest.manifest.label).toBe(own.label.uuid);
    expect(manifest.manifest.files.map((file) => file.sha256)).toEqual(
      original.slice(1, -1).map((records) => sha256(Buffer.concat(records))),
    );
    expect(await clusterState(rooms.scene)).toEqual(normalState);
    expect(locksLeft(rooms.scene)).toEqual([]);
  });

  it('is listed with its copy by show, tapes and the inventory', async () => {
    const show = await performed(['--state', rooms.scene.state.path, 'show', rooms.run]);
    expect(show.stdout).toMatch(
      /^second copy on OFFSITE-1, read back and compared \d{4}-\d\d-\d\d \d\d:\d\d UTC$/m,
    );
    const tapes = await performed(['--state', rooms.scene.state.path, 'tapes']);
    expect(tapes.stdout).toContain(`; copy of run ${rooms.run}; `);
  });

  it('is not needed for a drill of the copy, which names it', async () => {
    await carry(rooms, 'carried');
    expect(await drill(rooms)).toMatchObject({
      exitStatus: 0,
      volumes: ['Volume2', 'Volume4', 'Volume6'].map((volume) => ({ volume, copy: ['OFFSITE-1'] })),
    });
    await rooms.scene.lab.insertCartridge('tape');
    const own = await drill(rooms);
    expect(own.exitStatus).toBe(0);
    expect(own.volumes.flatMap(({ copy = [] }) => copy)).toEqual([]);
  });

  it('is refused as the target of its own copy, and so is the copy', async () => {
    await rooms.vault.insertCartridge('tape');
    const before = await readFile(rooms.vault.tapeFile);
    const end = await copyTo(rooms, ['OFFSITE-1']);
    expect(end).toMatchObject({ exitStatus: 1, error: { code: 'COPY_ONTO_BACKUP' } });
    expect(end.error?.message).toBe(`the tape "OFFSITE-1" holds run ${rooms.run} itself`);
    expect(await readFile(rooms.vault.tapeFile)).toEqual(before);
  });

  it('does not count as lost while the copy holds it', async () => {
    const media = new MediaFile(rooms.scene.state.tapesFile);
    const { tapes } = media.list();
    const own = tapes.find((tape) => tape.run === rooms.run && tape.copyOf === undefined);
    if (!own) throw new Error('the run has a tape');
    const { uuid, name, host, device } = own;
    const lost = {
      what: 'lost',
      at: new Date().toISOString(),
      uuid,
      name,
      run: rooms.run,
      host,
      device,
    } as const;
    media.append(lost);
    const show = await performed(['--state', rooms.scene.state.path, 'show', rooms.run]);
    expect(show.stdout).not.toContain('overwritten');
  });
});

describe('a copy that fails', () => {
  let rooms: Rooms;
  beforeAll(async () => {
    rooms = await openRooms('raw-dd', { layout: 'labelled' });
  });
  afterAll(() => closeRooms(rooms));
  afterEach(() => expect(locksLeft(rooms.scene)).toEqual([]));

  it('on a cartridge that is too small is reported, and succeeds on a larger one', async () => {
    await rooms.vault.insertCartridge('small', { blank: true, bytes: 20 * 32_768 });
    const short = await copyTo(rooms, ['OFFSITE-2']);
    expect(short).toMatchObject({ exitStatus: 2, tapes: [], error: { code: 'COPY_TAPE_TOO_SHORT' } });
    expect(short.error?.message).toBe(
      'the tape "OFFSITE-2" ended before it held all of the tape that is copied',
    );
    const listed = await performed(['--state', rooms.scene.state.path, 'tapes']);
    expect(listed.stdout).toContain('incomplete copy');
    await rooms.vault.insertCartridge('tape', { blank: true });
    expect(await copyTo(rooms, ['OFFSITE-2'])).toMatchObject({ exitStatus: 0 });
  });

  it('because somebody stopped it can begin again on the same tape', async () => {
    await rooms.vault.insertCartridge('stopped', { blank: true });
    const stop = new AbortController();
    const stopped = await copyTo(rooms, ['OFFSITE-3'], {
      abort: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(stopped).toMatchObject({ tapes: [], error: { code: 'COPY_STOPPED' } });
    expect([1, 2]).toContain(stopped.exitStatus);
    expect(await copyTo(rooms, ['OFFSITE-3'])).toMatchObject({ exitStatus: 0, tapes: ['OFFSITE-3'] });
  });

  it('because the tape of the run is damaged exits 4, and leaves no copy', async () => {
    const file = rooms.scene.lab.tapeFile;
    await rooms.scene.lab.ejectCartridge();
    const bytes = await readFile(file);
    const spoilt = Buffer.from(bytes);
    spoilt[300_000] = (spoilt[300_000] ?? 0) ^ 1;
    await writeFile(file, spoilt);
    await rooms.scene.lab.insertCartridge('tape');
    await rooms.vault.insertCartridge('fourth', { blank: true });
    const end = await copyTo(rooms, ['OFFSITE-4']);
    expect(end).toMatchObject({
      exitStatus: 4,
      tapes: [],
      volumes: [],
      error: { code: 'RESTORE_TAPE_DIFFERS' },
    });
    await rooms.scene.lab.ejectCartridge();
    await writeFile(file, bytes);
    await rooms.scene.lab.insertCartridge('tape');
  });

  it('because another tape is in the drive of the run writes nothing', async () => {
    await rooms.scene.lab.insertCartridge('another', { blank: true });
    await rooms.vault.insertCartridge('fifth', { blank: true });
    const end = await copyTo(rooms, ['OFFSITE-5']);
    expect(end).toMatchObject({ exitStatus: 1, error: { code: 'TAPE_IS_ANOTHER' } });
    const text = await readFile(rooms.vault.tapeFileOf('fifth')).catch(() => Buffer.alloc(0));
    expect(text).toHaveLength(0);
    await rooms.scene.lab.insertCartridge('tape');
  });
});

describe('a tape without a label', () => {
  let rooms: Rooms;
  beforeAll(async () => {
    rooms = await openRooms('raw-dd', { layout: 'plain' });
  });
  afterAll(() => closeRooms(rooms));

  it('gets a copy with one, which is read instead', async () => {
    expect(await copyTo(rooms, ['OFFSITE-1'], { keep: '8 weeks' })).toMatchObject({ exitStatus: 0 });
    const [original] = await filesOfTape(rooms.scene.lab.tapeFile);
    const [, copy] = await filesOfTape(rooms.vault.tapeFile);
    expect(copy).toEqual(original);
    await carry(rooms, 'carried');
    expect(await drill(rooms)).toMatchObject({ exitStatus: 0, volumes: [{ copy: ['OFFSITE-1'] }] });
  });

  it('is imported from its copy into an empty state folder, and drilled', async () => {
    const { scene, change, run } = rooms;
    const state = new StateFolder(join(scene.folder, 'another-state'));
    const console = await openSceneConsole({ ...scene, state }, change);
    try {
      const imported = await console.tapeService.import(
        { changer: false, ask: undefined, abort: never },
        () => undefined,
      );
      expect(imported).toMatchObject([{ what: 'imported', run }]);
      const hooks = { abort: never, ask: undefined, onProgress: () => undefined };
      expect(await console.fileRestoreService.drill({ run }, hooks)).toMatchObject({
        exitStatus: 0,
        volumes: [{ copy: ['OFFSITE-1'] }],
      });
    } finally {
      await console.close();
    }
    const show = await performed(['--state', state.path, 'show', run]);
    expect(show.stdout).toContain('second copy on OFFSITE-1, imported from its tape ');
  });

  it('is verified by its copy', async () => {
    const console = await openSceneConsole(rooms.scene, rooms.change);
    const notices: string[] = [];
    try {
      const files = await console.verify(
        rooms.run,
        never,
        () => undefined,
        undefined,
        (text) => notices.push(text),
      );
      expect(files).toMatchObject([{ volume: 'Volume2', bytes: 4096 * 512 }]);
    } finally {
      await console.close();
    }
    expect(notices).toEqual([`reading the second copy of run ${rooms.run}: "OFFSITE-1"`]);
  });

  it('has its volume restored on the cluster from the copy', async () => {
    const [original = []] = await filesOfTape(rooms.scene.lab.tapeFileOf('tape'));
    await rooms.scene.lab.writeMaster(0, Buffer.alloc(1_000_000, 7));
    const console = await openSceneConsole(rooms.scene, rooms.change);
    let digest: Promise<string> | undefined;
    try {
      const end = await console.volumeRestoreService.restore({
        ...{ run: rooms.run, replace: ['Volume1'], approveVerified: true, ask: undefined },
        ...{ cancel: never, halt: never },
        onEvent(event) {
          // Before the services write to it.
          if (event.type === 'restore-digest' && event.place === 'master')
            digest = rooms.scene.lab.volumeDigest('Class1', 'Volume1');
        },
      });
      expect(end.exitStatus, end.sentence).toBe(0);
    } finally {
      await console.close();
    }
    expect(await digest).toBe(sha256(Buffer.concat(original)));
  });

  it('is restored from its copy to a file, byte by byte', async () => {
    const console = await openSceneConsole(rooms.scene, rooms.change);
    const to = join(rooms.scene.folder, 'restored');
    try {
      const where = () => Promise.resolve({ hits: [], more: false });
      const prepared = await console.fileRestoreService.prepare(
        { what: [rooms.run], to, overwrite: 'never' },
        where,
      );
      const end = await console.fileRestoreService.perform(prepared, {
        ...{ abort: never, ask: undefined, onProgress: () => undefined, onFile: () => undefined },
      });
      expect(end).toMatchObject({
        exitStatus: 0,
        notes: [`Read from the tape "OFFSITE-1" of the copy of run ${rooms.run}`],
      });
    } finally {
      await console.close();
    }
    const [original = []] = await filesOfTape(rooms.scene.lab.tapeFileOf('tape'));
    expect(await readFile(to)).toEqual(Buffer.concat(original));
  });
});

describe('a run on several tapes', () => {
  /** Volume2 has forty records, and each tape takes sixteen. */
  const sixteen = { blocks: 40 * 64, tapeBytes: 16 * 32_768, trailerBytes: 4 * 32_768 };
  let rooms: Rooms;
  beforeAll(async () => {
    const scene = await openScene({ jobs: ['raw-dd'], ...sixteen });
    const media = { layout: 'labelled', name: 'LONG', span: true };
    // Written, and read back in the same order.
    rooms = await openRoomsOn(scene, 'raw-dd', media, undefined, [
      'second',
      'third',
      'tape',
      'second',
      'third',
    ]);
    await scene.lab.insertCartridge('tape');
  });
  afterAll(() => closeRooms(rooms));

  it('gets as many tapes, each with the records of one of them', async () => {
    const asked: string[] = [];
    const end = await copyTo(rooms, ['FAR-1', 'FAR-2', 'FAR-3'], {
      ask: async ({ text }) => {
        asked.push(text);
        const inVault = text.includes('on vault');
        const number = /(?:"FAR-|tape )(\d)/.exec(text)?.[1] ?? '1';
        const names = inVault ? ['tape', 'far-2', 'far-3'] : ['tape', 'second', 'third'];
        await (inVault ? rooms.vault : rooms.scene.lab).insertCartridge(names[Number(number) - 1] ?? 'tape');
        return { choice: 'ready', by: 'test' };
      },
    });
    expect(end.error?.message).toBeUndefined();
    expect(end).toMatchObject({ exitStatus: 0, tapes: ['FAR-1', 'FAR-2', 'FAR-3'] });
    const pairs = [
      ['tape', 'tape'],
      ['second', 'far-2'],
      ['third', 'far-3'],
    ] as const;
    for (const [own, far] of pairs) {
      const [, data] = await filesOfTape(rooms.scene.lab.tapeFileOf(own));
      const [, copy] = await filesOfTape(rooms.vault.tapeFileOf(far));
      expect(copy).toEqual(data);
    }
    expect(asked.filter((text) => text.includes('on vault')).slice(0, 2)).toEqual([
      'Insert the tape "FAR-2" for the copy, or a blank one into /dev/rmt/0 on vault.',
      'Insert the tape "FAR-3" for the copy, or a blank one into /dev/rmt/0 on vault.',
    ]);
  });

  it('has the whole line that restores it by hand on each tape of its copy', async () => {
    const folder = join(rooms.scene.folder, 'typed');
    await mkdir(folder);
    const typed = new TypedDrive(folder);
    const records: Buffer[] = [];
    for (const own of ['tape', 'second', 'third'])
      records.push(...((await filesOfTape(rooms.scene.lab.tapeFileOf(own)))[1] ?? []));
    const far = { 'FAR-1': 'tape', 'FAR-2': 'far-2', 'FAR-3': 'far-3' };
    for (const [name, cartridge] of Object.entries(far))
      await typed.take(name, rooms.vault.tapeFileOf(cartridge));
    for (const [name, asked] of [
      ['FAR-1', ['FAR-2', 'FAR-3']],
      ['FAR-2', ['FAR-1', 'FAR-2', 'FAR-3']],
    ] as const) {
      typed.insert(name, 1);
      const { volumes, byHandNote } = await typed.label(folder);
      expect(byHandNote).toContain('Type byHand on vault, ');
      const [{ volume, file, byHand = 'false' } = { volume: '', file: 0 }] = volumes;
      expect([volume, file]).toEqual(['Volume2', 1]);
      expect(await typed.type(byHand, folder)).toMatchObject({ status: 0, asked });
      expect(sha256(await readFile(join(folder, 'IMAGE')))).toBe(sha256(Buffer.concat(records)));
    }
  });
});

describe('a request for a copy', () => {
  let rooms: Rooms;
  beforeAll(async () => {
    rooms = await openRooms('raw-dd', { layout: 'labelled', pool: 'nightly' }, (site) => {
      Object.assign(site, {
        pools: {
          nightly: { tapes: ['N1', 'N2'], keep: '7 days' },
          offsite: { tapes: ['O1', 'O2'], keep: '8 weeks' },
        },
      });
    });
  });
  afterAll(() => closeRooms(rooms));

  const prepare = async (request: object) => {
    const console = await openSceneConsole(rooms.scene, rooms.change);
    try {
      return await console.copyService.prepare({ run: rooms.run, to: ['O1'], drive, ...request });
    } finally {
      await console.close();
    }
  };

  it.each([
    [{ to: ['N2'] }, 'the job raw-dd writes to the tape "N2": it is in the pool nightly'],
    [{ to: ['O1', 'O2'] }, / takes one tape for each of its tapes \(1\), and --to names: O1, O2$/],
    [{ to: ['data'] }, /"data"/],
    [{ drive: undefined }, 'a copy needs two drives, and /dev/rmt/0 on node3 would be both'],
    [{ drive: '/dev/rmt/1' }, '"/dev/rmt/1" does not name a drive'],
    [{ drive: 'vault:/dev/sda' }, '/dev/sda is not a known name of a tape drive'],
    [{ keep: 'long' }, '"long" is not a retention'],
  ])('is refused before anything is touched: %j', async (request, message) => {
    const sent = rooms.scene.lab.commands.length;
    await expect(prepare(request)).rejects.toThrow(message);
    expect(rooms.scene.lab.commands.length).toBe(sent);
  });

  it('for the same drive under two names is refused, and nothing is written', async () => {
    const console = await openSceneConsole(rooms.scene, rooms.change);
    try {
      const prepared = await console.copyService.prepare({
        run: rooms.run,
        to: ['O1'],
        drive: 'node3:/dev/rmt/0cbn',
      });
      const end = await console.copyService.perform(prepared, {
        ...{ abort: never, ask: undefined, onProgress: () => undefined },
      });
      expect(end).toMatchObject({ exitStatus: 1, error: { code: 'COPY_ONE_DRIVE' } });
    } finally {
      await console.close();
    }
  });

  it('uses the retention of the pool of the tape', async () => {
    const { keepUntil } = await prepare({ to: ['O1'] });
    const days = (Date.parse(keepUntil ?? '') - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(54);
    expect(days).toBeLessThan(57);
  });

  it('leaves a record even if it is refused at the drive', async () => {
    await mkdir(rooms.scene.state.restoresFolder, { recursive: true });
    const names = await readdir(rooms.scene.state.restoresFolder);
    expect(names.filter((name) => name.endsWith('-copy.ndjson'))).not.toEqual([]);
  });
});
