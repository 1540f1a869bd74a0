// Test runner settings: processes, not threads, because worker threads must not load the TensorFlow binding.
import { defineConfig } from 'vitest/config';

/** Tests that measure or harm their process, replace a module or start many programs. Each file gets a process. */
const ownProcess = [
  'test/faults/**/*.test.ts',
  'test/engine/{binding,session-memory,settings}.test.ts',
  'test/{common/home,runs/run-folder-users}.test.ts', // replace modules
  // A process that holds little starts programs fast.
  'test/{install/**/*,grids/executors/slurm/script,cli/commands/{gan,interruption,study,workers}}.test.ts',
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
