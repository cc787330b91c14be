'use client';
import type { Layer, Topology } from '@margay/graph';
import {
  Button,
  formatCount,
  Glyph,
  Icon,
  Menu,
  MenuCheck,
  MenuItem,
  MenuLabel,
  MenuRule,
  Segmented,
} from '@margay/ui';
import type { ReactNode } from 'react';
import { type GraphParams, type SetGraphParams, SHOWN_LENSES } from './graph-params.ts';

const LENS_WORDS = { all: 'All', denied: 'Denied', none: 'No policy', new: 'New' } as const;
const LAYER_WORDS: Readonly<Record<Layer, string>> = { dns: 'DNS', probes: 'Probes of nodes' };

/** Lenses, layers, going to a workload, other views of the same. */
export function GraphBar({
  topology,
  params,
  setParams,
  focused,
  allOpen,
  onOpenAll,
  onTidy,
  onGoTo,
  exportMenu,
}: {
  topology: Topology | null;
  params: GraphParams;
  setParams: SetGraphParams;
  focused: boolean;
  allOpen: boolean;
  onOpenAll: (open: boolean) => void;
  onTidy: () => void;
  onGoTo: () => void;
  exportMenu: ReactNode;
}) {
  const hidden = topology ? topology.hiddenCounts.dns + topology.hiddenCounts.probes : 0;
  return (
    <div className="bar graph-bar">
      <Segmented
        label="Lens"
        value={params.lens}
        onChange={(lens) => void setParams({ lens, node: null, edge: null })}
        segments={SHOWN_LENSES.map((lens) => ({
          value: lens,
          label: (
            <>
              {lens === 'all' ? null : (
                <span className={`sign tone-${lens}`}>
                  <Glyph tone={lens} />
                </span>
              )}
              {LENS_WORDS[lens]}
            </>
          ),
          count: topology ? formatCount(topology.lensCounts[lens]) : '',
        }))}
      />
      <Menu
        trigger={
          <button type="button" className="btn btn-quiet" data-testid="layers">
            <Icon name="layers" small />
            <span className="graph-bar-word">Layers</span>
            {hidden > 0 ? <span className="third num graph-bar-word">{`${formatCount(hidden)} hidden`}</span> : null}
          </button>
        }
      >
        <MenuLabel>Drawn besides</MenuLabel>
        {(['dns', 'probes'] as const).map((layer) => (
          <MenuCheck
            key={layer}
            checked={params.layers.includes(layer)}
            onChange={(shown) =>
              void setParams({
                layers: shown ? [...params.layers, layer] : params.layers.filter((each) => each !== layer),
              })
            }
            end={
              topology && topology.hiddenCounts[layer] > 0
                ? `${formatCount(topology.hiddenCounts[layer])} hidden`
                : undefined
            }
          >
            {LAYER_WORDS[layer]}
          </MenuCheck>
        ))}
      </Menu>
      <span className="grow" />
      <button type="button" className="input input-s go-to" onClick={onGoTo}>
        <Icon name="search" small />
        <span className="grow small nowrap graph-bar-word">Go to a workload</span>
        <kbd>/</kbd>
      </button>
      <Menu
        align="end"
        trigger={
          <Button icon="eye">
            <span className="graph-bar-word">View</span>
          </Button>
        }
      >
        <MenuItem icon="table" end="T" onSelect={() => void setParams({ table: !params.table })}>
          {params.table ? 'As a graph' : 'As a table'}
        </MenuItem>
        <MenuItem icon={allOpen ? 'minus' : 'plus'} onSelect={() => onOpenAll(!allOpen)}>
          {allOpen ? 'Collapse all namespaces' : 'Expand all namespaces'}
        </MenuItem>
        <MenuRule />
        <MenuItem icon="refresh" onSelect={onTidy}>
          Tidy: lay out anew
        </MenuItem>
        {focused ? (
          <MenuItem icon="graph" onSelect={() => void setParams({ focus: 'all', node: null, edge: null })}>
            Whole graph
          </MenuItem>
        ) : null}
      </Menu>
      {exportMenu}
    </div>
  );
}
