// AutoAugment's operations by name: their factory, their ten magnitudes, and whether the sign is random.
import { createBrightness, createColor, createContrast, createSharpness } from './colour.js';
import { createRotate, createShearX, createShearY, createTranslateX, createTranslateY } from './geometric.js';
import { createAutocontrast, createEqualize } from './histogram.js';
import { createInvert, createPosterize, createSolarize } from './levels.js';
import type { CreateOperation } from './operation.js';

export interface OperationKind {
  readonly create: CreateOperation;
  /** The magnitude of an index 0 … 9; 0 if the operation has none. */
  readonly magnitude: (index: number) => number;
  /** Whether the magnitude is negated with probability 0.5. */
  readonly signed: boolean;
}

const steps = 9;

/** Ten evenly spaced numbers, rounded as by numpy.linspace. */
function linear(from: number, to: number): (index: number) => number {
  return (index) => (index === steps ? to : index * ((to - from) / steps) + from);
}

const none = (): number => 0;
const shear = { magnitude: linear(0, 0.3), signed: true };
const translate = { magnitude: linear(0, 150 / 331), signed: true };
const enhance = { magnitude: linear(0, 0.9), signed: true };

export const operations = {
  shearX: { create: createShearX, ...shear },
  shearY: { create: createShearY, ...shear },
  translateX: { create: createTranslateX, ...translate },
  translateY: { create: createTranslateY, ...translate },
  rotate: { create: createRotate, magnitude: linear(0, 30), signed: true },
  color: { create: createColor, ...enhance },
  contrast: { create: createContrast, ...enhance },
  sharpness: { create: createSharpness, ...enhance },
  brightness: { create: createBrightness, ...enhance },
  posterize: { create: createPosterize, magnitude: (index) => 8 - Math.floor(index / 2), signed: false },
  solarize: { create: createSolarize, magnitude: linear(256, 0), signed: false },
  autocontrast: { create: createAutocontrast, magnitude: none, signed: false },
  equalize: { create: createEqualize, magnitude: none, signed: false },
  invert: { create: createInvert, magnitude: none, signed: false },
} satisfies Record<string, OperationKind>;

export type OperationName = keyof typeof operations;
