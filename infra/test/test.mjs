// `npm test`: installs what is missing on Node 20, goes on with Node 24.
process.argv.splice(2, 0, '--development', 'infra/test/main.ts');
await import('../start/run.mjs');
