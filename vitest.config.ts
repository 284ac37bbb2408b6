import { defineConfig } from 'vitest/config';

const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', NO_COLOR: '1' };
/** Every call that a test makes of the sandbox is held against botocore's service models. */
const witness = { globalSetup: 'test/support/models/environment.ts', setupFiles: 'test/support/witness.ts' };
const fast = (name: string) => ({
  test: { ...witness, name, include: [`test/${name}/**/*.test.ts`], env: quiet, testTimeout: 30_000 },
});
/** Real machines and emulators share two cores: these run after the others. */
const slow = (name: string, minutes: number, groupOrder: number) => ({
  test: {
    ...witness,
    name,
    include: [`test/${name}/**/*.test.ts`],
    env: quiet,
    testTimeout: minutes * 60_000,
    hookTimeout: minutes * 60_000,
    // There is one Docker. Emulators are each test's own.
    fileParallelism: name !== 'sandbox',
    sequence: { groupOrder },
  },
});

export default defineConfig({
  // Vitest leaves one core to the watcher that nobody runs here.
  test: {
    maxWorkers: '100%',
    projects: [fast('unit'), fast('stages'), fast('stories'), slow('conformance', 6, 1), slow('sandbox', 10, 2)],
  },
});
