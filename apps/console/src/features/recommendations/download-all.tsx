'use client';
import type { ClusterId } from '@margay/model';
import type { RecommendationSummary } from '@margay/services/inputs';
import { Button, copyText, Menu, MenuItem, MenuLabel, plural, useToast } from '@margay/ui';
import { useState } from 'react';
import { safeFileName, saveFile } from '../../client/save-file.ts';
import { useTRPCClient } from '../../client/trpc.tsx';
import { useCluster } from '../shell/index.ts';
import { joinYaml } from './summary.ts';

/** Every policy in one file of several documents. */
export function DownloadAll({ clusterId, rows }: { clusterId: ClusterId; rows: readonly RecommendationSummary[] }) {
  const client = useTRPCClient();
  const say = useToast();
  const name = safeFileName(`recommendations-${useCluster(clusterId)?.name ?? 'cluster'}.yaml`);
  const [busy, setBusy] = useState(false);
  const save = async (states: readonly RecommendationSummary['state'][]) => {
    setBusy(true);
    try {
      const wanted = rows.filter((row) => states.includes(row.state));
      const details = await Promise.all(
        wanted.map((row) => client.recommendation.get.query({ clusterId, id: row.id })),
      );
      const documents = details.flatMap((detail) => detail.yaml ?? []);
      saveFile(name, 'application/yaml', joinYaml(documents));
      say(`Saved ${plural(documents.length, 'policy', 'policies')} as ${name}`);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), 'denied');
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu align="end" trigger={<Button kind="quiet" icon="download" aria-label="Download policies" busy={busy} />}>
      <MenuItem icon="download" onSelect={() => void save(['ready'])}>
        Download all that are ready
      </MenuItem>
      <MenuItem icon="download" onSelect={() => void save(['ready', 'applied'])}>
        Download all
      </MenuItem>
      <MenuLabel>Then, in the cluster</MenuLabel>
      <MenuItem
        icon="copy"
        onSelect={() => void copyText(`kubectl apply -f ${name}`).then(() => say('Copied the command'))}
      >
        <span className="mono">kubectl apply -f {name}</span>
      </MenuItem>
    </Menu>
  );
}
