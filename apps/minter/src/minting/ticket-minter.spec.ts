import { pino } from 'pino';
import type { MintCommand } from '#shared/domain/mint/events.js';
import { MemoryEventStore } from '#shared/event-store/memory.js';
import type { OrderId, TicketId, UnitId, Wallet } from '#shared/kernel/ids.js';
import { MemoryChain, type MemoryChainOptions } from '../chains/memory.js';
import { Signer } from '../chains/token-2022/mint-keys.js';
import { ConfirmationTracker, FIRST_SENDS_AT_ONCE } from '../confirmation/confirmation-tracker.js';
import { FundsGate } from '../payer/funds-gate.js';
import { SpendingCaps } from '../payer/spending-caps.js';
import { MintAggregateHandler } from './mint-aggregate-handler.js';
import { TicketMinter } from './ticket-minter.js';

const silent = pino({ level: 'silent' });
const TICKETS = 1_000;
const WALLET = Signer.generate().signer.address as Wallet;
const running: ConfirmationTracker[] = [];
afterEach(() => {
  for (const each of running.splice(0)) each.stop();
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Counts signatures and first submissions. */
class CountingChain extends MemoryChain {
  readonly signed: string[] = [];
  readonly sent = new Set<string>();
  mostUnsent = 0;
  override async prepare(...args: Parameters<MemoryChain['prepare']>) {
    const signed = await super.prepare(...args);
    this.signed.push(signed.signature);
    this.mostUnsent = Math.max(this.mostUnsent, this.signed.length - this.sent.size);
    return signed;
  }
  override async submit(...args: Parameters<MemoryChain['submit']>) {
    const submission = await super.submit(...args);
    this.sent.add(args[0].signature);
    return submission;
  }
}

/** A slot passes with every submission: of a thousand transactions signed at once, only the first could be sent in time. */
class SlowChain extends CountingChain {
  override async submit(...args: Parameters<MemoryChain['submit']>) {
    await turn();
    this.advance(1);
    return super.submit(...args);
  }
}

/** A disk with slow commits. */
class SlowStore extends MemoryEventStore {
  override async append(...args: Parameters<MemoryEventStore['append']>) {
    for (let turns = 0; turns < 20; turns += 1) await turn();
    return super.append(...args);
  }
}

function minterOn(chain: MemoryChain, store = new MemoryEventStore()) {
  const passBy = () => undefined;
  const outstanding = new ConfirmationTracker({ chain, logger: silent, passBy, pollMs: 1, resendMs: 3 });
  running.push(outstanding);
  const gate = new FundsGate(chain, silent, outstanding);
  const style = { symbol: 'ADMIT', uriPrefix: 'urn:' };
  const caps = new SpendingCaps({ MINT_CAP_PER_MINUTE: 1_000_000, MINT_CAP_TENANT_PER_MINUTE: 1_000_000 });
  const mints = new MintAggregateHandler(store);
  return { gate, minter: new TicketMinter({ mints, chain, outstanding, gate, caps, style, passBy, logger: silent }) };
}

const commandsFor = (count: number): readonly MintCommand[] =>
  Array.from({ length: count }, (_, number) => ({
    tenant: 'demo',
    sale: 'gala',
    order: 'ord_a' as OrderId,
    ticket: `tkt_${String(number).padStart(26, 'a')}` as TicketId,
    unit: `S-${number}` as UnitId,
    wallet: WALLET,
    request: 1,
    name: 'Gala',
  }));

describe('a minter', () => {
  const options: MemoryChainOptions = { slotsPerLook: 1, finalAfterSlots: 2, lifeBlocks: 150 };

  it('signs only what it can send before it expires, however slow the node is', async () => {
    const chain = new SlowChain(options);
    const { minter } = minterOn(chain);
    const outcomes = await Promise.all(commandsFor(TICKETS).map((command) => minter.mint(command)));
    expect(outcomes.every(({ kind }) => kind === 'minted')).toBe(true);
    expect(chain.signed).toHaveLength(TICKETS); // none expired unsent and was signed again
    expect(chain.mostUnsent).toBeLessThanOrEqual(4 * FIRST_SENDS_AT_ONCE);
  });

  it('signs no more than the payer can pay for, however long appends take, and continues when there are funds', async () => {
    const chain = new CountingChain(options);
    const { perMint } = await chain.funds();
    chain.balance = perMint * 30n; // ten of them are the margin
    chain.verdicts = async (watched) => watched.map(() => ({ kind: 'unknown', seen: true, reason: 'nothing ends' }));
    const { minter, gate } = minterOn(chain, new SlowStore());
    const work = Promise.all(commandsFor(60).map((command) => minter.mint(command)));
    while (chain.sent.size < 20 || (!gate.paused && chain.sent.size < 60)) await turn();
    expect(chain.signed).toHaveLength(20);
    chain.balance = perMint * 1_000n;
    chain.verdicts = (watched) => MemoryChain.prototype.verdicts.call(chain, watched);
    expect((await work).every(({ kind }) => kind === 'minted')).toBe(true);
    expect(gate.paused).toBe(false);
    expect(chain.signed).toHaveLength(60);
  });
});
