// Attributes of TensorFlow operations, in the form that all programs accept.
import type { DType, HostArray, Shape, TensorSpec } from './types.js';

export type Attribute =
  | { readonly kind: 'type'; readonly value: DType }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string };

export type Attributes = Readonly<Record<string, Attribute>>;

/** The attributes of graph nodes: also shapes (of variables) and tensors (values of constants). */
export type GraphAttribute =
  | Attribute
  | { readonly kind: 'shape'; readonly value: Shape }
  | { readonly kind: 'tensor'; readonly value: HostArray; readonly spec: TensorSpec };

export type GraphAttributes = Readonly<Record<string, GraphAttribute>>;

export const type = (value: DType): Attribute => ({ kind: 'type', value });
export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const bool = (value: boolean): Attribute => ({ kind: 'bool', value });
export const string = (value: string): Attribute => ({ kind: 'string', value });
export const shape = (value: Shape): GraphAttribute => ({ kind: 'shape', value });
export const tensor = (value: HostArray, spec: TensorSpec): GraphAttribute => ({ kind: 'tensor', value, spec });
