import { type Import, importsOf } from './imports.js';
import { isShipped, isSpec, isTypeScript, type Rule, type Slip, type Source, slipAt } from './source.js';

/** The floors of libs/shared, lowest first: an import may point to the same floor or down. */
const FLOORS = ['kernel', 'domain', 'event-store', 'consumer', 'aggregate', 'platform'] as const;
type Floor = (typeof FLOORS)[number];

/**
 * External packages that each floor may import. Where Node itself is listed, only the part that computes: no clock, no network, no disk.
 */
const COMPUTING_BUILTINS = new Set(['node:assert', 'node:assert/strict', 'node:buffer', 'node:crypto', 'node:util']);
const PLATFORM_PACKAGES =
  /^(?:@opentelemetry\/.+|swagger-ui-dist|@nestjs\/.+|@nats-io\/.+|fastify|typeorm|pg|pino|prom-client|zod|rxjs|reflect-metadata)$/;

const OUTSIDE: Record<Floor, { readonly allows: (source: Source, used: Import) => boolean; readonly says: string }> = {
  kernel: {
    allows: (_, used) => used.kind === 'builtin' || (used.kind === 'package' && ['canonicalize', '@scure/base'].includes(used.name)),
    says: 'the kernel takes only Node itself and canonicalize and @scure/base',
  },
  domain: {
    allows: ({ path }, used) =>
      used.kind === 'builtin' ? COMPUTING_BUILTINS.has(used.module) : used.text === 'zod' && /\/(?:events|commands)\.ts$/.test(path),
    says: 'the domain is pure: no I/O, no framework, and the schema library in events.ts and commands.ts only',
  },
  'event-store': {
    allows: ({ path }, used) => used.kind === 'builtin' || (used.text.startsWith('@nats-io/') && /\/jetstream(?:\/|\.ts$)/.test(path)),
    says: 'the event store takes no package, but its jetstream adapter may take @nats-io/*',
  },
  consumer: { allows: (_, used) => used.kind === 'builtin', says: 'the consumer takes no package' },
  aggregate: {
    allows: (_, used) => used.kind === 'builtin' || (used.kind === 'package' && used.name === 'lru-cache'),
    says: 'the aggregate runtime takes only Node itself and lru-cache',
  },
  platform: {
    allows: (_, used) => used.kind === 'builtin' || (used.kind === 'package' && PLATFORM_PACKAGES.test(used.name)),
    says: 'the platform takes Nest and its Fastify, TypeORM, NATS, OpenTelemetry, pino, prom-client, Swagger UI and zod, and nothing else',
  },
};

const floorOf = (path: string): string | undefined => /^libs\/shared\/src\/([^/]+)\//.exec(path)?.[1];
const heightOf = (floor: string | undefined): number => FLOORS.indexOf(floor as Floor);
const appOf = (path: string): string | undefined => /^apps\/([^/]+)\//.exec(path)?.[1];

const eachImport =
  (concerns: (source: Source) => boolean, why: (source: Source, used: Import) => string | undefined) =>
  (source: Source): Slip[] =>
    concerns(source)
      ? importsOf(source).flatMap((used) => {
          const slip = why(source, used);
          return slip === undefined ? [] : [slipAt(source, used.node, slip)];
        })
      : [];

const inLibrary = (source: Source): boolean => isTypeScript(source) && source.path.startsWith('libs/shared/src/');
const inProduct = (source: Source): boolean => isTypeScript(source) && /^(?:apps|libs)\//.test(source.path);

const floorsPointDown: Rule = {
  title: 'lets imports between the floors of libs/shared point down only',
  slips: eachImport(inLibrary, (source, used) => {
    if (used.kind !== 'file') return undefined;
    const from = floorOf(source.path);
    const to = floorOf(used.path);
    if (to !== undefined && heightOf(from) >= heightOf(to) && heightOf(to) >= 0) return undefined;
    return `imports ${used.path}: ${from} stands on ${FLOORS.slice(0, heightOf(from)).join(', ') || 'nothing'}, so this arrow does not point down`;
  }),
  offenders: [
    { path: 'libs/shared/src/kernel/ids.ts', text: "import { sale } from '../domain/sale/sale.js';" },
    { path: 'libs/shared/src/domain/sale/decide.ts', text: "import type { EventStore } from '../../event-store/event-store.js';" },
    { path: 'libs/shared/src/event-store/commit.ts', text: "export * from '#shared/consumer/batch.js';" },
    { path: 'libs/shared/src/consumer/batch.ts', text: "const platform = await import('../platform/log.js');" },
    { path: 'libs/shared/src/platform/log.ts', text: "import { seller } from '../../../../apps/purchase/src/seller.js';" },
  ],
  innocent: [
    {
      path: 'libs/shared/src/platform/log.ts',
      text: "import '../kernel/ids.js'; import '#shared/consumer/batch.js'; import './pretty.js';",
    },
  ],
};

const everyFileHasAFloor: Rule = {
  title: 'keeps every file of libs/shared on one of its six floors',
  slips: (source) =>
    inLibrary(source) && heightOf(floorOf(source.path)) < 0
      ? [{ path: source.path, line: 1, why: `is on no floor: libs/shared/src holds ${FLOORS.join(', ')}` }]
      : [],
  offenders: [
    { path: 'libs/shared/src/index.ts', text: '' },
    { path: 'libs/shared/src/helper/retry.ts', text: '' },
  ],
  innocent: [{ path: 'libs/shared/src/kernel/retry.ts', text: '' }],
};

const floorsTakeLittle: Rule = {
  title: 'lets each floor take from outside only what it is allowed',
  slips: eachImport(
    (source) => inLibrary(source) && isShipped(source),
    (source, used) => {
      const rule = OUTSIDE[floorOf(source.path) as Floor];
      return used.kind === 'file' || rule === undefined || rule.allows(source, used) ? undefined : `imports ${used.text}: ${rule.says}`;
    },
  ),
  offenders: [
    { path: 'libs/shared/src/kernel/ids.ts', text: "import { z } from 'zod';" },
    { path: 'libs/shared/src/domain/sale/decide.ts', text: "import { z } from 'zod';" },
    { path: 'libs/shared/src/domain/sale/events.ts', text: "import { Injectable } from '@nestjs/common';" },
    { path: 'libs/shared/src/domain/sale/events.ts', text: "import { readFileSync } from 'node:fs';" },
    { path: 'libs/shared/src/domain/mint/evolve.ts', text: "import { connect } from 'node:net';" },
    { path: 'libs/shared/src/event-store/event-store.ts', text: "import { jetstream } from '@nats-io/jetstream';" },
    { path: 'libs/shared/src/consumer/batch.ts', text: "import { of } from 'rxjs';" },
    { path: 'libs/shared/src/aggregate/aggregate-loader.ts', text: "import { jetstream } from '@nats-io/jetstream';" },
    { path: 'libs/shared/src/platform/log.ts', text: "import { Connection } from '@solana/web3.js';" },
  ],
  innocent: [
    {
      path: 'libs/shared/src/kernel/canonical.ts',
      text: "import canonicalize from 'canonicalize'; import { createHash } from 'node:crypto';",
    },
    { path: 'libs/shared/src/domain/sale/commands.ts', text: "import { z } from 'zod';" },
    { path: 'libs/shared/src/event-store/stores/jetstream/append.ts', text: "import { jetstream } from '@nats-io/jetstream';" },
    { path: 'libs/shared/src/platform/log.ts', text: "import { Injectable } from '@nestjs/common'; import pino from 'pino';" },
    { path: 'libs/shared/src/domain/sale/decide.spec.ts', text: "import fc from 'fast-check';" },
  ],
};

const appsKeepApart: Rule = {
  title: 'keeps the apps from importing each other',
  slips: eachImport(isTypeScript, (source, used) => {
    const other = used.kind === 'file' ? appOf(used.path) : undefined;
    const own = appOf(source.path);
    if (own === undefined || other === undefined || other === own) return undefined;
    return `imports ${used.text} of apps/${other}: apps meet in the log only, what both need belongs to libs/shared`;
  }),
  offenders: [{ path: 'apps/minter/src/main.ts', text: "import { intake } from '../../purchase/src/intake.js';" }],
  innocent: [{ path: 'apps/minter/src/main.ts', text: "import { chain } from './chain.js'; import '#shared/kernel/ids.js';" }],
};

const productStandsAlone: Rule = {
  title: 'lets nothing in apps or libs import from test, dev or bench',
  slips: eachImport(inProduct, (_, used) =>
    used.kind === 'file' && /^(?:test|dev|bench|scripts)\//.test(used.path)
      ? `imports ${used.path}: what is sold does not lean on what tests or measures it`
      : undefined,
  ),
  offenders: [
    { path: 'apps/minter/src/main.ts', text: "import { chain } from '../../../dev/chain/chain.js';" },
    { path: 'libs/shared/src/domain/sale/decide.spec.ts', text: "import { given } from '../../../../../test/given.js';" },
    { path: 'libs/shared/src/kernel/ids.ts', text: "import '../../../../bench/main.js';" },
  ],
  innocent: [{ path: 'test/stack.ts', text: "import { chain } from '../dev/chain/chain.js';" }],
};

const chainStaysOutside: Rule = {
  title: 'keeps chain libraries in the minter, in dev and in tests',
  slips: eachImport(
    (source) => isTypeScript(source) && !isSpec(source),
    (source, used) =>
      used.kind === 'package' && /^(?:@solana\/.+|litesvm)$/.test(used.name) && !/^(?:apps\/minter|dev|test)\//.test(source.path)
        ? `imports ${used.text}: the chain sits behind the minter's port, no other module knows which chain it is`
        : undefined,
  ),
  offenders: [
    { path: 'apps/purchase/src/wallet.ts', text: "import { PublicKey } from '@solana/web3.js';" },
    { path: 'bench/mints.ts', text: "import { LiteSVM } from 'litesvm';" },
  ],
  innocent: [
    { path: 'apps/minter/src/chains/solana/send.ts', text: "import { Connection } from '@solana/web3.js';" },
    { path: 'libs/shared/src/kernel/wallet.spec.ts', text: "import { PublicKey } from '@solana/web3.js';" },
  ],
};

const CLIENT = 'libs/client/';

const clientStandsAlone: Rule = {
  title: 'lets the client kit import nothing of ours, and no package but the NATS client',
  slips: eachImport(
    (source) => isShipped(source) && source.path.startsWith(CLIENT),
    (_, used) => {
      if (used.kind === 'builtin') return undefined;
      if (used.kind === 'file' ? used.path.startsWith(CLIENT) : used.name === '@nats-io/transport-node') return undefined;
      return `imports ${used.text}: who calls us takes the client into a program of their own, where nothing of ours is`;
    },
  ),
  offenders: [
    { path: 'libs/client/src/client.ts', text: "import type { OrderId } from '#shared/kernel/ids.js';" },
    { path: 'libs/client/src/client.ts', text: "import { operations } from '../../../apps/purchase/src/operations.js';" },
    { path: 'libs/client/src/requests.ts', text: "import { z } from 'zod';" },
  ],
  innocent: [
    {
      path: 'libs/client/src/client.ts',
      text: "import { randomUUID } from 'node:crypto'; import { connect } from '@nats-io/transport-node'; import './keys.js';",
    },
  ],
};

/** `dependencies` of package.json: other installed packages may be gone in production, or after the next install. */
export const shippedPackagesOnly = (dependencies: readonly string[]): Rule => ({
  title: 'lets what ships import only packages that package.json lists under dependencies',
  slips: eachImport(isShipped, (_, used) =>
    used.kind === 'package' && !dependencies.includes(used.name)
      ? `imports ${used.name}, which is not under dependencies of package.json: in production it may not be there`
      : undefined,
  ),
  offenders: [{ path: 'apps/ledger/src/main.ts', text: "import jest from 'jest';" }],
  innocent: [
    { path: 'apps/ledger/src/main.ts', text: `import it from '${dependencies[0]}';` },
    { path: 'apps/ledger/src/rows.spec.ts', text: "import fc from 'fast-check';" },
  ],
});

export const floorRules: readonly Rule[] = [
  floorsPointDown,
  everyFileHasAFloor,
  floorsTakeLittle,
  appsKeepApart,
  productStandsAlone,
  chainStaysOutside,
  clientStandsAlone,
];
