// Packs: variables that lie one after the other in one vector, and programs that read them as variables.
import { cannot } from '../common/errors.js';
import { concat, reshape, splitVector } from './ops/shape.js';
import type { MomentumStep, Pack, Program, Tensor, Variable } from './tensor.js';
import { sizeOf } from './types.js';

/** Float32 values in 64 bytes: TensorFlow splits a vector at multiples of them without copying. */
const alignment = 16;

const isAligned = ({ shape }: Variable): boolean => sizeOf(shape) % alignment === 0;
const sizesOf = (parts: readonly Variable[]): number[] => parts.map(({ shape }) => sizeOf(shape));
const total = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0);

/** A vector of the variables: those of an aligned size, then the others, then zeros up to the alignment. */
export function packOf(name: string, variables: readonly Variable[]): Pack {
  const parts = [...variables.filter(isAligned), ...variables.filter((variable) => !isAligned(variable))];
  const size = Math.ceil(total(sizesOf(parts)) / alignment) * alignment;
  return { name, shape: [size], trainable: false, parts };
}

/** The sizes of a pack's parts and of what is left behind the last. */
function sizesIn({ parts, shape }: Pack): { aligned: number[]; others: number[]; left: number } {
  const aligned = sizesOf(parts.filter(isAligned));
  const others = sizesOf(parts.filter((part) => !isAligned(part)));
  return { aligned, others, left: shape[0] - total(aligned) - total(others) };
}

/** The parts of a pack's vector, in their shapes. Only those of other than aligned sizes are copies. */
function partsOf(pack: Pack, vector: Tensor): Tensor[] {
  const { aligned, others, left } = sizesIn(pack);
  const rest = [...others, ...(left === 0 ? [] : [left])];
  const halves = [aligned, rest].filter((sizes) => sizes.length > 0);
  const split = splitVector(vector, halves.map(total));
  const pieces = halves.flatMap((sizes, half) => splitVector(split[half], sizes));
  return pack.parts.map(({ shape, trainable }, index) => {
    return { ...reshape(pieces[index], shape), needsGradient: trainable };
  });
}

/** The vector of values for a pack's parts, such as their gradients. */
export function packed(program: Program, pack: Pack, values: readonly Tensor[]): Tensor {
  const { left } = sizesIn(pack);
  const zeros = program.constant(new Float32Array(left), { dtype: 'float32', shape: [left] });
  const flat = values.map((value) => reshape(value, [sizeOf(value.shape)]));
  return concat(left === 0 ? flat : [...flat, zeros], 0);
}

/** A program that reads the parts of its packs as variables. */
export function withPacks<Kind extends Program>(program: Kind): Kind {
  const { packs } = program;
  if (packs.length === 0) return program;
  const places = new Map(packs.flatMap((pack) => pack.parts.map(({ name }, index) => [name, { pack, index }])));
  const views = new Map<string, Tensor[]>();
  const writable = ({ name }: Variable): void => {
    if (places.has(name)) throw cannot(`assign ${name}`, 'it lies in a pack', { code: 'internal' });
    views.delete(name);
  };
  return {
    ...program,
    read(variable: Variable) {
      const place = places.get(variable.name);
      if (place === undefined) return program.read(variable);
      const { pack, index } = place;
      const known = views.get(pack.name) ?? partsOf(pack, program.read(pack));
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
