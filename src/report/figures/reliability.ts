// The reliability diagram: accuracy over confidence, and the number of images by confidence.
import { twoDecimals } from '../../common/format.js';
import type { Calibration } from '../../runs/examination/calibration.js';
import { roundAxis, type Axis } from '../axis.js';
import { paper } from '../chart/style.js';
import { wrap } from '../chart/text.js';
import { coordinate, document, element, textElement } from '../svg.js';

const [margin, titleSize, noteSize] = [14, 15, 11.5];
const [left, plotWidth, plotHeight, shareHeight] = [70, 420, 300, 90];
const [accuracyColour, gapColour] = [paper.series[0], paper.series[1]];
/** A third of the gap's colour on white; opaque, so that it looks the same on columns and beside them. */
const gapGround = '#f0c6aa';

interface Frame {
  readonly top: number;
  readonly height: number;
  readonly axis: Axis;
}

const xAt = (share: number): number => left + share * plotWidth;

function yIn({ top, height, axis }: Frame): (value: number) => number {
  return (value) => top + height - ((value - axis.low) / (axis.high - axis.low)) * height;
}

/** Lines and numbers of both axes; columns start at the frame's lower edge. */
function axes(frame: Frame, label: string, unit: string): string[] {
  const at = yIn(frame);
  const [x, y] = [margin + 10, frame.top + frame.height / 2];
  return [
    ...frame.axis.ticks.flatMap((tick, index) => [
      element('line', { x1: left, x2: left + plotWidth, y1: at(tick), y2: at(tick), stroke: paper.grid }),
      textElement(`${frame.axis.labels[index]}${unit}`, {
        x: left - 8,
        y: at(tick) + 4.5,
        'text-anchor': 'end',
        fill: paper.soft,
      }),
    ]),
    textElement(label, {
      x,
      y,
      'text-anchor': 'middle',
      transform: `rotate(-90 ${coordinate(x)} ${coordinate(y)})`,
      fill: paper.ink,
    }),
  ];
}

/** The lower edge of a plot and the numbers below it. */
function foot({ top, height }: Frame, numbers: boolean): string[] {
  const bottom = top + height;
  const ticks = [0, 20, 40, 60, 80, 100];
  return [
    element('path', { d: `M${left} ${coordinate(top)}V${coordinate(bottom)}h${plotWidth}`, stroke: paper.soft, fill: 'none' }), // prettier-ignore
    ...ticks.flatMap((tick) => [
      element('line', { x1: xAt(tick / 100), x2: xAt(tick / 100), y1: bottom, y2: bottom + 5, stroke: paper.soft }),
      ...(numbers ? [textElement(String(tick), { x: xAt(tick / 100), y: bottom + 20, 'text-anchor': 'middle', fill: paper.soft })] : []), // prettier-ignore
    ]),
  ];
}

/** A column from one value to another. */
function column(
  { low, high }: { low: number; high: number },
  from: number,
  to: number,
  more: Record<string, string | number>,
) {
  const [x, end] = [xAt(low) + 1, xAt(high) - 1];
  return element('rect', {
    x,
    y: Math.min(from, to),
    width: Math.max(1, end - x),
    height: Math.abs(to - from),
    ...more,
  });
}

/** The upper end of a column, drawn last because the mark of a difference may cover it. */
const topOf = ({ low, high }: { low: number; high: number }, y: number): string =>
  element('line', { x1: xAt(low) + 1, x2: xAt(high) - 1, y1: y, y2: y, stroke: accuracyColour, 'stroke-width': 3 });

/** Draws the diagram as SVG. A column ends at its bin's accuracy; the gap to the bin's mean confidence is marked. */
export function reliabilityDiagram(calibration: Calibration, { title }: { readonly title: string }): string {
  const { bins, expectedErrorPercent, meanConfidencePercent, accuracyPercent } = calibration;
  const images = bins.reduce((sum, bin) => sum + bin.images, 0);
  const width = left + plotWidth + margin + 8;
  const heads = wrap(title, width - 2 * margin, titleSize);
  const upper: Frame = { top: margin + 22 * heads.length + 34, height: plotHeight, axis: roundAxis(0, 100) };
  const largest = Math.max(...bins.map((bin) => (100 * bin.images) / images));
  const lower: Frame = {
    top: upper.top + plotHeight + 26,
    height: shareHeight,
    axis: roundAxis(0, largest, { intervals: 3 }),
  };
  const [at, shareAt] = [yIn(upper), yIn(lower)];
  const filled = bins.filter((bin) => bin.images > 0);
  const note =
    `Expected calibration error ${twoDecimals(expectedErrorPercent)} % (${bins.length} bins); mean confidence ` +
    `${twoDecimals(meanConfidencePercent)} %, accuracy ${twoDecimals(accuracyPercent)} %, ${images} images.`;
  const noteTop = lower.top + shareHeight + 56;
  const notes = wrap(note, width - 2 * margin, noteSize);
  const legendY = upper.top - 16;
  const entry = (x: number, text: string, more: Record<string, string | number>): string[] => [
    element('rect', { x, y: legendY - 10, width: 14, height: 11, ...more }),
    textElement(text, { x: x + 20, y: legendY, 'font-size': 12, fill: paper.soft }),
  ];
  const gap = { fill: gapGround, stroke: gapColour };
  return document({ width, height: Math.ceil(noteTop + notes.length * 16 + 6), title, ground: paper.ground }, [
    ...heads.map((text, index) =>
      textElement(text, { x: margin, y: margin + 12 + 22 * index, 'font-size': titleSize }),
    ),
    ...entry(left, 'accuracy', { fill: accuracyColour }),
    ...entry(left + 110, 'difference from the mean confidence', gap),
    ...axes(upper, 'accuracy (%)', ''),
    ...filled.map((bin) => column(bin, at(0), at(100 * bin.accuracy!), { fill: accuracyColour })),
    ...filled.map((bin) => column(bin, at(100 * bin.accuracy!), at(100 * bin.confidence!), gap)),
    ...filled.map((bin) => topOf(bin, at(100 * bin.accuracy!))),
    element('line', { x1: xAt(0), y1: at(0), x2: xAt(1), y2: at(100), stroke: paper.ink, 'stroke-dasharray': '5 4' }),
    ...foot(upper, false),
    ...axes(lower, 'images (%)', ''),
    ...filled.map((bin) => column(bin, shareAt(0), shareAt((100 * bin.images) / images), { fill: paper.soft })),
    ...foot(lower, true),
    textElement('confidence (%)', {
      x: left + plotWidth / 2,
      y: lower.top + shareHeight + 38,
      'text-anchor': 'middle',
      fill: paper.ink,
    }),
    ...notes.map((text, index) =>
      textElement(text, { x: margin, y: noteTop + 8 + 16 * index, 'font-size': noteSize, fill: paper.soft }),
    ),
  ]);
}
