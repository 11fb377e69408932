# Two images of one build. `runtime`: the apps and the `admit` command. `localnet`: the same, and what a laptop needs instead of the real
# thing, which are the local Solana and the program that makes the passwords. Production builds `--target runtime` and holds nothing of dev/.

# One program of it: `admit replay --from-backup` serves the backup with it meanwhile.
FROM nats:2.15-alpine AS nats

FROM node:24-bookworm-slim AS base
WORKDIR /app

FROM base AS build
COPY package.json package-lock.json .npmrc ./
COPY vendor vendor
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY apps apps
COPY libs libs
COPY dev dev
RUN node_modules/.bin/tsc -p tsconfig.build.json && rm dist/.tsbuildinfo
# The local Solana takes the native part of LiteSVM only, not the client that comes with it: 13 MB instead of 150.
RUN mkdir -p /localnet/node_modules && cp -r node_modules/litesvm* /localnet/node_modules/
# Some packages name the compiler as a peer, for their types: nothing loads it.
RUN npm prune --omit=dev --ignore-scripts && rm -rf node_modules/typescript node_modules/.bin/tsc node_modules/.bin/tsserver

FROM base AS runtime
ENV NODE_ENV=production HTTP_HOST=0.0.0.0 HTTP_PORT=3000 HEALTH_HOST=0.0.0.0 HEALTH_PORT=3100
COPY --from=nats /usr/local/bin/nats-server /usr/local/bin/nats-server
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY vendor vendor
COPY --from=build /app/dist/libs dist/libs
COPY --from=build /app/dist/apps dist/apps
# A new volume takes over the owner and the mode of the folder it is mounted on.
# By the mark the command knows that what it writes beside a volume is gone with the container.
RUN install -d -o node -g node -m 0700 /keys /backups && touch /etc/admit-one-image
USER node
EXPOSE 3000 3100
# The answer is printed: `docker inspect` then shows which check fails.
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=6 CMD ["node", "--input-type=module", "-e", \
  "const ready = await fetch(`http://127.0.0.1:${process.env.HEALTH_PORT}/health/ready`); console.log(await ready.text()); process.exit(ready.ok ? 0 : 1)"]
CMD ["node", "dist/apps/cli/src/main.js", "--help"]

FROM runtime AS localnet
USER root
COPY --from=build /localnet/node_modules node_modules
COPY --from=build /app/dist/dev dist/dev
COPY deploy/*.mjs deploy/
RUN install -d -o node -g node -m 0700 /data /setup/secrets /setup/nats /setup/postgres \
  /setup/provision /setup/tenants /setup/purchase /setup/minter /setup/ledger /setup/operator
USER node
HEALTHCHECK NONE
