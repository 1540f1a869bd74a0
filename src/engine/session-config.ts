// Options of TensorFlow's sessions, as a serialized ConfigProto that native/session_config.cc hands over.
import { readFileSync } from 'node:fs';
import { cannot } from '../common/errors.js';

/**
 * The order of an image's axes in a captured step. `auto`: TensorFlow's layout optimizer decides. `channels-last`: it
 * is off, and images stay [N, H, W, C], as the graph has them.
 */
export type Layout = 'auto' | 'channels-last';

/** The file beside a saved model that the compiled binding takes a session's options from. */
export const sessionConfigFile = 'session_config.pb';

const message = (field: number, content: readonly number[]): number[] => [(field << 3) | 2, content.length, ...content];
const enumeration = (field: number, value: number): number[] => [field << 3, value];

/**
 * The ConfigProto of a layout; undefined where TensorFlow's own is meant. Numbers: config.proto (graph_options,
 * rewrite_options) and rewriter_config.proto (layout_optimizer, OFF) of tensorflow/core/protobuf.
 */
export function sessionConfig(layout: Layout): Uint8Array | undefined {
  if (layout === 'auto') return undefined;
  const [graphOptions, rewriteOptions, layoutOptimizer, off] = [10, 10, 1, 2];
  return Uint8Array.from(message(graphOptions, message(rewriteOptions, enumeration(layoutOptimizer, off))));
}

/**
 * Errors: the layout needs options, and the binding was compiled without native/session_config.cc, so it takes none.
 */
export function requireSessionConfig(layout: Layout, bindingPath: string): void {
  if (sessionConfig(layout) === undefined) return;
  // A function of that source, in the table of the symbols that the binding exports.
  if (readFileSync(bindingPath).includes('__wrap_TF_LoadSessionFromSavedModel')) return;
  throw cannot(`use training.layout: ${layout}`, 'the engine was compiled by a version of isda without that setting', {
    code: 'engine/settings',
    place: bindingPath,
    hint: '`isda setup --force` makes the engine anew',
  });
}
