// Metrics that identify a row: epoch and iteration.
import { fixedFamily } from './metric.js';

export const place = fixedFamily([
  { name: 'epoch', title: 'epoch', kind: 'place', value: ({ position }) => position.epoch },
  { name: 'iteration', title: 'iteration', kind: 'place', value: ({ iteration }) => iteration },
]);
