import { type YamlToken, yamlTokens } from './yaml-tokens.ts';

/**
 * YAML with numbered, marked lines. Text goes in as text nodes, so a hostile name stays a name.
 *
 * @param marked 1-based numbers of lines to tint.
 */
export function YamlView({ text, marked }: { text: string; marked?: ReadonlySet<number> | undefined }) {
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, index) => ({ number: index + 1, tokens: numbered(yamlTokens(line)) }));
  return (
    <pre className="code">
      {lines.map(({ number, tokens }) => (
        <span key={number} className="line" data-n={number} data-marked={marked?.has(number) || undefined}>
          {tokens.map(({ key, token }) =>
            token.kind === 'plain' ? (
              token.text
            ) : (
              <span key={key} className={token.kind}>
                {token.text}
              </span>
            ),
          )}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}

const numbered = (tokens: readonly YamlToken[]) => tokens.map((token, key) => ({ key, token }));
