import type { Logger } from '#shared/platform/process/logger.js';
import type { Chain } from '../chains/chain.js';
import type { ConfirmationTracker } from '../confirmation/confirmation-tracker.js';
import type { FundsGate } from '../payer/funds-gate.js';
import type { SpendingCaps } from '../payer/spending-caps.js';
import type { FailpointHook } from './failpoint.js';
import type { MintAggregateHandler } from './mint-aggregate-handler.js';
import type { AssetStyle } from './plan-mint.js';

/** The dependencies of minting and revoking a ticket. */
export interface MinterParts {
  readonly mints: MintAggregateHandler;
  readonly chain: Chain;
  readonly outstanding: ConfirmationTracker;
  readonly gate: FundsGate;
  readonly caps: SpendingCaps;
  readonly style: AssetStyle;
  readonly passBy: FailpointHook;
  readonly logger: Logger;
}
