'use client';
import type { ClusterId } from '@margay/model';
export function OverviewPage({ clusterId }: { clusterId: ClusterId }) {
  return <div>{clusterId}</div>;
}
