/** What could break a line, hide or reverse what follows, or end a comment: names of a hostile cluster come to be read by people. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/** `text` as one visible line; every character that is not seen becomes U+FFFD. */
export function plainText(text: string): string {
  return text.replace(UNPRINTABLE, '\uFFFD');
}
