// Test runner settings: processes, not threads, because worker threads must not load the TensorFlow binding.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    provide: { faults: 'short' },
  },
});
