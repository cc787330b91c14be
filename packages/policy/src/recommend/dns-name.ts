import { plainText } from './plain-text.ts';

/** One spelling of a name: lower case, without the dot of the root. */
export const dnsName = (text: string) => plainText(text.toLowerCase().replace(/\.$/, ''));
