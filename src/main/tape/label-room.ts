/** What a label leaves out of the lines that restore its volumes, where its one record has no room for them. Pure. */
import type { TapeLabel } from './tape-label.ts';

type LabelledVolume = TapeLabel['volumes'][number];

/** A command line but for the number of its tape file; undefined for one that reads several files, or none by number. */
function formOf({ method, byHand = '' }: LabelledVolume): string | undefined {
  const [first, second] = byHand.matchAll(/ fsf \d+/g);
  return first && !second ? `${method} ${byHand.replace(first[0], '')}` : undefined;
}

const withoutLine = ({ byHand: _, ...volume }: LabelledVolume): LabelledVolume => volume;

/** Keeps one of the lines that differ only in the number of the tape file. */
function withoutAlike(label: TapeLabel): TapeLabel {
  const kept = new Set<string>();
  const volumes = label.volumes.map((volume) => {
    const form = formOf(volume);
    if (form === undefined) return volume;
    if (kept.has(form)) return withoutLine(volume);
    kept.add(form);
    return volume;
  });
  const alike =
    'A volume without byHand is read like the others of its method, with its own file number after fsf.';
  return { ...label, volumes, byHandNote: `${label.byHandNote ?? ''} ${alike}`.trim() };
}

/** What a label of 0.1.0 holds. */
export const withoutLines = ({ byHandNote: _, ...label }: TapeLabel): TapeLabel => ({
  ...label,
  volumes: label.volumes.map(withoutLine),
});

/** The whole label, then shorter ones that say what they leave out. */
export const shorterLabels = (label: TapeLabel): TapeLabel[] => [
  label,
  withoutAlike(label),
  {
    ...withoutLines(label),
    byHandNote: 'The commands did not fit: docs/restore-by-hand.md of Shadowtape has them.',
  },
];
