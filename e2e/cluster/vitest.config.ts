import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  test: {
    name: 'cluster',
    include: ['e2e/cluster/*.cluster.test.ts'],
    // Each step stands on the one before.
    bail: 1,
    fileParallelism: false,
  },
});
