import { pino } from 'pino';
import type { MintPlan } from '#shared/domain/mint/events.js';
import { Fault } from '#shared/kernel/fault.js';
import type { OrderId, TenantId, TicketId, UnitId, Wallet } from '#shared/kernel/ids.js';
import type { Submission, Watched } from '../chains/chain.js';
import { MemoryChain } from '../chains/memory.js';
import { ConfirmationTracker } from './confirmation-tracker.js';

const silent = pino({ level: 'silent' });
const running: ConfirmationTracker[] = [];
afterEach(() => {
  for (const each of running.splice(0)) each.stop();
});

class WatchedChain extends MemoryChain {
  readonly sent: { signature: string; simulate: boolean }[] = [];
  answer: Submission | undefined;
  looks = 0;
  override async submit(...args: Parameters<MemoryChain['submit']>): Promise<Submission> {
    this.sent.push({ signature: args[0].signature, simulate: args[1] });
    return this.answer ?? super.submit(...args);
  }
  override async verdicts(...args: Parameters<MemoryChain['verdicts']>) {
    this.looks += 1;
    return super.verdicts(...args);
  }
}

function open(chain: MemoryChain, resendMs = 0): ConfirmationTracker {
  const outstanding = new ConfirmationTracker({ chain, logger: silent, passBy: () => undefined, pollMs: 1, resendMs });
  running.push(outstanding);
  return outstanding;
}

async function watched(chain: MemoryChain, number = 1, genesisHash = 'memory'): Promise<Watched> {
  const ticket = `tkt_${number}` as TicketId;
  const plan: MintPlan = {
    ticket,
    order: 'ord_a' as OrderId,
    unit: 'A-1' as UnitId,
    wallet: 'wallet' as Wallet,
    request: 1,
    ...chain.address('demo' as TenantId, ticket),
    genesisHash,
    name: 'Gala',
    symbol: 'ADMIT',
    uri: 'urn:x',
    memo: 'memo',
    salt: 'salt',
  };
  const live = { ticket, attempt: 1, ...(await chain.prepare({ ...plan, genesisHash: 'memory' }, 1)) };
  return { state: 'submitted', plan, live, dead: [], firstAttempt: 1 };
}

describe('tracked attempts', () => {
  it('are polled together until each has its verdict', async () => {
    const chain = new WatchedChain({ slotsPerLook: 1, finalAfterSlots: 5 });
    const outstanding = open(chain);
    const all = await Promise.all(Array.from({ length: 50 }, async (_, number) => watched(chain, number)));
    const endings = await Promise.all(all.map((each) => outstanding.settle(each)));
    expect(endings.map(({ kind }) => kind)).toEqual(all.map(() => 'confirmed'));
    expect(chain.looks).toBeLessThan(20);
    expect(outstanding.count).toBe(0);
  });

  it('[minting NM8] are sent again, the same bytes, as long as the chain has not seen them', async () => {
    const chain = new WatchedChain({ slotsPerLook: 1, finalAfterSlots: 5 });
    chain.strikeNext('drop', 'silence', 'drop');
    const mint = await watched(chain);
    expect(await open(chain).settle(mint)).toMatchObject({ kind: 'confirmed', signature: mint.live.signature });
    expect(chain.sent).toHaveLength(4); // once seen, it is never sent again
    expect(new Set(chain.sent.map(({ signature }) => signature)).size).toBe(1);
    expect(chain.sent.map(({ simulate }) => simulate)).toEqual([true, false, false, false]);
  });

  it('are not sent again while a submission awaits its response', async () => {
    const chain = new WatchedChain({ slotsPerLook: 1, finalAfterSlots: 1 });
    const submit = chain.submit.bind(chain);
    const slow = await watched(chain, 1);
    let answer: () => void = () => undefined;
    chain.submit = async (attempt, simulate) => {
      if (attempt.signature === slow.live.signature) await new Promise<void>((resolve) => (answer = resolve));
      return submit(attempt, simulate);
    };
    const outstanding = open(chain);
    const settled = outstanding.settle(slow);
    for (let number = 2; number < 6; number += 1) await outstanding.settle(await watched(chain, number)); // polls continue meanwhile
    answer();
    expect((await settled).kind).toBe('confirmed');
    expect(chain.sent.filter(({ signature }) => signature === slow.live.signature)).toHaveLength(1);
  });

  it('are sent for the first time even while all resends hang', async () => {
    const chain = new WatchedChain({ slotsPerLook: 0 });
    const submit = chain.submit.bind(chain);
    const lost = await Promise.all(Array.from({ length: 100 }, async (_, number) => watched(chain, number)));
    chain.strikeNext(...lost.map(() => 'drop' as const));
    const outstanding = open(chain);
    await Promise.all(lost.map((mint) => outstanding.launch(mint)));
    let hanging = 0;
    const again = new Set(lost.map(({ live }) => live.signature));
    chain.submit = async (attempt, simulate) => {
      if (!again.has(attempt.signature)) return submit(attempt, simulate);
      hanging += 1;
      return new Promise(() => undefined);
    };
    while (hanging === 0) await new Promise((resolve) => setImmediate(resolve));
    const newcomer = await watched(chain, 100);
    await outstanding.launch(newcomer);
    expect(chain.sent.at(-1)?.signature).toBe(newcomer.live.signature);
  });

  it('resolve every waiting caller of the same attempt', async () => {
    const chain = new WatchedChain({ slotsPerLook: 1, finalAfterSlots: 3 });
    const outstanding = open(chain);
    const mint = await watched(chain);
    const [one, other] = await Promise.all([outstanding.settle(mint), outstanding.settle(mint)]);
    expect(one).toEqual(other);
    expect(chain.sent).toHaveLength(1);
  });

  it('[minting RS5] [blockchain NFT-6] are dead for the program’s rejection when they expired while the program kept rejecting them', async () => {
    const chain = new WatchedChain({ slotsPerLook: 1, finalAfterSlots: 1, lifeBlocks: 5 });
    chain.answer = { kind: 'refused', by: 'program', reason: 'custom program error: 0x0' };
    const ending = await open(chain).settle(await watched(chain));
    expect(ending).toMatchObject({ kind: 'dead', reason: 'program-refused', evidence: { refusal: 'custom program error: 0x0' } });
    expect(chain.sent.every(({ simulate }) => simulate)).toBe(true); // a transaction that would fail must cost no fee
  });

  it('[minting RS5] [blockchain NFT-6] are dead for expiry when only the node refused them', async () => {
    const chain = new WatchedChain({ slotsPerLook: 1, finalAfterSlots: 1, lifeBlocks: 5 });
    chain.answer = { kind: 'refused', by: 'node', reason: 'node is behind' };
    expect(await open(chain).settle(await watched(chain))).toMatchObject({ kind: 'dead', reason: 'expired' });
  });

  it('wait while the chain is unreachable, and report that', async () => {
    const chain = new WatchedChain({ slotsPerLook: 1, finalAfterSlots: 1 });
    const look = chain.verdicts.bind(chain);
    let silentLooks = 3;
    const troubles: unknown[] = [];
    const outstanding = open(chain);
    chain.verdicts = async (all) => {
      troubles.push(outstanding.trouble);
      if (silentLooks-- > 0) throw new Fault('chain-unreachable', {});
      return look(all);
    };
    expect(await outstanding.settle(await watched(chain))).toMatchObject({ kind: 'confirmed' });
    expect(troubles[1]).toMatchObject({ code: 'chain-unreachable' });
    expect(outstanding.trouble).toBeUndefined();
  });

  it('count a foreign account only after three reads in a row', async () => {
    const chain = new WatchedChain({ slotsPerLook: 1, finalAfterSlots: 3 });
    const look = chain.verdicts.bind(chain);
    let lies = 2;
    chain.verdicts = async (all) => (lies-- > 0 ? all.map(() => ({ kind: 'foreign', found: 'a lie' })) : look(all));
    const outstanding = open(chain);
    expect(await outstanding.settle(await watched(chain, 1))).toMatchObject({ kind: 'confirmed' });
    const second = await watched(chain, 2);
    chain.occupy(second.plan.asset);
    expect(await outstanding.settle(second)).toMatchObject({ kind: 'foreign' });
  });

  it('are not delayed by plans of another chain', async () => {
    const chain = new WatchedChain({ slotsPerLook: 1, finalAfterSlots: 1 });
    const outstanding = open(chain);
    void outstanding.settle(await watched(chain, 1, 'another chain'));
    expect(await outstanding.settle(await watched(chain, 2))).toMatchObject({ kind: 'confirmed' });
    expect(outstanding.count).toBe(1);
  });
});
