// Metrics of time: seconds of the whole epoch, and images per second of its training steps.
import { formatDuration } from '../../common/format.js';
import { imagesPerSecond } from '../state.js';
import { fixedFamily } from './metric.js';

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

export const time = fixedFamily([
  {
    name: 'seconds',
    title: 'seconds per epoch',
    kind: 'time',
    line: { place: 9, rank: 11, text: formatDuration, widest: 3599 },
    value: ({ position }) => rounded(position.seconds, 3),
  },
  {
    name: 'imagesPerSecond',
    title: 'images per second',
    kind: 'time',
    line: { place: 8, rank: 10, text: (value) => `${Math.round(value)} images/s`, widest: 12_345 },
    value: ({ position }) => rounded(imagesPerSecond(position), 1),
  },
]);
