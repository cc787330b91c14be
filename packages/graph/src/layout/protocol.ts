import type { ELK } from 'elkjs/lib/elk-api.js';
import { layOut } from './lay-out.ts';
import type { Layout, SizedGraph } from './types.ts';

/** What is posted to the layout worker. */
export interface LayoutRequest {
  readonly id: number;
  readonly graph: SizedGraph;
}
/** What it posts back: a layout, or why there is none. */
export type LayoutAnswer =
  | { readonly id: number; readonly layout: Layout; readonly error: null }
  | { readonly id: number; readonly layout: null; readonly error: string };

export async function answerLayout(elk: Pick<ELK, 'layout'>, { id, graph }: LayoutRequest): Promise<LayoutAnswer> {
  try {
    return { id, layout: await layOut(elk, graph), error: null };
  } catch (error) {
    return { id, layout: null, error: error instanceof Error ? error.message : String(error) };
  }
}
