// The command lines of the net beside the smoke runs: chains, each line of which may need the ones before it.

const parts = '{tmp}/parts';
const small = 'dataset.dir={tmp}/data dataset.subset=64 dataset.testSubset=50 training.batchSize=16';
const folder = [
  'dataset.name=image-folder dataset.dir={tmp}/images dataset.imageSize=32 dataset.resize=36',
  'dataset.subset=8 dataset.testSubset=8 augmentation.padCrop=false training.batchSize=4',
].join(' ');
const custom = `dataset.name=custom dataset.module=${parts}/dataset.js dataset.options.train=60 dataset.options.test=30 dataset.subset=60 dataset.testSubset=30 training.batchSize=16`;
const net = `model.name=custom model.module=${parts}/network.js model.options.width=4`;

const set = (changes) =>
  changes
    .split(' ')
    .filter((change) => change !== '')
    .map((change) => `--set ${change}`)
    .join(' ');

/** A run of two epochs of four steps, ISDA unless `changes` say else. */
const train = (name, changes, { data = small, config = 'tiny-isda' } = {}) =>
  `train --config ${config} ${set(`${data} ${changes}`)} --out {tmp}/${name}`;

const losses = {
  'cross-entropy': 'loss.name=cross-entropy',
  ...Object.fromEntries(
    ['full', 'diagonal', 'identity', 'single'].flatMap((covariance) =>
      ['iteration', 'epoch', 'constant'].map((schedule) => [
        `isda-${covariance}-${schedule}`,
        `loss.covariance=${covariance} loss.schedule=${schedule} loss.lambda0=2`,
      ]),
    ),
  ),
  focal: 'loss.name=focal loss.gamma=2',
  lq: 'loss.name=lq',
  'lq-truncated': 'loss.name=lq loss.q=0.7 loss.truncation=0.1',
  center: 'loss.name=center loss.weight=0.1',
  'large-margin': 'loss.name=large-margin loss.margin=4 loss.lambda0=10',
  'disturb-label': 'loss.name=disturb-label loss.noiseRate=0.3',
  'label-smoothing': 'loss.name=label-smoothing',
};

const networks = {
  'resnet-dropout': 'model.dropout=0.3',
  'se-resnet': 'model.name=se-resnet model.depth=8 model.dropout=0.2',
  wrn: 'model.name=wrn model.depth=10 model.width=1 model.dropout=0.3',
  resnext: 'model.name=resnext model.depth=11 model.cardinality=2 model.width=4',
  'densenet-bc': 'model.name=densenet-bc model.depth=10 model.growth=4 model.dropout=0.2',
  'densenet-bc-recompute': 'model.name=densenet-bc model.depth=10 model.growth=4 model.recompute=true',
  'shake-shake': 'model.name=shake-shake model.depth=8 model.width=4',
  'shake-shake-fixed': 'model.name=shake-shake model.depth=8 model.width=4 model.shake=fixed',
  pyramidnet: 'model.name=pyramidnet model.depth=11 model.alpha=8',
};

const others = {
  nesterov: 'optimizer.nesterov=false optimizer.momentum=0.5 optimizer.weightDecay=0.01',
  plain: 'optimizer.nesterov=false optimizer.momentum=0 optimizer.weightDecay=0',
  cosine: 'schedule.name=cosine',
  constant: 'schedule.name=constant optimizer.learningRate=0.02',
  steps: 'schedule.factor=0.5 schedule.milestones=[2,3] training.epochs=3',
  cutout: 'augmentation.cutout.length=12 augmentation.cutout.fill=black',
  autoaugment: 'augmentation.autoaugment=true augmentation.cutout.length=16',
  crop: 'augmentation.padCrop.mode=zero augmentation.padCrop.padding=2 augmentation.flip=false',
  holdout: 'dataset.holdout=20 training.workers=2 training.readEvery=3',
  steady: 'output.checkpointEvery.steps=3 output.keepCheckpoints=1 training.evaluationBatchSize=20',
  cifar100: 'dataset.name=cifar100 dataset.subset=200 dataset.testSubset=100',
  bfloat16: 'training.precision=bfloat16',
  'bfloat16-densenet': 'training.precision=bfloat16 model.name=densenet-bc model.depth=10 model.growth=4',
  'eager-wrn': 'training.execution=eager model.name=wrn model.depth=10 model.width=1 model.dropout=0.3',
  'eager-center': 'training.execution=eager loss.name=center loss.weight=0.1',
  'eager-bfloat16': 'training.execution=eager training.precision=bfloat16',
  xla: 'training.xla=true',
  deterministic: 'training.deterministic=true training.seed=7',
};

const images = {
  folder: 'dataset.decoding=exact augmentation.randomResizedCrop.scale=[0.3,1]',
  'folder-centre': 'augmentation.randomResizedCrop=false dataset.maxBroken=1',
  'imagenet-resnet-18': 'model.name=imagenet-resnet model.depth=18 optimizer.learningRate=0.01 training.epochs=1',
  'imagenet-resnext-50': [
    'model.name=imagenet-resnext model.depth=50 model.cardinality=2 model.width=1',
    'optimizer.learningRate=0.01 training.epochs=1',
  ].join(' '),
};

const own = {
  parts: [`${custom} ${net} loss.name=custom loss.module=${parts}/loss.js`, 'augmentation.padCrop.padding=2'].join(' '),
  'own-loss': `${small} loss.name=custom loss.module=${parts}/loss.js`,
  'own-network': `${small} ${net}`,
};

const singles = (runs, options) => Object.entries(runs).map(([name, changes]) => [train(name, changes, options)]);

/** A stopped run (exit code 75, or killed) resumes and ends as one that was never stopped. */
const stopped = (name, signal) => {
  const line = train(name, `loss.name=custom loss.module=${parts}/loss.js loss.options.stopAt=5`);
  return [
    { line, environment: { NET_SIGNAL: signal } },
    line,
    `evaluate --run {tmp}/${name} ${set(`loss.module=${parts}/loss.js`)}`,
  ];
};

const gan = (name, changes, more = '') =>
  `gan train --config tiny-gan ${set(`dataset.dir={tmp}/data gan.name=${name} gan.noise=8 ${widths} ${changes}`)} ${more}`.trimEnd();
const widths = 'gan.generatorWidth=4 gan.discriminatorWidth=4';

const generators = [
  ...['wgan', 'cgan', 'acgan', 'infogan'].map((name) => [
    `${gan(name, name === 'wgan' ? 'gan.criticSteps=2' : '')} --out {tmp}/${name}`,
    `gan sample --run {tmp}/${name} --out {tmp}/${name}-samples.png --count 3`,
  ]),
  // Made longer: resumes from the checkpoint of the shorter one.
  ['training.iterations=3', 'training.iterations=6'].map((longer) => `${gan('cgan', longer)} --out {tmp}/cgan-longer`),
  [
    `${gan('wgan', 'gan.perClass=true gan.criticSteps=1 training.iterations=2 training.batchSize=8', '--class 3')} --out {tmp}/wgan-class`,
  ],
  [`${gan('infogan', 'training.execution=eager gan.realLabels=false')} --out {tmp}/infogan-eager`],
];

const after = [
  train('base', 'loss.lambda0=1', { data: small }),
  'evaluate --run {tmp}/base --checkpoint best',
  'export --run {tmp}/base --out {tmp}/base.safetensors',
  `import {tmp}/base.safetensors --config tiny-isda ${set(small)} --out {tmp}/base-imported`,
  'evaluate --run {tmp}/base-imported --json',
  train('base-wrn', 'model.name=wrn model.depth=10 model.width=1'),
  'figure curve --run {tmp}/base --run {tmp}/base-wrn --label one --label two --metric test_error --metric train_loss ' +
    '--metric lambda --metric learning_rate --title Curves --out {tmp}/curves.svg',
  `${gan('acgan', '')} --out {tmp}/generator`,
  ...['random --draws 2', 'pca --components 1'].map(
    (directions) =>
      `visualize --run {tmp}/base --generator {tmp}/generator --out {tmp}/${directions.split(' ')[0]} --images 2 ` +
      `--iterations 4 --directions ${directions} --part test --estimate`,
  ),
  'gan quality --generator {tmp}/generator --run {tmp}/base --samples 40 --json',
  train('base-synthetic', 'dataset.synthetic.generator={tmp}/generator dataset.synthetic.images=20'),
];

const store = `--config tiny-isda ${set(small)} --seeds 2 --out {tmp}/table5`;
const forms = (line) => ['terminal', 'markdown', 'csv', 'html'].map((form) => `${line} --format ${form}`);
const tables = [
  `table 5 --run ${store}`,
  ...forms(`table 5 ${store}`),
  `table 5 ${store} --json`,
  `ablate ${store} --variant basic --variant isda`,
  'figure 3 --store {tmp}/table5 --out {tmp}/figure3.svg',
  'figure baselines --store {tmp}/table5 --out {tmp}/baselines.svg',
  'runs {tmp}/table5',
  'report --store {tmp}/table5 --out {tmp}/report-table5',
];

const study = [
  `study {tmp}/study.yaml ${set(small)} --seeds 2 --out {tmp}/study`,
  'figure 2 --store {tmp}/study --out {tmp}/figure2.svg',
  'figure baselines --store {tmp}/study --out {tmp}/study-baselines.svg',
  'figure dots --store {tmp}/study --out {tmp}/study-dots.svg',
  'table 3 --from {tmp}/study --format markdown',
  'report --store {tmp}/study --out {tmp}/report-study',
  `sweep loss.gamma --config tiny-isda ${set(`${small} loss.name=focal`)} --values 0,1,2 --holdout 20 --final-seeds 1 --out {tmp}/sweep`,
  `table 1 --run --config tiny-isda --config tiny-cross-entropy ${set(small)} --seeds 1 --out {tmp}/table1`,
  ...[1, 2, 3, 4].flatMap((number) => forms(`table ${number}`)),
  'table 5 --format markdown',
];

/** What the study of the chain above runs. */
export const studyFile = `
study: net-study
config: tiny-isda
rows:
  - name: basic
    set: {loss: {name: cross-entropy}}
  - name: isda
  - {name: focal, set: {loss: {name: focal}}}
  - {name: failing, set: {loss: {name: custom, module: ./parts/broken.js}}}
`;

/** Makes the data that all chains read. */
export const preparation = [
  'data synthesize --out {tmp}/data --train 256 --test 100 --seed 3',
  'data synthesize --out {tmp}/data --name cifar100 --train 300 --test 100 --seed 3',
];

/** Chains of command lines, or of {line, environment}. `{tmp}` is the folder that holds data/, images/, parts/. */
export const chains = [
  tables,
  study,
  after,
  stopped('crashed', 'SIGKILL'),
  stopped('stopped', 'SIGTERM'),
  ...generators,
  ...singles(images, { data: folder }),
  ...singles(networks),
  ...singles(losses),
  ...singles(others),
  ...singles(own, { data: '' }),
];
