// The studies under results/: their stores, and the files that say which runs belong to each.

/** The comparison on CIFAR-10 without a choice of lambda0. */
const defaultLambda0 = { store: 'tenth/store/cifar10', runs: [['tenth/cifar10.yaml']] };

/** The comparison with the larger difference (protocol, step 6). */
const largerDifference = {
  store: 'tenth/store/cifar100',
  runs: [['tenth/cifar100.yaml'], ['tenth/cifar100-searched.yaml']],
};

/**
 * `runs`: study files with what the command line changes in them (docs of each study say why). `beside`: another
 * study whose rows are shown with its own. `sameSeedsOf`: the study in bfloat16 whose runs of the same rows and seeds
 * its runs are compared with. `repeated`: its protocol asks one question, by the paired t-test. `baseline`: the row
 * that the others are compared with, in place of cross entropy.
 */
export const studies = [
  {
    name: 'choice of lambda0 on CIFAR-10',
    search: true,
    store: 'tenth/store/cifar10-lambda0',
    runs: [['tenth/cifar10-lambda0.yaml']],
  },
  {
    name: 'CIFAR-10',
    store: 'tenth/store/cifar10',
    runs: [['tenth/cifar10.yaml'], ['tenth/cifar10-searched.yaml']],
    comparison: true,
  },
  {
    name: 'choice of lambda0 on CIFAR-100',
    search: true,
    store: 'tenth/store/cifar100-lambda0',
    runs: [['tenth/cifar100-lambda0.yaml']],
  },
  {
    name: 'CIFAR-100',
    store: 'tenth/store/cifar100',
    runs: [['tenth/cifar100.yaml'], ['tenth/cifar100-searched.yaml']],
    comparison: true,
  },
  {
    name: 'CIFAR-100 with new seeds',
    store: 'tenth/store/cifar100-repeat',
    runs: [['tenth/cifar100-repeat.yaml']],
    comparison: true,
    repeated: true,
  },
  {
    name: 'CIFAR-10 in float32',
    store: 'tenth/store/cifar10-float32',
    runs: [['tenth/cifar10.yaml', 1]],
    sameSeedsOf: 'CIFAR-10',
  },
  {
    name: 'variants of Table 5',
    store: 'tenth/store/variants',
    runs: [['tenth/variants.yaml']],
    beside: largerDifference,
    comparison: true,
  },
  {
    name: 'sketched covariances on CIFAR-10',
    store: 'tenth/store/sketch',
    runs: [['tenth/sketch.yaml']],
    beside: defaultLambda0,
    baseline: 'isda',
    comparison: true,
  },
  {
    name: 'losses of Table 3',
    store: 'tenth/store/losses',
    runs: [['tenth/losses.yaml']],
    beside: largerDifference,
    comparison: true,
  },
  {
    name: 'generators on the same images',
    store: 'tenth/store/generators',
    runs: [['tenth/generators.yaml']],
    beside: defaultLambda0,
    comparison: true,
  },
  { name: 'all of CIFAR-10', store: 'tenth/store/full', runs: [['tenth/full.yaml']], comparison: true },
];
