// Axes of charts with round tick values.

export interface Axis {
  /** The ends of the axis, round numbers that enclose the data. */
  readonly low: number;
  readonly high: number;
  /** Round numbers from `low` to `high`, equally spaced. */
  readonly ticks: readonly number[];
  /** The text of each tick, all with the same number of decimals. */
  readonly labels: readonly string[];
}

/** The step, 1, 2 or 5 times a power of ten, that divides `span` into at most `intervals`. */
function roundStep(span: number, intervals: number): number {
  const power = 10 ** Math.floor(Math.log10(span / intervals));
  // The tolerance prevents rounding from choosing the next larger step for a span that is an exact multiple.
  const step = [1, 2, 5, 10].find((factor) => span / (factor * power) <= intervals * (1 + 1e-9)) ?? 10;
  return step * power;
}

interface AxisOptions {
  /** The maximum number of intervals between ticks. */
  readonly intervals?: number;
  /** Ticks at whole numbers only. */
  readonly whole?: boolean;
}

/** Ends that differ by less, as a fraction of the larger, are one value: rounding makes equal values differ. */
const rounding = 1e-9;

/** Returns an axis that encloses `low` and `high`, both finite; a single value gets space on both sides. */
export function roundAxis(low: number, high: number, { intervals = 6, whole = false }: AxisOptions = {}): Axis {
  const isSingle = high - low <= rounding * Math.max(Math.abs(low), Math.abs(high));
  const room = isSingle ? (whole ? 1 : Math.abs(low) * 0.1 || 1) : 0;
  const [from, to] = [low - (low === 0 ? 0 : room), high + room];
  const step = Math.max(roundStep(to - from, intervals), whole ? 1 : 0);
  const first = Math.floor(from / step + 1e-9);
  const last = Math.ceil(to / step - 1e-9);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, index) =>
    // From 1e21 on, toFixed does not round.
    Number(Number(((first + index) * step).toFixed(decimals)).toPrecision(15)),
  );
  const largest = Math.max(Math.abs(ticks[0]), Math.abs(ticks[ticks.length - 1]));
  const plain = decimals <= 6 && largest < 1e7;
  const labels = ticks.map((tick) => (plain ? tick.toFixed(decimals) : String(tick)));
  return { low: ticks[0], high: ticks[ticks.length - 1], ticks, labels };
}
