import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quietLog } from '../../test/quiet-log.ts';
import type { Credential } from './credential.ts';
import { CredentialSource } from './credential-source.ts';

const OLD = { id: 'old', secret: 'o'.repeat(32) };
const NEW = { id: 'new', secret: 'n'.repeat(32) };
const never = new AbortController().signal;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'margay-credential-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const mount = async ({ id, secret }: Credential) => {
  await writeFile(join(directory, 'id'), id);
  await writeFile(join(directory, 'secret'), secret);
};
const sourceOf = (stored: () => Promise<Credential | null>) =>
  new CredentialSource({ directory, stored, log: quietLog() });

describe('CredentialSource', () => {
  it('takes what the API server has while the mount is empty', async () => {
    expect(await sourceOf(async () => NEW).get(never)).toEqual(NEW);
  });

  it('does not ask the API server while the mount has one', async () => {
    await mount(OLD);
    const source = sourceOf(() => Promise.reject(new Error('asked')));
    expect(await source.get(never)).toEqual(OLD);
  });

  it('takes a new one before the mount shows it, once the console refused the mounted one', async () => {
    await mount(OLD);
    const source = sourceOf(async () => NEW);
    const old = await source.get(never);
    if (old) source.refused(old);
    expect(await source.get(never)).toEqual(NEW);
  });

  it('keeps the mounted one where the API server may not be asked', async () => {
    await mount(OLD);
    const source = sourceOf(() => Promise.reject(new Error('forbidden')));
    const old = await source.get(never);
    if (old) source.refused(old);
    expect(await source.get(never)).toEqual(OLD);
  });
});
