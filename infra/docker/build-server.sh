#!/bin/sh
# Build stage of server.Dockerfile: build-server.sh console|ingest|worker OUT. Needs node 24 and npm, and the repository as working directory.
set -eu
room=${1:?usage: build-server.sh console|ingest|worker OUT}
out=${2:?usage: build-server.sh console|ingest|worker OUT}
export NEXT_TELEMETRY_DISABLED=1 PRISMA_SCHEMA_ENGINE_BINARY=/bin/true

# No install script is needed.
npm ci --no-audit --no-fund --loglevel=error --ignore-scripts --include-workspace-root -w @margay/prisma -w "@margay/$room"
node prisma/generate.ts
[ "$room" != console ] || node node_modules/next/dist/bin/next build apps/console

# TypeScript runs as written: the sources are the program.
node infra/docker/copy-room.ts "apps/$room" "$out"
