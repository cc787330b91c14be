export { type InstallManifestInput, renderInstallManifest } from './render.ts';
