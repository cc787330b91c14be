#!/usr/bin/env node
// `npm exec -- margay`: runs the bundle, and makes it first where it is missing or older than what it is made of.
import { readdirSync, statSync } from 'node:fs';

const BUNDLE = new URL('../dist/margay.js', import.meta.url);
const SOURCES = ['../src/', '../../../packages/policy/src/', '../../../packages/model/src/'];

const builtMs = statSync(BUNDLE, { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (SOURCES.some((source) => changedMs(new URL(source, import.meta.url)) > builtMs)) {
  const { buildCli } = await import('../build.mjs');
  await buildCli();
}
await import(BUNDLE.href);

function changedMs(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Math.max(0, ...files.map(({ parentPath, path, name }) => statSync(`${parentPath ?? path}/${name}`).mtimeMs));
}
