import { defineConfig } from 'vitest/config';

// `npm test` builds the native parts first: tests under test/board start the virtual board and the agent.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    passWithNoTests: false,
    restoreMocks: true,
    maxWorkers: 2,
    // Long enough to mean "hung" on a busy machine; nothing asserts on time.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    cache: false,
  },
});
