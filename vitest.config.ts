import { defineConfig } from 'vitest/config';

const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', NO_COLOR: '1' };
const fast = (name: string) => ({ test: { name, include: [`test/${name}/**/*.test.ts`], env: quiet, testTimeout: 30_000 } });
/** Real machines share two cores and one Docker: these run one file after the other. */
const slow = (name: string, minutes: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    env: quiet,
    testTimeout: minutes * 60_000,
    hookTimeout: minutes * 60_000,
    fileParallelism: false,
  },
});

export default defineConfig({
  test: { projects: [fast('unit'), fast('stages'), fast('stories'), slow('sandbox', 10), slow('conformance', 6)] },
});
