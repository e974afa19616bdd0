/**
 * The rules of what must not be on the backup server: no shadow of this run, and no object on any of its disks, whatever the class is
 * called. Facts in, verdicts out.
 */
import { sightOf, type Sight } from './backup-sight.ts';
import { judge, commaText, none, oneSided } from './rule-verdict.ts';
import type { RuleVerdict } from './rule-verdict.ts';
import type { SdxinfoReport } from './sdxinfo-objects.ts';
import { phrase } from '../../contract/text/say.ts';

/** What the backup server shows. */
export interface BackupSide {
  readonly report: SdxinfoReport;
  readonly sight?: Sight | undefined;
}

export interface PossibleShadows {
  readonly shadowClass: string;
  /** The disks of the proxies, as the backup server names them. */
  readonly devices: readonly string[];
}

interface Facts extends PossibleShadows {
  readonly backup: BackupSide;
}

/** Everything of a class, in words. */
function objectsOf(report: SdxinfoReport, className: string): string[] {
  const inClass = (object: { class: string }) => object.class === className;
  return [
    ...report.classes
      .filter(({ name }) => name === className)
      .map(({ name }) => phrase('class {name}', { name })),
    ...report.disks.filter(inClass).map(({ name }) => phrase('disk {name}', { name })),
    ...report.groups.filter(inClass).map(({ name }) => phrase('group {name}', { name })),
    ...report.volumes.filter(inClass).map(({ name }) => phrase('volume {name}', { name })),
    ...report.slices
      .filter(inClass)
      .map(({ disk, volume }) => phrase('slice {disk}.{volume}', { disk, volume })),
    ...report.extents
      .filter(inClass)
      .map(({ group }) => phrase('blocks of group {group}', { group: group ?? none })),
  ];
}

/** Other classes that have one of the disks: a device is in one class at most, but its class may be anybody's. */
function foreignOn({ backup: { report }, shadowClass, devices }: Facts): string[] {
  const foreign = report.disks.filter(
    ({ class: name, device }) => name !== shadowClass && devices.some((own) => own === device),
  );
  const classes = [...new Set(foreign.map(({ class: name }) => name))];
  return classes.flatMap((name) => {
    const disks = foreign.filter((disk) => disk.class === name);
    const volumes = report.volumes.filter((volume) => volume.class === name);
    return [
      ...disks.map((disk) =>
        phrase('disk {name} of class {class} on {device}', {
          name: disk.name,
          class: name,
          device: disk.device ?? none,
        }),
      ),
      ...volumes.map((volume) =>
        phrase('volume {name} of class {class}', { name: volume.name, class: name }),
      ),
    ];
  });
}

function ownObjects({ backup: { report }, shadowClass }: Facts): string[] {
  return [...new Set(objectsOf(report, shadowClass))];
}

function absence(left: readonly string[], backup: BackupSide) {
  const { shown, evidence } = sightOf(backup);
  if (left.length > 0) return oneSided(none, commaText(left) ?? none, false);
  if (shown === 'unknown') return oneSided(none, phrase('unknown: {evidence}', { evidence }), false);
  return oneSided(none, shown === 'nothing' ? phrase('{none} ({evidence})', { none, evidence }) : none, true);
}

const rule = {
  title: phrase('No shadow is left'),
  why: phrase('a shadow that exists during a rejoin can damage the data of the master'),
  source: 'GDS guide 6.6.3.7, step 7',
};

/** Absence that is not known has remedies of its own. */
function judgeAbsence(left: readonly string[], backup: BackupSide): RuleVerdict {
  const isUnknown = left.length === 0 && sightOf(backup).shown === 'unknown';
  const id = isUnknown ? 'shadow-not-seen' : 'no-shadow-objects';
  return judge({ ...rule, id, compare: () => absence(left, backup) }, undefined);
}

/** After the removal: the backup server shows nothing of the run's own shadow class. */
export function noOwnShadow(backup: BackupSide, place: PossibleShadows): RuleVerdict[] {
  return [judgeAbsence(ownObjects({ backup, ...place }), backup)];
}

/** Before a part, a creation and a rejoin: nothing of the shadow class, and nothing of any class on the disks of the proxies. */
export function noShadowObjects(backup: BackupSide, place: PossibleShadows): RuleVerdict[] {
  const facts = { backup, ...place };
  return [judgeAbsence([...ownObjects(facts), ...foreignOn(facts)], backup)];
}

/** Objects of other classes on the disks of the proxies, in words. */
export function foreignObjects(backup: BackupSide, place: PossibleShadows): string[] {
  return foreignOn({ backup, ...place });
}
