/** The Tape screen: drive, library and inventory, its dialogs, and the run whose tape has a second copy. */
import type { Page } from 'playwright-core';
import type { Responses } from '../../src/contract/channels.ts';
import { failure } from '../../src/contract/errors.ts';
import type { LibraryView } from '../../src/contract/tape/library.ts';
import type { RestoreView } from '../../src/contract/restore-views.ts';
import { playedNow } from '../support/ui/captured-console.ts';
import type { Answers } from '../support/ui/fake-bridge.ts';
import type { Play } from '../support/ui/played-console.ts';
import { never, press, refuse, unreachable, type Picture } from './picture.ts';
import { resting, type Plays } from './plays.ts';

const onNode3 = { host: 'node3' };

/** A library with two drives, a cleaning cartridge, and a slot for import and export; and a drive that asks for attention. */
function libraryAnswers({ site, runs, ...captured }: Plays['normal']) {
  const device = '/dev/scsi/changer/c2t0d0';
  const run = runs[0]?.run;
  const nothing = {
    own: false,
    full: false,
    barcode: undefined,
    use: undefined,
    tape: undefined,
    run: undefined,
  };
  const empty = { ...nothing, keepUntil: undefined, loadedFrom: undefined };
  const data = (barcode: string, tape?: string) => ({
    ...empty,
    full: true,
    use: 'data' as const,
    barcode,
    tape,
  });
  const elements: LibraryView['elements'] = [
    {
      place: 'drive',
      number: 0,
      ...data('PAY001L4', 'W1'),
      own: true,
      loadedFrom: 1,
      run,
      keepUntil: '2099-12-24T00:00:00.000Z',
    },
    { place: 'drive', number: 1, ...empty },
    { place: 'slot', number: 1, ...empty },
    { place: 'slot', number: 2, ...data('PAY002L4', 'W2') },
    { place: 'slot', number: 3, ...data('ARC114L4') },
    { place: 'slot', number: 4, ...data('CLN001L4'), use: 'cleaning' },
    { place: 'slot', number: 5, ...empty },
    { place: 'import/export', number: 6, ...data('PAY009L4') },
  ];
  const library: LibraryView = { host: 'node3', changer: device, at: playedNow({ ...captured }), elements };
  const withLibrary: Answers = {
    site: () => ({ ...site, tape: { ...site.tape, changer: device, isLibrary: true } }),
  };
  const alerted: Responses['driveHealth'] = {
    ...{ ...onNode3, device: '/dev/rmt/0', at: playedNow({ ...captured }) },
    health: {
      alerts: [
        {
          flag: 20,
          name: 'Cleaning required',
          severity: 'critical',
          remedy: 'clean the drive with a cleaning cartridge',
        },
        {
          flag: 7,
          name: 'Media life',
          severity: 'warning',
          remedy: 'use another cartridge, and copy what this one holds',
        },
      ],
      cleaning: true,
      loads: 4711,
      compression: 'on',
      unavailable: [{ what: 'encryption', reason: 'stenc is not installed on node3' }],
    },
  };
  return { library, withLibrary, alerted };
}

/** A run of the restored console whose tape was copied, and carried to a safe; the tape of another run is not found. */
function copied({ restored }: Plays) {
  const at = playedNow(restored);
  const view = restored.opened.find(({ line }) => line.tapeNames.length > 0) ?? restored.opened[0];
  if (!view) throw new Error('no run was captured');
  const volumes = view.line.volumes.map((volume) => ({
    volume,
    bytes: view.line.bytes ?? 0,
    sha256: view.line.digests.readback?.sha256 ?? '',
  }));
  const tapes = [{ name: 'OFFSITE-1', location: 'fire safe 2', keepUntil: '2099-12-24T00:00:00.000Z' }];
  const copy = { at, isImported: false, tapes, volumes };
  const opened = restored.opened.map((each) => (each === view ? { ...each, copies: [copy] } : each));
  const play = resting({ ...restored, opened });
  const name = '20261122-031500-0f1e2d-copy';
  const end: RestoreView = {
    line: {
      ...{ name, kind: 'copy', runs: [view.line.run], volumes: view.line.volumes, to: 'OFFSITE-1' },
      ...{ by: view.line.operator, startedAt: at, finishedAt: at, exitStatus: 0, live: false },
      ...{ written: undefined, notWritten: undefined, sentence: undefined },
    },
    recordFile: `/home/mika/.local/state/shadowtape/restores/${name}.ndjson`,
    ...{ tapes: [], entries: [], notes: [], error: undefined },
    sources: volumes.map(({ volume, bytes, sha256 }) => ({ of: volume, bytes, sha256, isCompared: true })),
  };
  const ended = { ...play, answers: { ...play.answers, restoreRecord: () => end } };
  return { play, ended, run: view.line.run, name };
}

const lostOf = (tapes: Responses['tapes']): Responses['tapes'] =>
  tapes.map((tape) => ({
    ...tape,
    lost: true,
    loss: { at: tape.lastSeen, by: undefined, certain: true, declaredBy: 'mika@console' },
    location: 'fire safe 2',
    declaredLost: { at: tape.lastSeen, by: 'mika@console' },
  }));

/** The column that has them scrolls, in each size again. */
async function copiesInView(page: Page): Promise<void> {
  const copies = page.getByRole('region', { name: 'Second copies' });
  await copies.evaluate((part) => {
    const show = () => part.scrollIntoView({ block: 'end' });
    part.ownerDocument.defaultView?.addEventListener('resize', show);
    show();
  });
}

/** Says where the first tape of the inventory is. */
const place = press(/^(Move|Found) PAYROLL/);

export function tapePictures(plays: Plays): Picture[] {
  const { normal, three, restored } = plays;
  const { play: ofCopy, ended, run, name: copy } = copied(plays);
  const drive = (change: Partial<Responses['tape']>) =>
    resting(normal, { tape: () => ({ ...normal.tape, ...change }), tapes: () => [] });
  const identified = press('Identify the tape');
  const of = (name: string, play: Play, act?: Picture['act']): Picture => ({
    name: `tape-${name}`,
    play,
    hash: '#/tape',
    ...(act ? { act } : {}),
  });
  const { library, withLibrary, alerted } = libraryAnswers(normal);
  const blank = { ...normal.identify, blank: true, label: undefined, files: [], end: 'blank', writtenBy: [] };
  return [
    of('loading', resting(normal, { tape: never, tapes: never })),
    of('ready', resting(three)),
    of('identified', resting(three), identified),
    of('plain', resting(normal), identified),
    of('blank', resting(normal, { identify: () => blank }), identified),
    of('reading', resting(normal, { identify: never }), identified),
    of('no-cartridge', drive({ state: 'no-cartridge', said: 'no tape loaded' })),
    of(
      'unreached',
      drive({ state: 'unreached', said: failure('HOST_UNREACHABLE', unreachable('node3')).message }),
    ),
    of('write-protected', drive({ writeProtected: true })),
    of('library', resting(normal, { ...withLibrary, library: () => library })),
    of(
      'library-unseen',
      resting(normal, {
        ...withLibrary,
        library: () => refuse('CHANGER_UNREADABLE', { ...onNode3, device: library.changer }),
      }),
    ),
    of('alert', resting(normal, { driveHealth: () => alerted })),
    of('place-dialog', resting(restored), place),
    of('found-dialog', resting(restored, { tapes: () => lostOf(restored.tapes) }), place),
    of('label-dialog', resting(three), press('Label the tape…')),
    of('check-dialog', resting(three), press('Check the drive…')),
    of(
      'check-failed',
      resting(normal, { tape: () => refuse('HOST_UNREACHABLE', unreachable('node3'), { host: 'node3' }) }),
    ),
    { name: 'run-copied', play: ofCopy, hash: `#/run/${run}`, act: copiesInView },
    {
      name: 'run-copy-dialog',
      play: ofCopy,
      hash: `#/run/${run}`,
      act: press('Copy to another tape…'),
    },
    { name: 'restored-copy', play: ended, hash: `#/restored/${copy}` },
  ];
}
