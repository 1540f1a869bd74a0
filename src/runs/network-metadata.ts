// The metadata of an exported network: its architecture and the preparation of its images.
import { z } from 'zod';
import { cannot } from '../common/errors.js';
import type { ExperimentConfig } from '../config/schema.js';
import { isImageFolder } from '../data/options.js';
import { modelOptions, type ModelOptions } from '../models/options.js';
import type { InputFormat } from '../training/step-inputs.js';

/** The preparation of an image file for a network. */
export interface ImagePreparation extends InputFormat {
  /** Length of the shorter side before the centre crop, in pixels; absent if the image is not square. */
  readonly resize?: number | undefined;
  /** Whether it is oriented according to EXIF. */
  readonly turns?: boolean | undefined;
}

export interface NetworkMetadata {
  readonly images: ImagePreparation;
  readonly classes: number;
  /** Absent for a network with fresh weights. */
  readonly classNames?: readonly string[];
  /** The config's section; absent for a custom network. */
  readonly model?: ModelOptions;
}

/** Returns the image preparation of a config's network: for folders as in evaluation, for others at their size. */
export function preparationOf({ dataset }: ExperimentConfig, format: InputFormat): ImagePreparation {
  if (isImageFolder(dataset)) {
    return { ...format, resize: dataset.resize, ...(dataset.orientation === 'apply' && { turns: true }) };
  }
  return format.height === format.width ? { ...format, resize: format.height } : format;
}

/** Describes the differences between two image preparations; undefined if there are none. */
export function preparationChanges(before: ImagePreparation, now: ImagePreparation): string | undefined {
  const sizeOf = ({ width, height }: ImagePreparation): string => `${width} x ${height} pixels`;
  const levels = (values: readonly number[]): string => values.map((value) => levelOf(value).toFixed(4)).join(', ');
  const facts = (images: ImagePreparation): readonly string[] => [
    sizeOf(images),
    ...(images.resize === undefined ? [] : [`shorter side resized to ${images.resize}`]),
    `mean ${levels(images.mean)}`,
    `std ${levels(images.std)}`,
    ...(images.turns === true ? ['turned as EXIF says'] : []),
  ];
  const [was, is] = [facts(before), facts(now)];
  const [gone, added] = [was.filter((fact) => !is.includes(fact)), is.filter((fact) => !was.includes(fact))];
  if (gone.length === 0 && added.length === 0) return undefined;
  const listed = (each: readonly string[]): string => (each.length === 0 ? 'as they are' : each.join('; '));
  return `${listed(gone)} in the file, ${listed(added)} here`;
}

const levelOf = (value: number): number => value / 255;

/**
 * Encodes metadata as strings, numbers and lists as JSON. Mean and std are for levels from 0 to 1, as in torchvision.
 */
export function encodeMetadata(network: string, metadata: NetworkMetadata): Record<string, string> {
  const { images, classes, classNames, model } = metadata;
  const { height, width, mean, std, resize, turns } = images;
  const values = {
    classes,
    classNames,
    inputSize: [mean.length, height, width],
    mean: mean.map(levelOf),
    std: std.map(levelOf),
    resize,
    orientation: turns === true ? 'apply' : undefined,
    model,
  };
  const texts = Object.entries(values).flatMap(([key, value]): [string, string][] =>
    value === undefined ? [] : [[key, JSON.stringify(value)]],
  );
  return { format: 'pt', network, ...Object.fromEntries(texts) };
}

const level = z.number();
const deviation = z.number().gt(0);
const fields = z.object({
  classes: z.int().min(1),
  classNames: z.array(z.string()).optional(),
  inputSize: z.tuple([z.literal(3), z.int().min(1), z.int().min(1)]),
  mean: z.tuple([level, level, level]),
  std: z.tuple([deviation, deviation, deviation]),
  resize: z.int().min(1).optional(),
  orientation: z.literal('apply').optional(),
  model: modelOptions.optional(),
});

/** Values that contradict each other would give predictions of other classes, or of pixels outside the image. */
const schema = fields.superRefine(({ classes, classNames, inputSize: [, height, width], resize }, context) => {
  const refuse = (key: keyof z.output<typeof fields>, message: string): void =>
    context.addIssue({ code: 'custom', path: [key], message });
  if (classNames !== undefined && classNames.length !== classes)
    refuse('classNames', `expected ${classes}, the number of classes, got ${classNames.length}`);
  if (resize !== undefined && resize < Math.max(height, width))
    refuse('resize', `expected at least the input size, ${height} x ${width}, got ${resize}`);
});

/** Returns the class names in the metadata of a file; undefined if there are none, or not in this format. */
export function classNamesIn(texts: Readonly<Record<string, string>>): readonly string[] | undefined {
  try {
    return fields.shape.classNames.parse(JSON.parse(texts['classNames']));
  } catch {
    return undefined;
  }
}

/**
 * Decodes the metadata of a file; undefined if it has none, such as files of other programs and of earlier versions.
 * Errors: it is not in the format of `encodeMetadata`.
 */
export function decodeMetadata(texts: Readonly<Record<string, string>>, place: string): NetworkMetadata | undefined {
  if (texts['inputSize'] === undefined) return undefined;
  const refuse = (reason: string): Error =>
    cannot('read the metadata of the network', reason, { code: 'safetensors/damaged', place });
  const values: Record<string, unknown> = {};
  for (const key of Object.keys(fields.shape)) {
    if (texts[key] === undefined) continue;
    try {
      values[key] = JSON.parse(texts[key]);
    } catch {
      throw refuse(`${key} is not JSON`);
    }
  }
  const parsed = schema.safeParse(values);
  if (!parsed.success) throw refuse(`${parsed.error.issues[0].path.join('.')}: ${parsed.error.issues[0].message}`);
  const { inputSize, mean, std, resize, orientation, ...rest } = parsed.data;
  const byte = (value: number): number => 255 * value;
  const images = { height: inputSize[1], width: inputSize[2], mean: mean.map(byte), std: std.map(byte), resize };
  return { ...rest, images: orientation === undefined ? images : { ...images, turns: true } };
}
