# syntax=docker/dockerfile:1
# Console, ingest and worker, an image each. Build from the repository's root:
#   docker build -f infra/docker/server.Dockerfile --target console --build-arg VERSION=0.1.0 -t margay/console:0.1.0 .
FROM node:24-bookworm-slim AS base
WORKDIR /src
COPY . .

FROM base AS build-console
RUN infra/docker/build-server.sh console /out
FROM base AS build-ingest
RUN infra/docker/build-server.sh ingest /out
FROM base AS build-worker
RUN infra/docker/build-server.sh worker /out

FROM node:24-bookworm-slim AS runtime
ARG VERSION=
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 HOST=0.0.0.0 PORT=8080 MARGAY_VERSION=$VERSION
EXPOSE 8080
WORKDIR /opt/margay
# Files are root's and nothing is written: it runs with a read-only root as well.
USER 65532:65532

FROM runtime AS ingest
COPY --from=build-ingest /out .
CMD ["node", "apps/ingest/src/main.ts"]

FROM runtime AS worker
COPY --from=build-worker /out .
CMD ["node", "apps/worker/src/main.ts"]

FROM runtime AS console
COPY --from=build-console /out .
WORKDIR /opt/margay/apps/console
CMD ["sh", "-c", "exec node ../../node_modules/next/dist/bin/next start -p \"$PORT\" -H \"$HOST\""]
