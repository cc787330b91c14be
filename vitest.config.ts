import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const exclude = ['**/node_modules/**', '**/.next/**', '**/dist/**'];
const rooms = '{apps,packages,agent,bpf,prisma,infra,e2e}';

const kernelLimits = { testTimeout: 120_000, hookTimeout: 120_000 };
/** Kernel tests that neither measure time nor look at what others may make on the machine: two at once. */
const UNTIMED = [
  'agent/src/ffi/*.kernel.test.ts',
  'agent/test/*.kernel.test.ts',
  'apps/lab/test/{agent,lab-cli}.kernel.test.ts',
  'bpf/test/*.kernel.test.ts',
  'e2e/kernel/restart.kernel.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [`${rooms}/**/*.test.{ts,tsx}`],
          exclude: [...exclude, '**/*.{db,kernel,cluster,faults}.test.ts'],
          testTimeout: 30_000,
          // Vitest would leave one CPU idle: on two, half of the machine.
          maxWorkers: availableParallelism(),
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
      {
        test: {
          name: 'kernel-beside',
          include: UNTIMED,
          exclude,
          ...kernelLimits,
          maxWorkers: Math.min(2, availableParallelism()),
          sequence: { groupOrder: 1 },
        },
      },
      // One at a time: they share the kernel, and they measure it.
      {
        test: {
          name: 'kernel',
          include: [`${rooms}/**/*.kernel.test.ts`],
          exclude: [...exclude, ...UNTIMED],
          ...kernelLimits,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
