'use client';
import type { ClusterId } from '@margay/model';
export function GraphPage({ clusterId }: { clusterId: ClusterId }) {
  return <div>{clusterId}</div>;
}
