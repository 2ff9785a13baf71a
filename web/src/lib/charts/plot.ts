/** How uPlot is told what to draw. Everything here is pure, but for what paints on its canvas. */
import type uPlot from 'uplot';
import { stackBounds } from './series.ts';
import type { Bucket, Happening, Series } from './series.ts';

/** What a plot shows at this moment. */
export interface Drawing {
  readonly buckets: readonly Bucket[];
  readonly series: readonly Series[];
  /** The last bucket is not over yet. */
  readonly open: boolean;
}

/** One line or area of uPlot: a series, or the part of it that is not over yet. */
interface Part {
  readonly of: Series;
  readonly over: boolean;
}

/** What lies behind comes first. */
const ORDER = ['area', 'stack', 'past', 'line'] as const satisfies readonly Series['kind'][];

/** How much of its colour an area has; of the part that is not over yet, half of that. */
const FILLED = { area: 0.16, stack: 0.85 } as const;

/** In the order in which they are painted. */
export function partsOf({ series, open }: Pick<Drawing, 'series' | 'open'>): readonly Part[] {
  const sides = open ? [true, false] : [true];
  return sides.flatMap((over) =>
    ORDER.flatMap((kind) => series.filter((one) => one.kind === kind)).map((of) => ({ of, over })),
  );
}

/** What must be the same for new data to go into a plot that is there. */
export function shapeOf(drawing: Pick<Drawing, 'series' | 'open'>): string {
  return partsOf(drawing)
    .map(({ of, over }) => [of.key, of.kind, of.color, over].join(' '))
    .join('\n');
}

/** Times, and beside each the values of all parts; a stacked one reaches from zero to its upper bound. */
export function dataOf(drawing: Drawing): uPlot.AlignedData {
  const { buckets } = drawing;
  const bounds = stackBounds(drawing.series);
  const isIn = (over: boolean, index: number): boolean =>
    over ? !drawing.open || index < buckets.length - 1 : index >= buckets.length - 2;
  const valueAt = ({ key, kind, values }: Series, index: number): number | null =>
    kind === 'stack' ? (bounds.get(key)?.[index]?.[1] ?? null) : (values[index] ?? null);
  return [
    buckets.map(({ from }) => from),
    ...partsOf(drawing).map(({ of, over }) =>
      buckets.map((_, index) => (isIn(over, index) ? valueAt(of, index) : null)),
    ),
  ];
}

/** Colours come as tokens; `paint` knows what they are on this screen. */
export function seriesOptions(
  drawing: Pick<Drawing, 'series' | 'open'>,
  paint: (color: string) => string,
): uPlot.Series[] {
  return [
    {},
    ...partsOf(drawing).map(({ of, over }): uPlot.Series => {
      const { color, kind } = of;
      if (kind === 'area' || kind === 'stack') {
        const share = FILLED[kind] * (over ? 100 : 50);
        const fill = `color-mix(in srgb, ${color} ${share}%, transparent)`;
        return { fill: () => paint(fill), points: { show: false } };
      }
      const dash = kind === 'past' ? [2, 5] : over ? null : [4, 4];
      return {
        stroke: () => paint(color),
        width: kind === 'past' ? 1.5 : 2,
        cap: 'round',
        ...(dash === null ? {} : { dash }),
        points: { show: true, size: 5, width: 0, fill: () => paint(color), filter: alone },
      };
    }),
  ];
}

/** Between which series of uPlot a stacked part lies: above the one that was stacked before it. */
export function bandsOf(drawing: Pick<Drawing, 'series' | 'open'>): uPlot.Band[] {
  const parts = partsOf(drawing);
  return parts.flatMap(({ of, over }, index): uPlot.Band[] => {
    const before = parts[index - 1];
    const isUpper = of.kind === 'stack' && before?.of.kind === 'stack' && before.over === over;
    // The first of uPlot's series are the times.
    return isUpper ? [{ series: [index + 1, index] }] : [];
  });
}

/** A value between gaps has no line: it is a dot. */
function alone(plot: uPlot, at: number, show: boolean): number[] | null {
  const values = plot.data[at] ?? [];
  if (!show) return null;
  return Array.from(values, (_, index) => index).filter(
    (index) => values[index] != null && values[index - 1] == null && values[index + 1] == null,
  );
}

/** The width of a mark, and the least distance of two. */
const MARK = { width: 8, apart: 10 };

/** The places that are far enough apart to be told from each other: what lies closer shares the mark before it. */
export function marksAt(places: readonly number[], apart: number): readonly number[] {
  const marks: number[] = [];
  for (const place of places.toSorted((a, b) => a - b)) {
    if (place - (marks.at(-1) ?? -Infinity) >= apart) marks.push(place);
  }
  return marks;
}

/**
 * A mark above the plot wherever something happened, so that many of them never lie on what is drawn; what happened in
 * the last bucket is at the end of the axis.
 */
export function drawHappenings(plot: uPlot, happenings: readonly Happening[], color: string): void {
  const { ctx, bbox } = plot;
  const half = (MARK.width / 2) * devicePixelRatio;
  const places = happenings
    .map(({ at }) => Math.min(plot.valToPos(at, 'x', true), bbox.left + bbox.width))
    .filter((x) => x >= bbox.left);
  ctx.save();
  ctx.fillStyle = color;
  ctx.beginPath();
  for (const x of marksAt(places, MARK.apart * devicePixelRatio)) {
    ctx.moveTo(x, bbox.top - devicePixelRatio);
    ctx.lineTo(x - half, bbox.top - 1.5 * half - devicePixelRatio);
    ctx.lineTo(x + half, bbox.top - 1.5 * half - devicePixelRatio);
    ctx.closePath();
  }
  ctx.fill();
  ctx.restore();
}
