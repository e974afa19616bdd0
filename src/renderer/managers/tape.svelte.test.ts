import { describe, expect, it } from 'vitest';
import { fakeBridge, Refusal, type Answers } from '../../../test/support/ui/fake-bridge.ts';
import type { LibraryView } from '../../contract/tape/library.ts';
import type { CheckLine } from '../../contract/plan.ts';
import type { TapeView } from '../../contract/screens.ts';
import type { TapeContents } from '../../contract/tape/tape-views.ts';
import { TapeManager } from './tape.svelte.ts';

const drive: TapeView = {
  host: 'node3',
  device: '/dev/nst0',
  state: 'ready',
  said: 'ready',
  writeProtected: false,
  file: 0,
  record: 0,
};
const blank: TapeContents = {
  host: 'node3',
  device: '/dev/nst0',
  blank: true,
  label: undefined,
  files: [],
  end: 'blank',
};
const good: CheckLine = { host: 'node3', what: 'write', good: true, said: 'written', hint: undefined };
const bad: CheckLine = { ...good, what: 'read', good: false, said: 'read something else' };

const usual: Answers = { tape: () => drive, tapes: () => [], identify: () => blank, driveHealth: () => null };
const channelsOf = ({ asked }: ReturnType<typeof fakeBridge>) => asked.map(({ channel }) => channel);

describe('the drive', () => {
  it('is queried with the inventory at first; another query clears the contents of the tape', async () => {
    const bridge = fakeBridge(usual);
    const tape = new TapeManager(bridge);
    const start = tape.start();
    expect(tape.work).toBe('look');
    await start;
    expect([tape.work, tape.drive.value, tape.catalogue.value]).toEqual([undefined, drive, []]);
    await tape.identify();
    expect(tape.contents.value).toEqual(blank);
    await tape.look();
    expect(tape.contents.value).toBeUndefined();
    expect(channelsOf(bridge)).toEqual([
      ...['tape', 'tapes', 'driveHealth', 'identify', 'tape', 'tapes'],
      ...['tape', 'driveHealth'],
    ]);
  });

  it('labels a tape, then reads its contents, then queries the drive', async () => {
    const bridge = fakeBridge({ ...usual, label: ({ name }) => ({ name, uuid: 'u-1' }) });
    const tape = new TapeManager(bridge);
    const labelling = tape.label('VOL001', undefined);
    expect(tape.work).toBe('label');
    expect(await labelling).toBe(true);
    expect(await tape.label('VOL002', 'VOL001')).toBe(true);
    expect(tape.labelled.value).toEqual({ name: 'VOL002', uuid: 'u-1' });
    expect(bridge.asked.filter(({ channel }) => channel === 'label').map(({ request }) => request)).toEqual([
      { name: 'VOL001' },
      { name: 'VOL002', overwrite: 'VOL001' },
    ]);
    expect(channelsOf(bridge).slice(0, 4)).toEqual(['label', 'identify', 'tape', 'tapes']);
  });

  it('reports a refused label, and does not read the tape for it', async () => {
    const bridge = fakeBridge({
      ...usual,
      label: () => {
        throw new Refusal({ sentence: 'the tape bears the name VOL001' });
      },
    });
    const tape = new TapeManager(bridge);
    expect(await tape.label('VOL002', undefined)).toBe(false);
    expect(tape.labelled.error?.sentence).toBe('the tape bears the name VOL001');
    expect(channelsOf(bridge)).toEqual(['label', 'tape', 'tapes']);
  });

  it('shows the lines of a drive check as they arrive, and not those of another check', async () => {
    let finish: (lines: readonly CheckLine[]) => void = () => undefined;
    const bridge = fakeBridge({
      ...usual,
      driveCheck: () => new Promise((resolve) => (finish = resolve)),
    });
    const tape = new TapeManager(bridge);
    const { driveCheck } = tape;
    await tape.identify();
    expect(driveCheck.shows).toBe(false);
    const checking = tape.checkDrive('VOL001');
    expect([tape.work, tape.contents.value, driveCheck.shows]).toEqual(['drive-check', undefined, true]);
    bridge.push('activity', { runs: [], logins: [], checking: { what: 'check', lines: [bad] } });
    expect(driveCheck.lines).toEqual([]);
    bridge.push('activity', { runs: [], logins: [], checking: { what: 'driveCheck', lines: [good] } });
    expect([driveCheck.lines, driveCheck.badLines]).toEqual([[good], 0]);
    finish([good, bad]);
    await checking;
    expect([tape.work, driveCheck.lines, driveCheck.badLines]).toEqual([undefined, [good, bad], 1]);
    expect(bridge.followed).toEqual([]);
    expect(bridge.asked).toContainEqual({ channel: 'driveCheck', request: { overwrite: 'VOL001' } });
  });

  it('cancels the current work, and then queries the position of the tape', async () => {
    const bridge = fakeBridge({ tape: () => drive, tapes: () => [] });
    const tape = new TapeManager(bridge);
    void tape.identify();
    expect(tape.work).toBe('identify');
    await tape.stop();
    expect([tape.work, tape.contents.value, tape.contents.error]).toEqual([undefined, undefined, undefined]);
    expect(channelsOf(bridge)).toEqual(['identify', 'tape', 'tapes']);
  });

  it('makes the library load a tape: the contents of the previous one are cleared, and drive and library are queried', async () => {
    const elements: LibraryView['elements'] = [];
    const seen: LibraryView = {
      host: 'node3',
      changer: '/dev/sch0',
      at: '2026-11-28T17:00:00.000Z',
      elements,
    };
    const move = { what: 'loaded', slot: 1, drive: 0, barcode: 'PAY001L6' } as const;
    const bridge = fakeBridge({ ...usual, library: () => seen, loadTape: () => [move] });
    const tape = new TapeManager(bridge);
    await tape.identify();
    const loading = tape.load('W1');
    expect([tape.work, tape.contents.value]).toEqual(['move', undefined]);
    expect(await loading).toEqual([move]);
    expect([tape.work, tape.library.value]).toEqual([undefined, seen]);
    expect(channelsOf(bridge).slice(3)).toEqual(['loadTape', 'tape', 'tapes', 'library']);
  });

  it('keeps the last view of the library, and shows that it cannot be queried now', async () => {
    const seen: LibraryView = {
      host: 'node3',
      changer: '/dev/sch0',
      at: '2026-11-28T17:00:00.000Z',
      elements: [],
    };
    let isThere = true;
    const bridge = fakeBridge({
      ...usual,
      library: () => {
        if (!isThere) throw new Refusal({ sentence: 'mtx on node3 does not show what is in /dev/sch0' });
        return seen;
      },
      unloadTape: () => {
        throw new Refusal({ sentence: 'the drive stays full' });
      },
    });
    const tape = new TapeManager(bridge);
    await tape.library.ask({});
    isThere = false;
    expect(await tape.unload()).toBeUndefined();
    expect(tape.unloaded.error?.sentence).toBe('the drive stays full');
    expect(tape.library.error?.sentence).toBe('mtx on node3 does not show what is in /dev/sch0');
    expect(tape.library.value).toEqual(seen);
    tape.forget();
    expect([tape.library.value, tape.library.error, tape.unloaded.error]).toEqual(Array(3).fill(undefined));
  });

  it('records where a tape is, and that one is lost or found, and requests the inventory again', async () => {
    const bridge = fakeBridge({ ...usual, placeTape: () => null, loseTape: () => ['R1'] });
    const tape = new TapeManager(bridge);
    expect(await tape.place('W1', 'fire safe 2', false)).toBe(true);
    expect(await tape.lose('W1')).toEqual(['R1']);
    expect(await tape.place('W1', 'fire safe 2', true)).toBe(true);
    expect(channelsOf(bridge)).toEqual(['placeTape', 'tapes', 'loseTape', 'tapes', 'placeTape', 'tapes']);
  });

  it('keeps why a tape could not be declared lost until the next action on it', async () => {
    const bridge = fakeBridge({
      ...usual,
      placeTape: () => null,
      loseTape: () => {
        throw new Refusal({ sentence: 'the tape "W1" was declared lost before' });
      },
    });
    const tape = new TapeManager(bridge);
    expect(await tape.lose('W1')).toBeUndefined();
    expect(tape.declared.error?.sentence).toBe('the tape "W1" was declared lost before');
    await tape.place('W1', 'fire safe 2', true);
    expect(tape.declared.error).toBeUndefined();
    await tape.lose('W1');
    tape.forgetPlacing();
    expect(tape.declared.error).toBeUndefined();
  });
});
