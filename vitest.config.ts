import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const exclude = ['**/node_modules/**', '**/.next/**', '**/dist/**'];
const rooms = '{apps,packages,agent,bpf,prisma,infra,e2e}';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [`${rooms}/**/*.test.{ts,tsx}`],
          exclude: [...exclude, '**/*.{db,kernel,cluster}.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'db',
          include: [`${rooms}/**/*.db.test.ts`],
          exclude,
          globalSetup: ['packages/testkit/src/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: Math.min(2, availableParallelism()),
        },
      },
      // One at a time: they share the kernel, and they measure it.
      {
        test: {
          name: 'kernel',
          include: [`${rooms}/**/*.kernel.test.ts`],
          exclude,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
