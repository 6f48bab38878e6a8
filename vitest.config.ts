import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'conformance/**/*.test.ts'],
    globalSetup: ['test/support/postgres.ts'],
    // A database and a server per file: more workers than this only wait for the processor.
    maxWorkers: 2,
    // Files of a worker share its modules: two minutes less, and a module that remembers what it should not is found out.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
})
