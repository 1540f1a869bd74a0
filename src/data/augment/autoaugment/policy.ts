// AutoAugment's policy for CIFAR-10 (Cubuk et al., 2019), which CIFAR-100 uses too: 25 sub-policies of two operations.
import type { OperationName } from './operations.js';

/** The probability of an operation, its name, and the index 0 … 9 of its magnitude. */
export type Step = readonly [probability: number, operation: OperationName, magnitudeIndex: number];

export type SubPolicy = readonly [Step, Step];

// prettier-ignore
export const cifar10Policy: readonly SubPolicy[] = [
  [[0.1, 'invert', 7], [0.2, 'contrast', 6]],
  [[0.7, 'rotate', 2], [0.3, 'translateX', 9]],
  [[0.8, 'sharpness', 1], [0.9, 'sharpness', 3]],
  [[0.5, 'shearY', 8], [0.7, 'translateY', 9]],
  [[0.5, 'autocontrast', 8], [0.9, 'equalize', 2]],
  [[0.2, 'shearY', 7], [0.3, 'posterize', 7]],
  [[0.4, 'color', 3], [0.6, 'brightness', 7]],
  [[0.3, 'sharpness', 9], [0.7, 'brightness', 9]],
  [[0.6, 'equalize', 5], [0.5, 'equalize', 1]],
  [[0.6, 'contrast', 7], [0.6, 'sharpness', 5]],
  [[0.7, 'color', 7], [0.5, 'translateX', 8]],
  [[0.3, 'equalize', 7], [0.4, 'autocontrast', 8]],
  [[0.4, 'translateY', 3], [0.2, 'sharpness', 6]],
  [[0.9, 'brightness', 6], [0.2, 'color', 8]],
  [[0.5, 'solarize', 2], [0.0, 'invert', 3]],
  [[0.2, 'equalize', 0], [0.6, 'autocontrast', 0]],
  [[0.2, 'equalize', 8], [0.6, 'equalize', 4]],
  [[0.9, 'color', 9], [0.6, 'equalize', 6]],
  [[0.8, 'autocontrast', 4], [0.2, 'solarize', 8]],
  [[0.1, 'brightness', 3], [0.7, 'color', 0]],
  [[0.4, 'solarize', 5], [0.9, 'autocontrast', 3]],
  [[0.9, 'translateY', 9], [0.7, 'translateY', 9]],
  [[0.9, 'autocontrast', 2], [0.8, 'solarize', 3]],
  [[0.8, 'equalize', 8], [0.1, 'invert', 3]],
  [[0.7, 'translateY', 9], [0.9, 'autocontrast', 1]],
];
