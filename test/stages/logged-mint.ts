import type { NatsConnection } from '@nats-io/transport-node';
import type { MintCommand, MintCompleted, MintEvent, MintPlan } from '#shared/domain/mint/events.js';
import type { Recorded } from '#shared/domain/recorded.js';
import type { AssetLinks } from '#shared/domain/sale/assets/asset-terms.js';
import { mintSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { MemoryChain } from '../../apps/minter/src/chains/memory.js';
import { planMint } from '../../apps/minter/src/minting/plan-mint.js';

export const URI_PREFIX = 'https://tickets.example/m/';
const STYLE = { symbol: 'ADMIT', uriPrefix: URI_PREFIX };
export const SIGNATURE = 'signature of the mint';

export type Minted = Pick<MintCommand, 'tenant' | 'sale' | 'order' | 'ticket' | 'unit'> & { readonly wallet: string };

/** The minter's commits for one ticket; a test may omit members that older versions lacked, or the last commits. */
export async function logMint(
  admin: NatsConnection,
  of: Minted,
  {
    over = {},
    upTo = 3,
    name = 'Gala',
    links = {},
    minted = {},
  }: {
    readonly over?: object;
    readonly upTo?: number;
    readonly name?: string;
    readonly links?: AssetLinks;
    readonly minted?: Pick<MintCompleted['data'], 'leaf'>;
  } = {},
): Promise<MintPlan> {
  const chain = new MemoryChain();
  const plan = { ...planMint({ ...of, request: 1, name, ...links } as MintCommand, chain, chain.genesis, STYLE), ...over };
  const { ticket, order, unit, wallet, asset } = plan;
  const attempt = { ticket, attempt: 1, signature: SIGNATURE, transaction: 'AA==', blockhash: 'b', lastValidBlockHeight: 150 };
  const events: MintEvent[] = [
    { type: 'MintPlanned', data: plan },
    { type: 'MintSubmitted', data: attempt },
    {
      type: 'MintCompleted',
      data: { ticket, order, unit, wallet, asset, signature: SIGNATURE, slot: '42', supply: '1', holder: wallet, ...minted },
    },
  ];
  const store = await JetStreamEventStore.on(admin);
  const subject = mintSubject(of.tenant, of.sale);
  for (const event of events.slice(0, upTo)) {
    const head = await store.head(subject);
    const at = Date.now();
    if ((await store.append(subject, head, [{ ...event, at } as Recorded])) === undefined) throw new Error(`${subject} moved meanwhile`);
  }
  return plan;
}
