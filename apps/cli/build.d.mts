/** The bundle that `npm run build:cli` makes. */
export const BUNDLE: string;
/** Bundles the CLI into a folder: `margay.js`, and beside it what only one command needs. Throws with the words of esbuild. */
export function buildCli(folder?: string): Promise<void>;
