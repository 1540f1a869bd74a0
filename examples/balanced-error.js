// A metric of one's own: the mean of the classes' errors in percent, in which a rare class counts as much as another.

/** @type {import('../src/runs/kit.js').MetricsModule['createMetrics']} */
export function createMetrics({ classes, kit }) {
  const { argMax, cast, equal, mul, oneHot, reshape, sum } = kit.ops;
  return [
    {
      name: 'balancedError',
      // What each evaluation step adds up over its images: those of each class, and of these the ones that are right.
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
