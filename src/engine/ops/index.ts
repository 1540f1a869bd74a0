// The operations for networks and losses; tensors are NHWC, each operation documents its shapes and gradient.
export * from './activation.js';
export * from './conv.js';
export * from './conv-transposed.js';
export * from './elementwise.js';
export * from './fill.js';
export * from './loss.js';
export * from './matrix.js';
export * from './max-pool.js';
export * from './norm.js';
export * from './pooling.js';
export * from './random.js';
export * from './reduce.js';
export * from './rows.js';
export { floatScalar } from './run.js';
export * from './shape.js';
export * from './split.js';
