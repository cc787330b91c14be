'use client';
import { Button, Menu, MenuItem, useToast } from '@margay/ui';
import { saveJson, savePng, saveSvg } from './export-graph.ts';
import type { Palette } from './node-image.ts';
import type { Picture } from './use-layout.ts';

/** What is on screen as a file. */
export function ExportMenu({
  picture,
  palette,
  name,
}: {
  picture: Picture | null;
  palette: Palette | null;
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
    </Menu>
  );
}
