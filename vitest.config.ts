// Test runner settings: processes, not threads, because worker threads must not load the TensorFlow binding.
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests that measure or harm their process, replace a module or start many programs. Each file gets a process. */
export const ownProcess = [
  'test/faults/**/*.test.ts',
  'test/engine/{binding,session-memory,settings}.test.ts',
  'test/{common/home,grids/store/linkless,records/rotated-checkpoints,runs/run-folder-users}.test.ts', // replace modules
  // A process that holds little starts programs fast.
  'test/{install/**/*,grids/executors/slurm/script,cli/commands/{gan,interruption,study,workers}}.test.ts',
];

/** Most of these files train networks. */
const longFiles = /\/test\/(cli\/commands|gan|models|optimizers|runs|training|visualize)\//;

/** Keeps long files from being the last, while all but one worker have nothing left to do. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ project, moduleId }: TestSpecification): number =>
      project.name === 'own process' ? 0 : longFiles.test(moduleId) ? 1 : 2;
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

/** One more than the cores of a small machine: a test that waits for a process or the disk leaves none of them idle. */
const maxWorkers = 3;

const shared = {
  pool: 'forks',
  maxWorkers,
  // Ends what hangs; a busy machine takes many times as long as an idle one.
  testTimeout: 600_000,
  hookTimeout: 600_000,
  setupFiles: 'test/support/setup.ts',
  provide: { faults: 'short' },
} as const;

export default defineConfig({
  test: {
    maxWorkers,
    sequence: { sequencer: LongFirst },
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
