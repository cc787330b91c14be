/** The bundle that `npm run build:cli` makes. */
export const BUNDLE: string;
/** Bundles the CLI into one file. Throws with the words of esbuild. */
export function buildCli(outfile?: string): Promise<void>;
