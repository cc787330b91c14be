import pino from 'pino';

/** Structured log of the console; errors that a person never sees go here under the id they were shown. */
export const log = pino({ name: 'console', level: process.env.LOG_LEVEL ?? 'info' });
