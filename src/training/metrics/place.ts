// Metrics that say where in the run a row is.
import { fixedFamily } from './metric.js';

export const place = fixedFamily([
  { name: 'epoch', title: 'epoch', kind: 'place', value: ({ position }) => position.epoch },
  { name: 'iteration', title: 'iteration', kind: 'place', value: ({ iteration }) => iteration },
]);
