// A resolved config as text: YAML that reads back the same, its fingerprint, and the JSON Schema for editors.
import { createHash } from 'node:crypto';
import { Document, visit } from 'yaml';
import { z } from 'zod';
import { trainingOptions, type TrainingOptions } from '../training/options.js';
import { ganConfigSchema, type GanConfig } from './gan.js';
import { experimentSchema, schemaTree, type ExperimentConfig, type SchemaNode } from './schema.js';

/** The config as YAML in the schema's key order, as a run folder's `config.yaml` has it. Reads back to an equal config. */
export const printConfig = (config: ExperimentConfig): string => printValues(experimentSchema.parse(config));

/** The same of a generator's config. */
export const printGanConfig = (config: GanConfig): string => printValues(ganConfigSchema.parse(config));

function printValues(values: ExperimentConfig | GanConfig): string {
  const document = new Document(values, { aliasDuplicateObjects: false });
  visit(document, { Seq: (_, list) => void (list.flow = true) });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** JSON with the keys of every object sorted and absent values left out. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/**
 * What decides a run's numbers: a config without the experiment's name, `output`, `slurm`, `dataset.dir` (but that of an
 * `image-folder`, which is all it is known by), `dataset.classes` (which the data decides), `dataset.maxBroken`,
 * `dataset.synthetic.generator` (where its checksum is known), `training.device`, `training.workers` and
 * `training.readEvery`.
 */
export function decidingSettings(config: ExperimentConfig): Readonly<Record<string, object>> {
  const { dataset, augmentation, model, loss, optimizer, schedule, training } = experimentSchema.parse(config);
  const { tf32, xla, deterministic, evaluateEvery } = training;
  const settings = nonDefaultSettings({ tf32, xla, deterministic, evaluateEvery });
  return {
    dataset: {
      ...dataset,
      dir: dataset.name === 'image-folder' ? dataset.dir : undefined,
      classes: undefined,
      maxBroken: undefined,
      synthetic: dataset.synthetic && {
        ...dataset.synthetic,
        generator: dataset.synthetic.checksum === undefined ? dataset.synthetic.generator : undefined,
      },
    },
    augmentation,
    model,
    loss,
    optimizer,
    schedule,
    training: { ...training, ...settings, device: undefined, workers: undefined, readEvery: undefined },
  };
}

/** SHA-256 (hex) of what decides a run's numbers: two configs of one fingerprint describe the same run. */
export function fingerprint(config: ExperimentConfig): string {
  return hashOf(decidingSettings(config));
}

/**
 * As `fingerprint`, of a generator's config. `training.iterations` does not count, since no step depends on it: a run can
 * be made longer. Of `output`, only `lossesEvery` counts, which losses.csv depends on.
 */
export function ganFingerprint(config: GanConfig): string {
  const { dataset, gan, training, output } = ganConfigSchema.parse(config);
  const { tf32, xla, deterministic } = training;
  const settings = nonDefaultSettings({ tf32, xla, deterministic });
  return hashOf({
    dataset: { ...dataset, dir: undefined },
    gan,
    training: { ...training, ...settings, device: undefined, iterations: undefined },
    output: { lossesEvery: output.lossesEvery },
  });
}

/** The settings with those at their defaults left out, so that configs from before they existed stay the same. */
function nonDefaultSettings(settings: Partial<TrainingOptions>): Partial<TrainingOptions> {
  const defaults: Readonly<Record<string, unknown>> = trainingOptions.parse({});
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, value === defaults[key] ? undefined : value]),
  );
}

const hashOf = (deciding: unknown): string => createHash('sha256').update(canonicalJson(deciding)).digest('hex');

/** A schema as that of a file: with `extends`, all keys optional. */
function fileSchema(whole: SchemaNode, title: string): SchemaNode {
  const file = { type: 'string', minLength: 1 } as const;
  return {
    ...whole,
    required: [],
    title,
    properties: {
      extends: {
        anyOf: [file, { type: 'array', items: file }],
        description: 'config files, relative to this one, whose values this one changes; later ones count',
      },
      ...whole.properties,
    },
  };
}

/** JSON Schema (2020-12) of a config file, for editors: the experiment's schema with `extends`, all keys optional. */
export const jsonSchema = (): SchemaNode => fileSchema(schemaTree(), 'isda experiment');

/** The same of a generator's config. */
export const ganJsonSchema = (): SchemaNode =>
  fileSchema(z.toJSONSchema(ganConfigSchema, { io: 'input', unrepresentable: 'any' }), 'isda generator');
