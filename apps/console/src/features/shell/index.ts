export { paths } from './paths.ts';
export { Shell } from './shell.tsx';
export { useCluster, useShell } from './shell-context.tsx';
export { ClusterPicker, TopBar } from './top-bar.tsx';
