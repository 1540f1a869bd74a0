// The fingerprint of versions up to commit 43dfa25, for runs that they stored. Frozen: the one reader of the old form.
import { createHash } from 'node:crypto';
import { isPlainObject } from '../common/plain-object.js';

/** Plain values by section. */
type Sections = Readonly<Record<string, object>>;
type Values = Readonly<Record<string, unknown>>;

/** The keys of a section that the old form knew, by the section's `name`, or `any`; a map's own keys after a dot. */
type KnownKeys = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

const synthetic = ['fraction', 'images', 'seed', 'checksum', 'generator'].map((key) => `synthetic.${key}`);
const choice = ['name', 'subset', 'testSubset', 'holdout', ...synthetic];
const folder = [...choice, 'imageSize', 'resize', 'decoding', 'mean', 'std'];
const resnet = ['name', 'depth', 'dropout'];
const cardinal = ['name', 'depth', 'cardinality', 'width'];

const keys: KnownKeys = {
  dataset: {
    cifar10: choice,
    cifar100: choice,
    imagenet: folder,
    'image-folder': [...folder, 'dir'],
    custom: [...choice, 'module', 'options'],
  },
  augmentation: {
    any: [
      ...['randomResizedCrop', 'randomResizedCrop.scale', 'randomResizedCrop.ratio'],
      ...[
        'padCrop',
        'padCrop.padding',
        'padCrop.mode',
        'flip',
        'autoaugment',
        'cutout',
        'cutout.length',
        'cutout.fill',
      ],
    ],
  },
  model: {
    resnet,
    'se-resnet': resnet,
    wrn: ['name', 'depth', 'width', 'dropout'],
    resnext: cardinal,
    'densenet-bc': ['name', 'depth', 'growth', 'dropout', 'recompute'],
    'shake-shake': ['name', 'depth', 'width', 'shake'],
    'imagenet-resnet': ['name', 'depth'],
    'imagenet-resnext': cardinal,
    pyramidnet: ['name', 'depth', 'alpha'],
    custom: ['name', 'module', 'options'],
  },
  loss: {
    'cross-entropy': ['name'],
    isda: ['name', 'lambda0', 'covariance', 'schedule'],
    focal: ['name', 'alpha', 'gamma'],
    lq: ['name', 'q', 'truncation'],
    center: ['name', 'weight', 'centerLearningRate'],
    'large-margin': ['name', 'margin', 'lambda0', 'lambdaDecay', 'lambdaPower', 'lambdaMin'],
    'disturb-label': ['name', 'noiseRate'],
    'label-smoothing': ['name', 'smoothing'],
    custom: ['name', 'module', 'options'],
  },
  optimizer: { sgd: ['name', 'learningRate', 'momentum', 'nesterov', 'weightDecay'] },
  schedule: { step: ['name', 'milestones', 'factor'], cosine: ['name'], constant: ['name'] },
  training: { any: ['epochs', 'batchSize', 'evaluationBatchSize', 'seed', 'execution', 'precision'] },
};

const adversary = ['name', 'noise', 'generatorWidth', 'discriminatorWidth', 'learningRate'];

const ganKeys: KnownKeys = {
  dataset: { cifar10: ['name', 'subset', 'classes'], cifar100: ['name', 'subset', 'classes'] },
  gan: {
    wgan: [...adversary, 'perClass', 'clip', 'criticSteps', 'warmupIterations'],
    cgan: [...adversary, 'beta1'],
    acgan: [...adversary, 'beta1', 'dropout'],
    infogan: [
      ...adversary,
      ...['beta1', 'codes', 'categoricalWeight', 'continuousWeight', 'realLabels', 'generatorLearningRate'],
    ],
  },
  training: { any: ['batchSize', 'seed', 'execution'] },
  output: { any: ['lossesEvery'] },
};

/** Settings of the process, part of the old form if they differ from the behaviour before they existed. */
const processDefaults: Values = { tf32: true, xla: false, deterministic: false, evaluateEvery: 1 };

/** Returns a map in the old form; undefined if a setting unknown to it differs from its default. */
function knownPart(map: Values, differing: unknown, known: readonly string[], prefix = ''): Values | undefined {
  const part: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(map)) {
    const path = `${prefix}${key}`;
    const changed = isPlainObject(differing) ? differing[key] : undefined;
    const isOpen = isPlainObject(value) && known.some((other) => other.startsWith(`${path}.`));
    const inner = isOpen ? knownPart(value, changed, known, `${path}.`) : value;
    if (isOpen || known.includes(path)) {
      if (isOpen && inner === undefined) return undefined;
      part[key] = inner;
    } else if (changed !== undefined) return undefined;
  }
  return part;
}

function knownSections(deciding: Sections, differing: Sections, knownKeys: KnownKeys): Sections | undefined {
  const sections: Record<string, object> = {};
  for (const [section, value] of Object.entries(deciding)) {
    const { any, ...byName } = knownKeys[section] ?? {};
    const known = any ?? byName[String((value as { name?: unknown }).name)];
    if (known === undefined) {
      if (knownKeys[section] === undefined && differing[section] === undefined) continue;
      return undefined;
    }
    const settings = section === 'training' ? [...known, ...Object.keys(processDefaults)] : known;
    const part = knownPart(value as Values, differing[section], settings);
    if (part === undefined) return undefined;
    sections[section] = section === 'training' ? withoutProcessDefaults(part) : part;
  }
  return sections;
}

const withoutProcessDefaults = (training: Values): Values =>
  Object.fromEntries(
    Object.entries(training).filter(([key, value]) => !(key in processDefaults && value === processDefaults[key])),
  );

/** SHA-256 (hex) of JSON with the keys of every object sorted and absent values left out. */
function hashOf(sections: Sections): string {
  const text = JSON.stringify(sections, (_, inner: unknown) =>
    isPlainObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
  return createHash('sha256').update(text).digest('hex');
}

function legacyHash(deciding: Sections, differing: Sections, known: KnownKeys): readonly string[] {
  const sections = knownSections(deciding, differing, known);
  return sections === undefined ? [] : [hashOf(sections)];
}

/**
 * The old fingerprint of the settings that determine a run's numbers; `differing`: those that differ from their
 * defaults. Undefined if the old form does not know one of them.
 */
export const legacyFingerprint = (deciding: Sections, differing: Sections): readonly string[] =>
  legacyHash(deciding, differing, keys);

/** As `legacyFingerprint`, for the settings of a generator. */
export const legacyGanFingerprint = (deciding: Sections, differing: Sections): readonly string[] =>
  legacyHash(deciding, differing, ganKeys);
