import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const common = {
  environment: 'node',
  restoreMocks: true,
  // Long enough to mean "hung" on a busy machine; nothing asserts on time.
  testTimeout: 240_000,
  hookTimeout: 240_000,
  expect: { poll: { timeout: 60_000 } },
  // Boards of whoever works on this machine are none of the tests'; what a test starts has it from here.
  env: { QDA_LAB_TRANSPORTS: 'virtual' },
} as const;

// `npm test` builds the native parts first: tests under test/board start the virtual board and the agent. Those under test/app
// drive the built window in Chromium (npm run build).
export default defineConfig({
  test: {
    passWithNoTests: false,
    maxWorkers: 2,
    cache: false,
    projects: [
      // The plugin compiles the runes in the window's state.
      {
        plugins: [svelte({ configFile: false })],
        test: { ...common, name: 'node', include: ['test/**/*.test.ts'], exclude: ['test/app/**'] },
      },
      { test: { ...common, name: 'app', include: ['test/app/**/*.test.ts'] } },
    ],
  },
});
