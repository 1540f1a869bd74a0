// Packs: several variables stored in one vector, and programs that read the parts as variables.
import { cannot } from '../common/errors.js';
import { cast } from './ops/fill.js';
import { concat, reshape } from './ops/shape.js';
import { splitVector } from './ops/split.js';
import { detach, type MomentumStep, type Pack, type Program, type Tensor, type Variable } from './tensor.js';
import { sizeOf, type DType } from './types.js';

/** TensorFlow splits a vector without copying at multiples of this many bytes. */
const alignmentBytes = 64;
const float32Alignment = alignmentBytes / 4;
const bfloat16Alignment = alignmentBytes / 2;

const sizesOf = (parts: readonly Variable[]): number[] => parts.map(({ shape }) => sizeOf(shape));
const total = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0);

/** The kinds of parts in storage order: weights that a network reads in bfloat16, others of aligned size, the rest. */
const kinds = ['weights', 'aligned', 'rest'] as const;

function kindOf({ shape }: Variable): (typeof kinds)[number] {
  const size = sizeOf(shape);
  if (shape.length > 1 && size % bfloat16Alignment === 0) return 'weights';
  return size % float32Alignment === 0 ? 'aligned' : 'rest';
}

/** Creates a pack of the variables, ordered by kind, followed by zeros up to the alignment. */
export function packOf(name: string, variables: readonly Variable[]): Pack {
  const parts = kinds.flatMap((kind) => variables.filter((variable) => kindOf(variable) === kind));
  const size = Math.ceil(total(sizesOf(parts)) / float32Alignment) * float32Alignment;
  return { name, shape: [size], trainable: false, parts };
}

/** Returns the sizes of a pack's parts by kind; `left` is the size of the vector's remainder after the last part. */
function sizesIn({ parts, shape }: Pack): Record<(typeof kinds)[number], number[]> & { left: number } {
  const [weights, aligned, rest] = kinds.map((kind) => sizesOf(parts.filter((part) => kindOf(part) === kind)));
  return { weights, aligned, rest, left: shape[0] - total([...weights, ...aligned, ...rest]) };
}

/** Splits a pack's vector into its parts, in their shapes. Only parts of unaligned size are copies. */
function partsOf(pack: Pack, vector: Tensor): Tensor[] {
  const { weights, aligned, rest, left } = sizesIn(pack);
  const halves = [[...weights, ...aligned], left === 0 ? rest : [...rest, left]].filter((sizes) => sizes.length > 0);
  const split = splitVector(vector, halves.map(total));
  const pieces = halves.flatMap((sizes, half) => splitVector(split[half], sizes));
  return pack.parts.map(({ shape, trainable }, index) => {
    return { ...reshape(pieces[index], shape), needsGradient: trainable };
  });
}

/** Returns the weights among a pack's parts in another type, with a single cast. */
function weightsAs(pack: Pack, vector: Tensor, dtype: DType): Tensor[] {
  const { weights } = sizesIn(pack);
  const others = pack.shape[0] - total(weights);
  const [together] = splitVector(vector, others === 0 ? [total(weights)] : [total(weights), others]);
  const pieces = splitVector(cast(together, dtype), weights);
  return weights.map((_, index) => reshape(pieces[index], pack.parts[index].shape));
}

/**
 * Concatenates the values into one vector; adjacent values that were cast from the same type are joined before a
 * single cast.
 */
function joined(values: readonly Tensor[]): Tensor[] {
  const flat = (value: Tensor): Tensor => reshape(value, [sizeOf(value.shape)]);
  const runs: Tensor[][] = [];
  for (const value of values) {
    const run = runs.at(-1);
    if (run !== undefined && run[0].castFrom?.dtype === value.castFrom?.dtype) run.push(value);
    else runs.push([value]);
  }
  return runs.flatMap((run) => {
    const sources = run.flatMap(({ castFrom }) => (castFrom === undefined ? [] : [flat(castFrom)]));
    return sources.length < 2 ? run.map(flat) : [cast(concat(sources, 0), run[0].dtype)];
  });
}

/** Returns the vector of values for a pack's parts, such as their gradients. */
export function packed(program: Program, pack: Pack, values: readonly Tensor[]): Tensor {
  const { left } = sizesIn(pack);
  const zeros = program.constant(new Float32Array(left), { dtype: 'float32', shape: [left] });
  const parts = joined(values);
  return concat(left === 0 ? parts : [...parts, zeros], 0);
}

/** Returns the parts of a pack's vector; the weights are cast together. */
function readParts(pack: Pack, vector: Tensor): Tensor[] {
  const casts = new Map<DType, Tensor[]>();
  const inType = (dtype: DType): Tensor[] => {
    const known = casts.get(dtype) ?? weightsAs(pack, vector, dtype);
    casts.set(dtype, known);
    return known;
  };
  return partsOf(pack, vector).map((part, index) =>
    kindOf(pack.parts[index]) === 'weights' ? { ...part, castTogether: (dtype: DType) => inType(dtype)[index] } : part,
  );
}

/** Extends a program to read the parts of its packs as variables. */
export function withPacks<Kind extends Program>(program: Kind): Kind {
  const { packs } = program;
  if (packs.length === 0) return program;
  const places = new Map(packs.flatMap((pack) => pack.parts.map(({ name }, index) => [name, { pack, index }])));
  const views = new Map<string, Tensor[]>();
  const writable = ({ name }: Variable): void => {
    if (places.has(name)) throw cannot(`assign ${name}`, 'it is part of a pack', { code: 'internal' });
    views.delete(name);
  };
  return {
    ...program,
    read(variable: Variable) {
      const place = places.get(variable.name);
      if (place === undefined) return program.read(variable);
      const { pack, index } = place;
      const known = views.get(pack.name) ?? readParts(pack, detach(program.read(pack)));
      views.set(pack.name, known);
      return known[index];
    },
    assign(variable: Variable, value: Tensor) {
      writable(variable);
      program.assign(variable, value);
    },
    assignRows(variable: Variable, indices: Tensor, rows: Tensor) {
      writable(variable);
      program.assignRows(variable, indices, rows);
    },
    momentumStep(step: MomentumStep) {
      writable(step.parameter);
      writable(step.velocity);
      program.momentumStep(step);
    },
  };
}
