'use client';
import { Dialog } from '@margay/ui';
import { Command } from 'cmdk';

export interface Place {
  readonly key: string;
  readonly scope: string;
  readonly name: string;
}

/** Finds a workload by name and goes there. */
export function GoTo({
  open,
  onOpenChange,
  places,
  onGo,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  places: readonly Place[];
  onGo: (key: string) => void;
}) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Go to a workload" className="palette">
      <Command label="Go to a workload" loop>
        <Command.Input placeholder="Name of a workload, Service, node or address" />
        <Command.List>
          <Command.Empty>Nothing on this graph has that name. A longer time range may show more.</Command.Empty>
          {places.map((place) => (
            <Command.Item
              key={place.key}
              value={`${place.scope}/${place.name}`}
              className="menu-item"
              onSelect={() => {
                onOpenChange(false);
                onGo(place.key);
              }}
            >
              <span className="cut">
                <span className="ns">{place.scope} / </span>
                <span className="name">{place.name}</span>
              </span>
            </Command.Item>
          ))}
        </Command.List>
      </Command>
    </Dialog>
  );
}
