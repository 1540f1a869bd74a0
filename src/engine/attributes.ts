// Attributes of TensorFlow operations, in the form that all programs accept.
import type { DType } from './types.js';

export type Attribute =
  | { readonly kind: 'type'; readonly value: DType }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string };

export type Attributes = Readonly<Record<string, Attribute>>;

export const type = (value: DType): Attribute => ({ kind: 'type', value });
export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const bool = (value: boolean): Attribute => ({ kind: 'bool', value });
export const string = (value: string): Attribute => ({ kind: 'string', value });
