export const THEME_COOKIE = 'margay-theme';
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** A cookie is anybody's text: what is not a theme is "system". */
export function themeFrom(cookie: string | undefined): Theme {
  return THEMES.find((theme) => theme === cookie) ?? 'system';
}

/**
 * Runs before the first paint: follows the system where the reader chose no theme, and hands the page's nonce to libraries that add style elements.
 * A constant for each theme; nothing that a cluster or a reader writes goes into it.
 */
export function themeScript(theme: Theme): string {
  const nonce = 'window.__webpack_nonce__=document.currentScript.nonce;';
  if (theme !== 'system') return nonce;
  return `${nonce}(function(){var m=matchMedia("(prefers-color-scheme: dark)"),d=document.documentElement;function f(){if(!d.dataset.chosen)d.dataset.theme=m.matches?"dark":"light"}f();m.addEventListener("change",f)})()`;
}

/** Applies and remembers the reader's choice for a year. */
export function chooseTheme(theme: Theme): void {
  const root = document.documentElement;
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = dark ? 'dark' : 'light';
  if (theme === 'system') delete root.dataset.chosen;
  else root.dataset.chosen = theme;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing on plain http origins
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=31536000; samesite=lax`;
}

/** The choice as the cookie has it. */
export function chosenTheme(): Theme {
  const pair = document.cookie.split('; ').find((each) => each.startsWith(`${THEME_COOKIE}=`));
  return themeFrom(pair?.split('=')[1]);
}
