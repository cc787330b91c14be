import { MargayError } from '@margay/model';

/** What is wrong with bytes that claim to be a batch. `too-large` maps to 413, all else to 400. */
export const FORMAT_FAULTS = ['magic', 'version', 'length', 'head', 'text', 'column', 'too-large'] as const;
export type FormatFault = (typeof FORMAT_FAULTS)[number];

/** The only error that {@link decodeBatch} throws. Sending the same bytes again never helps. */
export class WireFormatError extends MargayError {
  readonly fault: FormatFault;
  constructor(fault: FormatFault, message: string, options: { cause?: unknown } = {}) {
    super(fault === 'too-large' ? 'TOO_LARGE' : 'VALIDATION', message, { ...options, details: { fault } });
    this.name = 'WireFormatError';
    this.fault = fault;
  }
}
