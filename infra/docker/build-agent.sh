#!/bin/sh
# Build stage of agent.Dockerfile: build-agent.sh OUT. Needs node 24, npm, make, clang and libbpf-dev, and the repository as working directory.
set -eu
out=${1:?usage: build-agent.sh OUT}

# What the agent needs and esbuild; no install script is needed for either.
npm ci --no-audit --no-fund --loglevel=error --omit=dev --ignore-scripts --include-workspace-root -w @margay/agent
node agent/build.ts "$out"
node "$out/margay-agent.mjs" --version
