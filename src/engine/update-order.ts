// The order of reads and updates of variables in a graph, enforced by control inputs.
import type { Tensor, Variable } from './tensor.js';

export interface UpdateOrder {
  /** Returns the value of a variable if a node of the graph already has it, because it was read or assigned. */
  known(variable: Variable): Tensor | undefined;
  /** Records the node that reads a variable. */
  read(node: string, variable: Variable, value: Tensor): void;
  /** Records an update; later reads get the assigned value, or the result of the update. */
  updated(node: string, variable: Variable, value?: Tensor): void;
  /** Control inputs of a node that reads the variable: it follows the last update. */
  beforeRead(variable: Variable): string[];
  /** Control inputs of an update: it must wait for earlier reads, even if it does not depend on the old value. */
  beforeUpdate(variable: Variable): string[];
  /** The nodes of all updates. */
  readonly updates: readonly string[];
}

/** Returns the control input that makes a node wait for another one. */
export const controlInput = (node: string): string => `^${node}`;

export function createUpdateOrder(): UpdateOrder {
  const reads = new Map<string, { readonly node: string; readonly value: Tensor }>();
  const assigned = new Map<string, Tensor>();
  const updates: string[] = [];
  const lastUpdates = new Map<string, string>();
  const after = (node: string | undefined): string[] => (node === undefined ? [] : [controlInput(node)]);
  return {
    known: ({ name }) => assigned.get(name) ?? reads.get(name)?.value,
    read: (node, { name }, value) => void reads.set(name, { node, value }),
    updated(node, { name }, value) {
      if (!updates.includes(node)) updates.push(node);
      lastUpdates.set(name, node);
      reads.delete(name);
      if (value === undefined) assigned.delete(name);
      else assigned.set(name, value);
    },
    beforeRead: ({ name }) => after(lastUpdates.get(name)),
    beforeUpdate: ({ name }) => [...after(reads.get(name)?.node), ...after(lastUpdates.get(name))],
    updates,
  };
}
