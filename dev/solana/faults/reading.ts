/** Well-formed but wrong answers: the node lost data, lags, or serves another chain. */
import { z } from 'zod';
import type { AccountImage } from '../bank/account-image.js';
import { BLOCKHASH_VALID_BLOCKS } from '../bank/blockhashes.js';
import { VIEW_DEPTH_SLOTS } from '../bank/chain-state.js';
import { TOKEN_PROGRAMS } from '../bank/token-layout.js';
import type { Contextual } from '../rpc/methods/params.js';
import { type Fault, fault } from './fault.js';

const ACCOUNT_READS = [
  'getAccountInfo',
  'getMultipleAccounts',
  'getBalance',
  'getTokenSupply',
  'getTokenAccountBalance',
  'getTokenLargestAccounts',
];
const HISTORY_READS = ['getSignatureStatuses', 'getTransaction', 'getSignaturesForAddress'];
const OTHER_GENESIS = '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d';
const MINT_BYTES = 82;
const RENT_LAMPORTS = 1_461_600n;

const back = z.number().int().min(1).max(VIEW_DEPTH_SLOTS);

export const readingFaults: readonly Fault[] = [
  fault('null-status', ['getSignatureStatuses'], {}, ({ node, proceed }) => proceed({ ...node, status: () => null })),

  fault(
    'no-history',
    HISTORY_READS,
    { recentSlots: z.number().int().nonnegative().default(BLOCKHASH_VALID_BLOCKS) },
    ({ node, proceed }, { recentSlots }) => {
      const oldest = node.slotAt('processed') - recentSlots;
      return proceed({
        ...node,
        historyOf: () => null,
        touching: () => [],
        status: (signature) => {
          const landed = node.status(signature);
          return landed === null || landed.slot < oldest ? null : landed;
        },
      });
    },
  ),

  /** The context names the present slot; the data are `slots` old. */
  fault('stale-account', ACCOUNT_READS, { slots: back.default(32) }, ({ node, proceed }, { slots }) =>
    proceed({ ...node, accountAt: (address, slot) => node.accountAt(address, Math.max(0, slot - slots)) }),
  ),

  /** Data and context are of `slots` ago, whatever state the caller asked for at least. */
  fault('heedless', ACCOUNT_READS, { slots: back.default(32) }, ({ node, proceed }, { slots }) => {
    const earlier = (slot: number): number => Math.max(0, slot - slots);
    const outcome = proceed({ ...node, accountAt: (address, slot) => node.accountAt(address, earlier(slot)) });
    if (outcome.kind !== 'result') return outcome;
    const result = outcome.result as Contextual<unknown>;
    return { ...outcome, result: { ...result, context: { ...result.context, slot: earlier(result.context.slot) } } };
  }),

  /** Reports absent accounts as empty accounts of the given owner. */
  fault('false-presence', ACCOUNT_READS, { owner: z.string().default(TOKEN_PROGRAMS[1] ?? '') }, ({ node, proceed }, { owner }) => {
    const invented: AccountImage = { lamports: RENT_LAMPORTS, owner, executable: false, data: new Uint8Array(MINT_BYTES) };
    return proceed({ ...node, accountAt: (address, slot) => node.accountAt(address, slot) ?? invented });
  }),

  /** A consistent node that lags by `slots` in every answer. */
  fault('lag', null, { slots: back.default(32) }, ({ node, proceed }, { slots }) =>
    proceed({ ...node, slotAt: (commitment) => Math.max(0, node.slotAt(commitment) - slots) }),
  ),

  fault('wrong-genesis', ['getGenesisHash'], { genesisHash: z.string().default(OTHER_GENESIS) }, ({ node, proceed }, { genesisHash }) =>
    proceed({ ...node, genesisHash }),
  ),
];
