// A trained generator as one safetensors file; the metadata contain its description.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256 } from '../common/checksum.js';
import { cannot } from '../common/errors.js';
import { readFailure, writeFileAtomically } from '../common/files.js';
import { fromTorch, torchShape, toTorch } from '../nn/layout.js';
import { unusableValue } from '../nn/usable-values.js';
import { decodeSafetensors, encodeSafetensors, type NamedTensor, type TensorData } from '../records/safetensors.js';
import { matchTensors } from '../training/state.js';
import { generatorFile, generatorFiles } from './generator-files.js';
import type { Generator } from './generator.js';
import { ganOptions, type GanOptions } from './options.js';
import { createGenerator } from './registry.js';

/** The training data of a generator. */
const originSchema = z
  .strictObject({
    /** For example `cifar10`. */
    dataset: z.string(),
    /** All classes of the data set, in the order of the labels. */
    classNames: z.array(z.string()),
    /** The labels of the images that it was trained on. */
    trainedClasses: z.array(z.int().min(0)).min(1),
  })
  .refine(({ classNames, trainedClasses }) => trainedClasses.every((label) => label < classNames.length));
type GeneratorOrigin = z.output<typeof originSchema>;

export interface StoredGenerator extends GeneratorOrigin {
  readonly options: GanOptions;
  readonly generator: Generator;
  /** The values of all its tensors by name, in the session's layouts. */
  readonly values: ReadonlyMap<string, Float32Array>;
}

export interface LoadedGenerator extends StoredGenerator {
  readonly path: string;
  /** sha256 of the file, hexadecimal. */
  readonly checksum: string;
}

/** Writes a generator with PyTorch's layouts, atomically. */
export async function saveGenerator(path: string, stored: StoredGenerator): Promise<void> {
  const { options, generator, values, dataset, classNames, trainedClasses } = stored;
  const tensors = generator.tensors.map((tensor) => {
    const data = toTorch(values.get(tensor.name)!, tensor);
    return { name: tensor.name, shape: [...torchShape(tensor)], data };
  });
  const origin: GeneratorOrigin = { dataset, classNames, trainedClasses };
  const metadata = { format: 'pt', gan: JSON.stringify(options), origin: JSON.stringify(origin) };
  await writeFileAtomically(path, encodeSafetensors(tensors, metadata));
}

function parsed<Value>(schema: z.ZodType<Value>, text: string | undefined, place: string): Value {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    value = undefined;
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw cannot('load the generator', 'the metadata of the file do not describe a generator', {
    code: 'generator/unusable',
    place,
    hint: 'give a run folder of `isda gan train`, or its generator.safetensors',
  });
}

/**
 * Loads a generator from its file or run folder. Errors: the file is missing or not a generator, or its tensors do not
 * match the networks in its description.
 */
export async function loadGenerator(path: string): Promise<LoadedGenerator> {
  const found = await stat(path).catch(() => undefined);
  const file = found?.isDirectory() === true ? join(path, generatorFile) : path;
  const bytes = await readFile(file).catch((error: unknown) => {
    throw readFailure(file, error, 'give a run folder of `isda gan train` that has a checkpoint');
  });
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  const options = parsed(ganOptions, metadata['gan'], file);
  const origin = parsed(originSchema, metadata['origin'], file);
  const generator = createGenerator(options, origin.classNames.length);
  const matched = matchTensors(generator.tensors, tensors, file);
  for (const tensor of generator.tensors) {
    const problem = unusableValue(tensor, matched.get(tensor.name)!);
    if (problem === undefined) continue;
    throw cannot('load the generator', `${tensor.name} ${problem}`, {
      code: 'generator/unusable',
      place: file,
      hint: 'its training has diverged, or the file was damaged',
    });
  }
  const values = new Map(
    generator.tensors.map((tensor) => [tensor.name, fromTorch(matched.get(tensor.name)!, tensor)]),
  );
  const checksum = sha256([bytes]);
  return { ...origin, options, generator, values, path: file, checksum };
}

/** Whether the generator's file in a run folder has the same tensors as a checkpoint, whose tensors are `tensors`. */
export async function holdsGenerator(folder: string, tensors: readonly NamedTensor[]): Promise<boolean> {
  const stored = await loadGenerator(folder).catch(() => undefined);
  if (stored === undefined) return false;
  const bytesOf = ({ buffer, byteOffset, byteLength }: TensorData): Buffer =>
    Buffer.from(buffer, byteOffset, byteLength);
  const byName = new Map(tensors.map(({ name, data }) => [name, data]));
  return stored.generator.tensors.every((tensor) => {
    const data = byName.get(tensor.name);
    const own = toTorch(stored.values.get(tensor.name)!, tensor);
    return data !== undefined && bytesOf(data).equals(bytesOf(own));
  });
}

/**
 * Loads all generators of a run: the one in its folder, or those of its classes that have a checkpoint, in the order
 * of the labels. Errors: as for `loadGenerator`; there are none.
 */
export function loadGenerators(path: string): Promise<LoadedGenerator[]> {
  const files = generatorFiles(path);
  // If there are none, loading the path throws the error.
  return Promise.all((files.length === 0 ? [path] : files).map((file) => loadGenerator(file)));
}
