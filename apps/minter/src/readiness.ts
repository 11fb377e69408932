import { type EventStore, mintSubject } from '#shared/event-store/event-store.js';
import type { HealthChecks } from '#shared/platform/process/health.js';
import type { Token2022Chain } from './chains/token-2022/token-2022-chain.js';
import type { ConfirmationTracker } from './confirmation/confirmation-tracker.js';
import type { FundsGate } from './payer/funds-gate.js';
import type { SpendingCaps } from './payer/spending-caps.js';

/** A subject of the log without messages: reading its head asks the stream's leader. */
const PROBE = mintSubject('health', 'probe');

interface Watched {
  readonly store: EventStore;
  readonly chain: Token2022Chain;
  readonly outstanding: ConfirmationTracker;
  readonly gate: FundsGate;
  readonly caps: SpendingCaps;
}

/** Ready means that log and chain answer, and that work makes progress. */
export function readiness({ store, chain, outstanding, gate, caps }: Watched): HealthChecks {
  return {
    log: async () => {
      await store.head(PROBE);
    },
    chain: async () => {
      await chain.genesisHash();
    },
    providers: async () => {
      if (chain.wrongProviders.length > 0) {
        const note = `another chain is served by ${chain.wrongProviders.join(', ')}, not used`;
        return { note, counts: { wrongProviders: chain.wrongProviders.length } };
      }
      return undefined;
    },
    outstanding: async () => {
      if (outstanding.trouble !== undefined) throw outstanding.trouble;
    },
    spending: async () => {
      if (caps.reached) return { note: 'as many mints were signed within a minute as may be: mints wait', counts: { spendingCapped: 1 } };
      return undefined;
    },
    trees: async () => {
      const { treeRoom } = chain;
      if (treeRoom?.isLow !== true) return undefined;
      const note = `the trees of compressed tickets have room for ${treeRoom.left} more: create another (admit mint tree create)`;
      return { note, counts: { treesLow: 1 } };
    },
    funds: async () => {
      if (gate.paused) throw new Error('the payer is low on funds: mints wait');
    },
  };
}
