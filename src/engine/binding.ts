// The tfjs-node-gpu binding, loaded from where the engine was set up.
import { createRequire } from 'node:module';

export interface BindingTensor {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}
export interface BindingAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}
export interface Binding {
  readonly TF_Version: string;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  createTensor(shape: readonly number[], dtype: number, data: Float32Array | Int32Array | Uint8Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  executeOp(name: string, attributes: readonly BindingAttribute[], inputs: readonly number[], outputs: number): BindingTensor[];
  loadSavedModel(directory: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: readonly number[], inputNames: string, outputNames: string): BindingTensor[];
  isUsingGpuDevice(): boolean;
  getNumOfTensors(): number;
}
export function loadBinding(location: { readonly bindingPath: string }): Binding {
  return createRequire(import.meta.url)(location.bindingPath) as Binding;
}
