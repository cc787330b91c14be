'use client';
import type { ClusterId } from '@margay/model';
import { Button, formatCount, Menu, MenuItem, useToast } from '@margay/ui';
import { useState } from 'react';
import { saveFile } from '../../client/save-file.ts';
import { useTRPCClient } from '../../client/trpc.tsx';
import type { Range } from '../range/index.ts';
import { useCluster } from '../shell/index.ts';
import { toCsv } from './export.ts';
import type { FilterState } from './filter.ts';
import { EXPORT_ROWS_MAX, readAll } from './use-flows.ts';

/** Everything that matches the filter as a file, not only the rows on screen. */
export function ExportMenu({ clusterId, range, filter }: { clusterId: ClusterId; range: Range; filter: FilterState }) {
  const client = useTRPCClient();
  const cluster = useCluster(clusterId);
  const say = useToast();
  const [busy, setBusy] = useState(false);
  const save = async (form: 'csv' | 'json') => {
    setBusy(true);
    try {
      const { rows, truncated } = await readAll(client, clusterId, range, filter);
      const text = form === 'csv' ? toCsv(rows) : JSON.stringify(rows, null, 2);
      saveFile(`flows-${cluster?.name ?? clusterId}.${form}`, form === 'csv' ? 'text/csv' : 'application/json', text);
      say(
        truncated
          ? `Saved the newest ${formatCount(EXPORT_ROWS_MAX)} flows; there are more`
          : `Saved ${formatCount(rows.length)} flows`,
        truncated ? 'pending' : 'allowed',
      );
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), 'denied');
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu align="end" trigger={<Button kind="quiet" icon="download" aria-label="Export flows" busy={busy} />}>
      <MenuItem onSelect={() => void save('csv')} end=".csv">
        Export as CSV
      </MenuItem>
      <MenuItem onSelect={() => void save('json')} end=".json">
        Export as JSON
      </MenuItem>
    </Menu>
  );
}
