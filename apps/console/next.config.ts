import type { NextConfig } from 'next';

const config: NextConfig = {
  transpilePackages: [
    '@margay/model',
    '@margay/ui',
    '@margay/graph',
    '@margay/policy',
    '@margay/services',
    '@margay/db',
    '@margay/flowstore',
    '@margay/jobs',
    '@margay/wire',
    '@margay/manifest',
  ],
  // Native code, or drivers that load files beside themselves.
  serverExternalPackages: [
    '@node-rs/argon2',
    'pg',
    'pg-copy-streams',
    'bullmq',
    'ioredis',
    '@prisma/client',
    '@prisma/adapter-pg',
    'pino',
  ],
  poweredByHeader: false,
  // `npm test` checks types with the version the repository uses; a start need not wait for a second check.
  typescript: { ignoreBuildErrors: true },
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'Referrer-Policy', value: 'same-origin' },
        { key: 'X-Frame-Options', value: 'DENY' },
        { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=()' },
      ],
    },
  ],
};

export default config;
