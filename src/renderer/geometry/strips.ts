/**
 * Draws a proxy above its shadow at the same scale: two strips of blocks, the ribbon between them, one thread per
 * sampled record.
 */
import { say } from '../../contract/text/say.ts';
import type { SampledRecord, SideBlocks, Verdict } from '../../folds/verification.ts';
import type { Box } from './viewport.ts';

interface StripExtent extends Box {
  readonly first: number;
  readonly last: number;
}

export interface Strip extends Box {
  /** Undefined if the side does not show its place. */
  readonly extent: StripExtent | undefined;
  /** True if the disk continues beyond the edge of the drawing. */
  readonly torn: { readonly start: boolean; readonly end: boolean };
}

interface Thread {
  readonly record: number;
  readonly x1: number;
  readonly x2: number;
  readonly verdict: SampledRecord['verdict'];
}

export interface StripsPicture {
  readonly cluster: Strip;
  readonly backup: Strip;
  /** As SVG has it; undefined if a side is not known. */
  readonly ribbon: string | undefined;
  readonly straight: boolean;
  readonly threads: readonly Thread[];
  /** The blocks that the drawing spans. */
  readonly from: number;
  readonly to: number;
}

interface Frame {
  readonly x: number;
  readonly width: number;
  /** Top of each strip. */
  readonly tops: readonly [number, number];
  readonly height: number;
}

/** Volumes that take less than this part of their disk are drawn larger, with zigzag edges. */
const leastShare = 0.3;

/** The smallest distance in pixels of sides that differ: a shift of one block must be visible. */
const leastShift = 22;

const endOf = ({ first, blocks }: SideBlocks): number => (first ?? 0) + (blocks ?? 0);

function windowOf(sides: readonly SideBlocks[]): { from: number; to: number; size: number } {
  const ends = sides.map(endOf);
  const size = Math.max(1, ...sides.map((side) => side.size ?? 0), ...ends);
  const firsts = sides.flatMap(({ first }) => first ?? []);
  const longest = Math.max(0, ...sides.map(({ blocks }) => blocks ?? 0));
  if (longest === 0 || firsts.length === 0 || longest / size >= leastShare)
    return { from: 0, to: size, size };
  const around = longest * 0.35;
  return {
    from: Math.max(0, Math.min(...firsts) - around),
    to: Math.min(size, Math.max(...ends) + around),
    size,
  };
}

/** The smallest offset in x that makes a different start visible. */
function shiftOf(cluster: SideBlocks, backup: SideBlocks, perBlock: number): number {
  if (cluster.first === undefined || backup.first === undefined || cluster.first === backup.first) return 0;
  const drawn = (backup.first - cluster.first) * perBlock;
  return Math.abs(drawn) >= leastShift ? 0 : Math.sign(drawn) * leastShift - drawn;
}

/** The part of the fingerprint's threads to draw: too many would be a solid surface. Those that differ are always drawn. */
function thinned(samples: readonly SampledRecord[], most: number): readonly SampledRecord[] {
  if (samples.length <= most) return samples;
  const every = Math.ceil(samples.length / most);
  return samples.filter(({ verdict }, index) => verdict === 'differs' || index % every === 0);
}

export function layoutStrips(
  cluster: SideBlocks,
  backup: SideBlocks,
  samples: readonly SampledRecord[],
  frame: Frame,
): StripsPicture {
  const { from, to, size } = windowOf([cluster, backup]);
  const perBlock = frame.width / (to - from);
  const shift = shiftOf(cluster, backup, perBlock);
  const strip = (side: SideBlocks, top: number, moved: number): Strip => {
    const box = { x: frame.x, y: top, width: frame.width, height: frame.height };
    const torn = { start: from > 0, end: to < size };
    if (side.first === undefined || side.blocks === undefined) return { ...box, extent: undefined, torn };
    const x = frame.x + (side.first - from) * perBlock + moved;
    const width = Math.max(side.blocks * perBlock, 2);
    const extent = {
      x,
      y: top + 2,
      width,
      height: frame.height - 4,
      first: side.first,
      last: endOf(side) - 1,
    };
    return { ...box, extent, torn };
  };
  const above = strip(cluster, frame.tops[0], 0);
  const below = strip(backup, frame.tops[1], shift);
  const [one, other] = [above.extent, below.extent];
  const round = (value: number) => Math.round(value * 10) / 10;
  const threads =
    one === undefined || other === undefined
      ? []
      : thinned(samples, 160).map(({ record, block, verdict }) => {
          // A little inside, so that the first and the last are visible next to the edges.
          const inside = (extent: StripExtent) =>
            Math.min(Math.max(extent.x + block * perBlock, extent.x + 3), extent.x + extent.width - 3);
          return { record, x1: round(inside(one)), x2: round(inside(other)), verdict };
        });
  const [y1, y2] = [frame.tops[0] + frame.height, frame.tops[1]];
  return {
    cluster: above,
    backup: below,
    ribbon:
      one && other
        ? `M${round(one.x)} ${y1}L${round(other.x)} ${y2}H${round(other.x + other.width)}L${round(one.x + one.width)} ${y1}Z`
        : undefined,
    straight: cluster.first === backup.first && cluster.blocks === backup.blocks,
    threads,
    from,
    to,
  };
}

/** The outline of a strip: round where the disk ends, zigzag where it continues. As SVG has it. */
export function stripOutline({ x, y, width, height, torn }: Strip): string {
  const [right, bottom] = [x + width, y + height];
  const step = height / 4;
  const zigzag = (side: 1 | -1) =>
    `l${5 * side} ${step}l${-5 * side} ${step}l${5 * side} ${step}l${-5 * side} ${step}`;
  const end = torn.end ? `H${right}${zigzag(-1)}` : `H${right - 7}q7 0 7 7V${bottom - 7}q0 7 -7 7`;
  const start = torn.start
    ? `H${x}l5 ${-step}l-5 ${-step}l5 ${-step}l-5 ${-step}Z`
    : `H${x + 7}q-7 0 -7 -7V${y + 7}q0 -7 7 -7Z`;
  return `M${torn.start ? x : x + 7} ${y}${end}${start}`;
}

/** The label of the ribbon, in one line. */
export function ribbonText(
  samples: readonly SampledRecord[],
  verdict: Verdict,
  read: number | undefined,
): string {
  const total = samples.length;
  const differing = samples.filter((sample) => sample.verdict === 'differs').length;
  const waiting = samples.filter((sample) => sample.verdict === 'waiting').length;
  // A rule has found it: the sampled records are then no longer read through the shadow.
  if (verdict === 'differs' && differing === 0) return say('not the same blocks');
  if (total === 0) return say('no record sampled yet');
  if (waiting === total) {
    return read === undefined
      ? say('{total} records sampled on the cluster', { total })
      : say('{total} records sampled on the cluster, {read} read through the shadow', { total, read });
  }
  if (differing > 0)
    return say('{differing} of {total} sampled records differ: not the same data', { differing, total });
  return say('{total} sampled records match', { total });
}
