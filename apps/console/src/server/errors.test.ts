import { MargayError } from '@margay/model';
import { TRPCError } from '@trpc/server';
import { expect, it } from 'vitest';
import { sentence, toTrpcError } from './errors.ts';

const map = (error: unknown) => {
  const { code, message } = toTrpcError(error, 'req-1', 'cluster.create');
  return [code, message];
};

it('passes on what a verb says to people', () => {
  expect(map(new MargayError('CONFLICT', 'there is a cluster of that name already'))).toEqual([
    'CONFLICT',
    'There is a cluster of that name already.',
  ]);
  expect(map(new MargayError('LIMIT_EXCEEDED', 'too many attempts: wait 5 minutes'))).toEqual([
    'TOO_MANY_REQUESTS',
    'Too many attempts: wait 5 minutes.',
  ]);
  expect(map(new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: new MargayError('NOT_FOUND', 'no') }))).toEqual([
    'NOT_FOUND',
    'No.',
  ]);
});

it('tells nothing of causes, but an id to quote', () => {
  for (const error of [
    new Error('password=hunter2'),
    new MargayError('INTERNAL', 'select * from users failed'),
    'text',
  ]) {
    const [code, message] = map(error);
    expect(code).toBe('INTERNAL_SERVER_ERROR');
    expect(message).toContain('req-1');
    expect(message).not.toMatch(/hunter2|select|text/);
  }
});

it('makes whole sentences', () => {
  expect(sentence('name the cluster')).toBe('Name the cluster.');
  expect(sentence('Is it there?')).toBe('Is it there?');
});
