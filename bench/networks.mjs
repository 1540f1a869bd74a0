// The networks that are compared and timed, by the names that `isda models` prints.

const cifar = (...model) => ({ model, losses: ['cross-entropy', 'isda'], side: 32 });

/** ISDA on ImageNet takes variances only, which the PyTorch program does not have. */
const imagenet = (...model) => ({ model, losses: ['cross-entropy'], side: 224 });

/** The settings of `model` in a config, the losses that can be compared, height and width of the images in pixels. */
export const networks = {
  'resnet-32': cifar('name=resnet', 'depth=32'),
  'resnet-110': cifar('name=resnet', 'depth=110'),
  'se-resnet-110': cifar('name=se-resnet', 'depth=110'),
  'wrn-16-8': cifar('name=wrn', 'depth=16', 'width=8'),
  'wrn-28-10': cifar('name=wrn', 'depth=28', 'width=10'),
  'resnext-29-8x64d': cifar('name=resnext', 'depth=29', 'cardinality=8', 'width=64'),
  'densenet-bc-100-12': cifar('name=densenet-bc', 'depth=100', 'growth=12'),
  'densenet-bc-190-40': cifar('name=densenet-bc', 'depth=190', 'growth=40', 'recompute=true'),
  'shake-shake-26-2x32d': cifar('name=shake-shake', 'depth=26', 'width=32'),
  'shake-shake-26-2x112d': cifar('name=shake-shake', 'depth=26', 'width=112'),
  'resnet-50': imagenet('name=imagenet-resnet', 'depth=50'),
  'resnet-152': imagenet('name=imagenet-resnet', 'depth=152'),
  'resnext-50-32x4d': imagenet('name=imagenet-resnext', 'depth=50', 'cardinality=32', 'width=4'),
};

/** The batches at which `compare.mjs --all` compares: the paper's, or what a CPU does in seconds. */
export const comparedBatches = {
  'resnet-32': '128',
  'resnet-110': '128',
  'wrn-28-10': '16',
  'densenet-bc-100-12': '64',
  'se-resnet-110': '128',
  'wrn-16-8': '64',
  'resnext-29-8x64d': '32',
  'shake-shake-26-2x32d': '64',
  'resnet-50': '16',
};

/** Classes of a network's data set: as asked for among CIFAR's, else ImageNet's. */
export const classesOf = (name, asked) => (networks[name].side === 32 ? asked : '1000');

/** Words of `isda bench` for a network on random images. */
export function benchWords(name, { batch, classes, device, precision }) {
  const settings = [
    ...networks[name].model.map((setting) => `model.${setting}`),
    `training.batchSize=${batch}`,
    `training.device=${device}`,
  ];
  const sets = settings.flatMap((setting) => ['--set', setting]);
  const base = networks[name].side === 32 ? `base/cifar${classes}` : 'base/imagenet';
  return ['bench', '--config', base, ...sets, '--precision', precision, '--json'];
}
