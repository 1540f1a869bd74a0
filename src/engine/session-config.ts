// Options of TensorFlow sessions, as a serialized ConfigProto that native/session_config.cc passes on.
import { readFileSync } from 'node:fs';
import { cannot } from '../common/errors.js';

/**
 * The order of an image's axes in a captured step. `auto`: TensorFlow's layout optimizer decides. `channels-last`: the
 * optimizer is disabled, and images stay [N, H, W, C], as in the graph.
 */
export type Layout = 'auto' | 'channels-last';

/** The file next to a saved model from which the compiled binding reads the session's options. */
export const sessionConfigFile = 'session_config.pb';

const message = (field: number, content: readonly number[]): number[] => [(field << 3) | 2, content.length, ...content];
const enumeration = (field: number, value: number): number[] => [field << 3, value];

/**
 * Returns the ConfigProto of a layout; undefined for TensorFlow's default. Numbers: config.proto (graph_options,
 * rewrite_options) and rewriter_config.proto (layout_optimizer, OFF) in tensorflow/core/protobuf.
 */
export function sessionConfig(layout: Layout): Uint8Array | undefined {
  if (layout === 'auto') return undefined;
  const [graphOptions, rewriteOptions, layoutOptimizer, off] = [10, 10, 1, 2];
  return Uint8Array.from(message(graphOptions, message(rewriteOptions, enumeration(layoutOptimizer, off))));
}

/**
 * Errors: the layout needs options, and the binding was compiled without native/session_config.cc, so it reads none.
 */
export function requireSessionConfig(layout: Layout, bindingPath: string): void {
  if (sessionConfig(layout) === undefined) return;
  // A function of that source, found in the binding's table of exported symbols.
  if (readFileSync(bindingPath).includes('__wrap_TF_LoadSessionFromSavedModel')) return;
  throw cannot(`use training.layout: ${layout}`, 'the engine was compiled by a version of isda without that setting', {
    code: 'engine/settings',
    place: bindingPath,
    hint: '`isda setup --force` reinstalls the engine',
  });
}
