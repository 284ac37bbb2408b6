import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', NO_COLOR: '1' };
const models = 'test/support/models/environment.ts';
const project = (name: string, folders = [name]) => ({
  name,
  include: folders.map((folder) => `test/${folder}/**/*.test.ts`),
  env: quiet,
  globalSetup: [models],
  /** Every call that a test makes of the sandbox is held against botocore's service models. */
  setupFiles: ['test/support/hold-to-models.ts'],
});
/**
 * On simulated machines and a fake clock. Files share a process, and these folders a project: loading all that they need takes
 * longer than most run.
 */
const fast = {
  ...project('fast', ['unit', 'stages', 'stories']),
  isolate: false,
  testTimeout: 120_000,
  hookTimeout: 60_000,
  // Thousands of calls leave much that nobody needs any more: collected less often, it costs a tenth less of the processor.
  execArgv: ['--max-semi-space-size=64'],
};
/** With emulators or machines that take the time they take. */
const slow = (name: string, minutes: number) => ({
  ...project(name),
  testTimeout: minutes * 60_000,
  hookTimeout: minutes * 60_000,
});

export default defineConfig({
  test: {
    // Vitest leaves one core to the watcher that nobody runs here.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: fast },
      { test: slow('conformance', 6) },
      // For itself: `npm run bench:retire`.
      { test: { ...slow('bench', 15), globalSetup: [models, 'test/support/images.ts'], sequence: { groupOrder: 2 } } },
      // Real machines mostly wait. `npm test` runs these beside all others; whoever runs everything with vitest itself, after them.
      {
        test: {
          ...slow('sandbox', 10),
          globalSetup: [models, 'test/support/images.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
