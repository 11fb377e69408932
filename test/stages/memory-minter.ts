import type { EventStore } from '#shared/event-store/event-store.js';
import { createLogger } from '#shared/platform/process/logger.js';
import type { Chain } from '../../apps/minter/src/chains/chain.js';
import { ConfirmationTracker } from '../../apps/minter/src/confirmation/confirmation-tracker.js';
import { MintAggregateHandler } from '../../apps/minter/src/minting/mint-aggregate-handler.js';
import { TicketMinter } from '../../apps/minter/src/minting/ticket-minter.js';
import { FundsGate } from '../../apps/minter/src/payer/funds-gate.js';
import { SpendingCaps } from '../../apps/minter/src/payer/spending-caps.js';

const silent = createLogger('minter', 'silent');
export const STYLE = { symbol: 'ADMIT', uriPrefix: 'urn:' };

/** One process of the minter, so to speak, on a log and a chain that it may share with others. */
export class MemoryMinter extends TicketMinter {
  readonly stop: () => void;

  constructor(store: EventStore, chain: Chain) {
    const passBy = () => undefined;
    const outstanding = new ConfirmationTracker({ chain, logger: silent, passBy, pollMs: 1, resendMs: 3 });
    const gate = new FundsGate(chain, silent, outstanding);
    const caps = new SpendingCaps({ MINT_CAP_PER_MINUTE: 1_000_000, MINT_CAP_TENANT_PER_MINUTE: 1_000_000 });
    super({ mints: new MintAggregateHandler(store), chain, outstanding, gate, caps, style: STYLE, passBy, logger: silent });
    this.stop = () => outstanding.stop();
  }

  /** Starts minters, each of which ends with its test. */
  static forTests(): (store: EventStore, chain: Chain) => MemoryMinter {
    const running: MemoryMinter[] = [];
    afterEach(() => {
      for (const minter of running.splice(0)) minter.stop();
    });
    return (store, chain) => {
      const minter = new MemoryMinter(store, chain);
      running.push(minter);
      return minter;
    };
  }
}
