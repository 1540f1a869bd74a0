// A custom metric: the mean of the classes' errors in percent, so that rare classes count as much as others.

/** @type {import('isda/kit').MetricsModule['createMetrics']} */
export function createMetrics({ classes, kit }) {
  const { argMax, cast, equal, mul, oneHot, reshape, sum } = kit.ops;
  return [
    {
      name: 'balancedError',
      // Added up over all evaluation steps: the images of each class, and the correct predictions among them.
      sums({ logits, labels }) {
        const ofClass = oneHot(labels, classes);
        const right = cast(equal(argMax(logits), labels), 'float32');
        const { shape } = right;
        return { images: sum(ofClass, [0]), right: sum(mul(ofClass, reshape(right, [shape[0], 1])), [0]) };
      },
      value({ sums }) {
        const errors = Array.from(sums.images, (count, label) => (count === 0 ? [] : [1 - sums.right[label] / count]));
        const known = errors.flat();
        return (100 * known.reduce((total, error) => total + error, 0)) / known.length;
      },
    },
  ];
}
