export interface YamlToken {
  readonly kind: 'key' | 'string' | 'comment' | 'plain';
  readonly text: string;
}

const COMMENT = /^(\s*)(#.*)$/;
const KEYED = /^(\s*(?:-\s+)*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'#[{][^:#]*?):(?=\s|$)(.*)$/;

/** Splits one line of block YAML into what is coloured. Joined, the tokens are the line again: nothing is lost or added. */
export function yamlTokens(line: string): YamlToken[] {
  const comment = COMMENT.exec(line);
  if (comment) return compact([plain(comment[1]), { kind: 'comment', text: comment[2] ?? '' }]);
  const keyed = KEYED.exec(line);
  if (keyed)
    return compact([
      plain(keyed[1]),
      { kind: 'key', text: keyed[2] ?? '' },
      plain(':'),
      ...valueTokens(keyed[3] ?? ''),
    ]);
  const item = /^(\s*(?:-\s+)+)(.*)$/.exec(line);
  if (item) return compact([plain(item[1]), ...valueTokens(item[2] ?? '')]);
  return compact([plain(line)]);
}

function valueTokens(value: string): YamlToken[] {
  const match = /^(\s*)(.*?)(\s+#.*)?$/.exec(value);
  const text = match?.[2] ?? '';
  const tokens: YamlToken[] = [plain(match?.[1])];
  // Flow collections and block markers are punctuation, not values.
  tokens.push(/^[[{|>&*]/.test(text) ? plain(text) : { kind: 'string', text });
  if (match?.[3]) tokens.push({ kind: 'comment', text: match[3] });
  return tokens;
}

const plain = (text = ''): YamlToken => ({ kind: 'plain', text });
const compact = (tokens: YamlToken[]) => tokens.filter((token) => token.text !== '');
