// Metrics of a loss's own scalars, such as `loss.margin` for the scalar `margin`, in the epoch's last step.
import { namedFamily } from './metric.js';

export const lossScalars = namedFamily(
  ({ recordedScalars }) => recordedScalars,
  /^loss\.([a-z][A-Za-z0-9]*)$/,
  (scalar) => ({
    name: `loss.${scalar}`,
    title: `${scalar} of the loss`,
    kind: 'schedule',
    value: (epoch) => epoch.lossScalars[scalar],
  }),
);
