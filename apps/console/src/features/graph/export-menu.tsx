'use client';
import type { EdgeView } from '@margay/services/inputs';
import { Button, Menu, MenuItem, useToast } from '@margay/ui';
import { saveEdges, saveJson, savePng, saveSvg } from './export-graph.ts';
import type { Palette } from './node-image.ts';
import type { Picture } from './use-layout.ts';

/** What is on screen as a file. */
export function ExportMenu({
  picture,
  palette,
  edges,
  name,
}: {
  picture: Picture | null;
  palette: Palette | null;
  /** All of the range, whatever is drawn of them. */
  edges: readonly EdgeView[];
  name: string;
}) {
  const say = useToast();
  const run = (save: (picture: Picture, palette: Palette) => Promise<void> | void) => async () => {
    if (!picture || !palette) return;
    try {
      await save(picture, palette);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), 'denied');
    }
  };
  return (
    <Menu
      align="end"
      trigger={<Button kind="quiet" icon="download" aria-label="Export the graph" aria-disabled={picture === null} />}
    >
      <MenuItem end=".svg" onSelect={() => void run((what, colours) => saveSvg(what, colours, name))()}>
        Picture as SVG
      </MenuItem>
      <MenuItem end=".png" onSelect={() => void run((what, colours) => savePng(what, colours, name))()}>
        Picture as PNG
      </MenuItem>
      <MenuItem end=".json" onSelect={() => void run((what) => saveJson(what, name))()}>
        Data as JSON
      </MenuItem>
      <MenuItem end=".jsonl" onSelect={() => saveEdges(edges, name)}>
        Edges for the command line
      </MenuItem>
    </Menu>
  );
}
