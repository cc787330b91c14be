import type { Metadata } from 'next';
import { ConnectPage } from '../../../../features/connect/index.ts';

export const metadata: Metadata = { title: 'Connect a cluster' };

export default function Page() {
  return <ConnectPage />;
}
