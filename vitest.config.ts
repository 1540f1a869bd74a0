// Test runner settings: processes, not threads, because worker threads must not load the TensorFlow binding.
import { defineConfig } from 'vitest/config';

/** Tests of what a process is or holds: its environment, signals, memory, settings of TensorFlow. Each file gets its own. */
const ownProcess = [
  'test/*.test.ts',
  'test/{cli,faults,install,runs,scripts}/**/*.test.ts',
  'test/engine/*.test.ts',
  'test/common/home.test.ts', // replaces node:os
  'test/data/{verify.test.ts,datasets/cifar/cifar.test.ts,loader/**/*.test.ts}',
  'test/grids/{executors,plan}/**/*.test.ts',
  'test/training/**/*.test.ts',
];

const shared = {
  pool: 'forks',
  maxWorkers: 2,
  // Ends what hangs; a busy machine takes many times as long as an idle one.
  testTimeout: 600_000,
  hookTimeout: 600_000,
  setupFiles: 'test/support/setup.ts',
  provide: { faults: 'short' },
} as const;

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...shared, name: 'own process', include: ownProcess } },
      {
        test: {
          ...shared,
          name: 'shared process',
          include: ['test/**/*.test.ts'],
          exclude: ownProcess,
          isolate: false,
        },
      },
    ],
  },
});
