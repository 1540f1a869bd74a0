// Names of PyTorch, timm and other programs for keys and values of a config, for hints.

/** A key as it is compared: `learning_rate` and `Learning-Rate` are `learningrate`. */
export const bareKey = (key: string): string => key.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** By their bare names: the key here. */
const keys: Readonly<Record<string, string>> = {
  lr: 'optimizer.learningRate',
  baselr: 'optimizer.learningRate',
  initiallr: 'optimizer.learningRate',
  wd: 'optimizer.weightDecay',
  opt: 'optimizer.name',
  bs: 'training.batchSize',
  batch: 'training.batchSize',
  trainbatchsize: 'training.batchSize',
  valbatchsize: 'training.evaluationBatchSize',
  testbatchsize: 'training.evaluationBatchSize',
  evalbatchsize: 'training.evaluationBatchSize',
  epoch: 'training.epochs',
  numepochs: 'training.epochs',
  nepochs: 'training.epochs',
  maxepochs: 'training.epochs',
  maxepoch: 'training.epochs',
  numworkers: 'training.workers',
  loaderworkers: 'training.workers',
  amp: 'training.precision',
  fp16: 'training.precision',
  bf16: 'training.precision',
  randomseed: 'training.seed',
  manualseed: 'training.seed',
  sched: 'schedule.name',
  lrscheduler: 'schedule.name',
  scheduler: 'schedule.name',
  gamma: 'schedule.factor',
  lrdecay: 'schedule.factor',
  decayrate: 'schedule.factor',
  minlr: 'schedule.minLearningRate',
  etamin: 'schedule.minLearningRate',
  warmup: 'schedule.warmupEpochs',
  arch: 'model.name',
  network: 'model.name',
  net: 'model.name',
  layers: 'model.depth',
  numlayers: 'model.depth',
  droprate: 'model.dropout',
  pretrained: 'model.weights',
  checkpointpath: 'model.weights',
  initialcheckpoint: 'model.weights',
  frozen: 'model.freeze',
  freezelayers: 'model.freeze',
  drop: 'model.dropout',
  data: 'dataset.dir',
  datadir: 'dataset.dir',
  dataroot: 'dataset.dir',
  root: 'dataset.dir',
  datapath: 'dataset.dir',
  numclasses: 'dataset.classes',
  imgsize: 'dataset.imageSize',
  inputsize: 'dataset.imageSize',
  cropsize: 'dataset.imageSize',
  valsplit: 'dataset.holdout',
  valsize: 'dataset.holdout',
  criterion: 'loss.name',
  lambda: 'loss.lambda0',
  lambda0: 'loss.lambda0',
  smoothing: 'loss.smoothing',
  hflip: 'augmentation.flip',
  aa: 'augmentation.autoaugment',
  reprob: 'augmentation.cutout',
  randomerasing: 'augmentation.cutout',
  mixupalpha: 'augmentation.mixup',
  outputdir: 'output.dir',
  outdir: 'output.dir',
  logdir: 'output.dir',
  savedir: 'output.dir',
  name: 'experiment',
  runname: 'experiment',
};

/** By their bare names: the value here. */
const values: Readonly<Record<string, string>> = {
  gpu: 'cuda',
  ce: 'cross-entropy',
  celoss: 'cross-entropy',
  softmax: 'cross-entropy',
  crossentropyloss: 'cross-entropy',
  multistep: 'step',
  multisteplr: 'step',
  steplr: 'step',
  cosineannealing: 'cosine',
  cosineannealinglr: 'cosine',
  none: 'constant',
  fp32: 'float32',
  full: 'float32',
  fp16: 'bfloat16',
  half: 'bfloat16',
  bf16: 'bfloat16',
  amp: 'bfloat16',
  cifar: 'cifar10',
  imagefolder: 'image-folder',
  folder: 'image-folder',
  wideresnet: 'wrn',
  float16: 'bfloat16',
  mixed: 'bfloat16',
};

/** The key that another program's name means; undefined where it is none. */
export const keyOfAlias = (key: string): string | undefined =>
  Object.hasOwn(keys, bareKey(key)) ? keys[bareKey(key)] : undefined;

/** The one of `words` that another program's name means. */
export function wordOfAlias(value: string, words: readonly string[]): string | undefined {
  const bare = bareKey(value);
  const own = Object.hasOwn(values, bare) ? values[bare] : undefined;
  return words.find((word) => word === own) ?? words.find((word) => bareKey(word) === bare);
}
