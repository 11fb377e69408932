# Two images of one build. `runtime`: the apps and the `admit` command. `localnet`: the same, and what a laptop needs instead of the real
# thing, which are the local Solana and the program that makes the passwords. Production builds `--target runtime` and holds nothing of dev/.

# One program of it: `admit replay --from-backup` serves the backup with it meanwhile.
FROM nats:2.15-alpine AS nats

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY vendor vendor
RUN npm ci --ignore-scripts

FROM packages AS build
COPY tsconfig.json tsconfig.build.json ./
COPY apps apps
COPY libs libs
COPY dev dev
COPY scripts/build-page.mjs scripts/build-page.mjs
RUN node node_modules/@typescript/native/bin/tsc -p tsconfig.build.json && node scripts/build-page.mjs && rm dist/.tsbuildinfo

FROM packages AS production
# The local Solana takes the native part of LiteSVM only, not the client that comes with it: 13 MB instead of 150.
RUN mkdir -p /localnet/node_modules && cp -r node_modules/litesvm* /localnet/node_modules/
COPY scripts/sbom.mjs scripts/sbom.mjs
# Some packages name the compiler as a peer, for their types: nothing loads it. Node loads no types, source maps or TypeScript from
# node_modules, and no browser build of TypeORM: 80 MB. Licenses stay.
RUN node scripts/sbom.mjs > sbom.cdx.json \
  && npm prune --omit=dev --ignore-scripts && rm -rf node_modules/typescript node_modules/.bin/tsc node_modules/.bin/tsserver \
  && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.cts' -o -name '*.mts' -o -name '*.md' \) ! -iname 'license*' -delete \
  && rm -rf node_modules/typeorm/browser \
  && find node_modules/swagger-ui-dist -type f ! -name swagger-ui-bundle.js ! -name swagger-ui.css ! -name package.json ! -name 'LICENSE*' ! -name NOTICE -delete

# Debian and the one program node: the image of Node also has npm and the headers for add-ons, 87 MB.
FROM debian:bookworm-slim AS runtime
LABEL org.opencontainers.image.title="admit-one" \
  org.opencontainers.image.description="Sells every ticket once and mints every ticket once: the apps and the admit command" \
  org.opencontainers.image.version="0.1.0" \
  org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --create-home node
COPY --from=packages /usr/local/bin/node /usr/local/bin/node
ENV NODE_ENV=production HTTP_HOST=0.0.0.0 HTTP_PORT=3000 HEALTH_HOST=0.0.0.0 HEALTH_PORT=3100
COPY --from=nats /usr/local/bin/nats-server /usr/local/bin/nats-server
COPY --from=production /app/package.json /app/sbom.cdx.json ./
COPY LICENSE NOTICE ./
COPY --from=production /app/node_modules node_modules
COPY vendor vendor
COPY --from=build /app/dist/libs dist/libs
COPY --from=build /app/dist/apps dist/apps
# A new volume takes over the owner and the mode of the folder it is mounted on.
# By the mark the command knows that what it writes beside a volume is gone with the container.
RUN install -d -o node -g node -m 0700 /keys /backups && touch /etc/admit-one-image
USER node
EXPOSE 3000 3100
# By the shell, which takes 2 ms of processor where another node would take 300. The answer is printed: `docker inspect` then shows which
# check fails.
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=6 CMD ["bash", "-c", \
  "exec 3<>/dev/tcp/127.0.0.1/$HEALTH_PORT && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && answer=$(cat <&3) && echo \"$answer\" | tail -n 1 && [[ $answer == 'HTTP/1.1 200 '* ]]"]
CMD ["node", "dist/apps/cli/src/main.js", "--help"]

FROM runtime AS localnet
USER root
COPY --from=production /localnet/node_modules node_modules
COPY --from=build /app/dist/dev dist/dev
COPY deploy/*.mjs deploy/
# Postgres, which runs as user and group 999 of its image, reads its password from the last one.
RUN install -d -o node -g node -m 0700 /data /setup/secrets /setup/nats /setup/nats-2 /setup/nats-3 \
  /setup/provision /setup/migrate /setup/tenants /setup/purchase /setup/minter /setup/ledger /setup/webhooks /setup/operator /setup/console \
  && install -d -o node -g 999 -m 0750 /setup/postgres
USER node
HEALTHCHECK NONE
