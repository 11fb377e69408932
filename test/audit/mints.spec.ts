import { metadataPath } from '#shared/domain/mint/metadata-document.js';
import { mintSubject } from '#shared/event-store/event-store.js';
import { MemoryEventStore } from '#shared/event-store/memory.js';
import type { Chain } from '../../apps/minter/src/chains/chain.js';
import { MemoryChain } from '../../apps/minter/src/chains/memory.js';
import { MintAggregateHandler } from '../../apps/minter/src/minting/mint-aggregate-handler.js';
import { planMint } from '../../apps/minter/src/minting/plan-mint.js';
import { commitsOf } from '../conformance/event-store-suite.js';
import { MemoryMinter, STYLE } from '../stages/memory-minter.js';
import { mintCommand, TENANT } from '../stages/minter-stage.js';

const SALE = 'audited';
/** Fifteen minutes of slots of 400 ms: a blockhash is long dead after them. */
const QUARTER_OF_AN_HOUR = 2_250;
const minterOn = MemoryMinter.forTests();

/** Records every signature and submission. */
class CountingChain extends MemoryChain {
  readonly signed: string[] = [];
  readonly sent: { readonly ticket: string; readonly signature: string }[] = [];
  mayLook = true;
  private readonly looked = new Set<string>();
  override async prepare(...args: Parameters<MemoryChain['prepare']>) {
    const signed = await super.prepare(...args);
    this.signed.push(args[0].ticket);
    return signed;
  }
  override async submit(...args: Parameters<MemoryChain['submit']>) {
    this.sent.push({ ticket: args[0].ticket, signature: args[0].signature });
    return super.submit(...args);
  }
  /** Returns nothing certain at the first read. */
  override async verdicts(...args: Parameters<MemoryChain['verdicts']>) {
    const verdicts = await super.verdicts(...args);
    return verdicts.map((verdict, index) => {
      const signature = args[0][index]?.live.signature ?? '';
      const known = this.mayLook && this.looked.has(signature);
      if (this.mayLook) this.looked.add(signature);
      return known ? verdict : ({ kind: 'unknown', seen: this.mayLook, reason: 'not yet' } as const);
    });
  }
}

const eventsOf = async (store: MemoryEventStore) =>
  (await commitsOf(store, mintSubject(TENANT, SALE))).flatMap(({ events }) => [...events]);
const commands = (count: number) => Array.from({ length: count }, (_, index) => mintCommand(SALE, `S-${index}`));

/** A chain that answers only the address of a ticket, which is computed without an RPC. */
const unasked = (): Chain =>
  new Proxy(new MemoryChain(), {
    get: (chain, name) => {
      if (name === 'address') return chain.address.bind(chain);
      throw new Error(`the chain was asked: ${String(name)}`);
    },
  });

it('[minting NM1] [minting NM5] [minting QJ7] [minting RS4] [blockchain NFT-8] answers minted tickets from the log: asset and signature, no signer, no RPC', async () => {
  const store = new MemoryEventStore();
  const [command] = commands(1);
  await minterOn(store, new MemoryChain({ slotsPerLook: 1, finalAfterSlots: 1 })).mint(command!);
  const before = await eventsOf(store);
  expect(await minterOn(store, unasked()).mint(command!)).toEqual({ kind: 'minted' });
  expect(await minterOn(store, unasked()).mint({ ...command!, request: 2 })).toEqual({ kind: 'minted' });
  expect(await eventsOf(store)).toEqual(before);
  expect(await new MintAggregateHandler(store).currentState(mintSubject(TENANT, SALE), command!.ticket)).toMatchObject({
    state: 'minted',
    asset: new MemoryChain().address(TENANT, command!.ticket).asset,
    signature: expect.any(String),
  });
});

it('[minting NM4] lets only one of two minters begin each of 200 tickets: one attempt is logged, and only its signature is sent', async () => {
  const store = new MemoryEventStore();
  const chain = new CountingChain({ slotsPerLook: 1, finalAfterSlots: 2 });
  const minters = [minterOn(store, chain), minterOn(store, chain)];
  const asked = commands(200);
  await Promise.all(minters.flatMap((minter) => asked.map((command) => minter.mint(command))));
  const logged = (await eventsOf(store)).flatMap((event) => (event.type === 'MintSubmitted' ? [event.data] : []));
  expect(logged).toHaveLength(asked.length);
  for (const { ticket, signature } of logged)
    expect(new Set(chain.sent.filter((sent) => sent.ticket === ticket).map((sent) => sent.signature))).toEqual(new Set([signature]));
  expect(chain.assetCount).toBe(asked.length);
});

it('[minting NM6] [blockchain NFT-3] sends nothing that is not in the log by then, byte for byte', async () => {
  const store = new MemoryEventStore();
  const unlogged: string[] = [];
  class WatchingChain extends CountingChain {
    override async submit(...args: Parameters<MemoryChain['submit']>) {
      const [{ transaction, ticket }] = args;
      const logged = (await eventsOf(store)).some((event) => event.type === 'MintSubmitted' && event.data.transaction === transaction);
      if (!logged) unlogged.push(ticket);
      return super.submit(...args);
    }
  }
  const chain = new WatchingChain({ slotsPerLook: 1, finalAfterSlots: 2 });
  chain.strikeNext('drop', 'silence', 'drop');
  const minter = minterOn(store, chain);
  await Promise.all(commands(20).map((command) => minter.mint(command)));
  expect(chain.sent.length).toBeGreaterThan(20);
  expect(unlogged).toEqual([]);
});

it('[minting NM8] [blockchain NFT-4] [blockchain NFT-6] resumes 100 mints of a killed worker a quarter of an hour later, and signs none of the landed ones again', async () => {
  const store = new MemoryEventStore();
  const chain = new CountingChain({ finalAfterSlots: 2 });
  chain.mayLook = false;
  const asked = commands(100);
  const killed = minterOn(store, chain);
  const lost = Array.from({ length: 20 }, () => 'drop' as const);
  chain.strikeNext(...lost);
  for (const command of asked) void killed.mint(command).catch(() => undefined);
  while (new Set(chain.sent.map(({ ticket }) => ticket)).size < asked.length) await new Promise((resolve) => setImmediate(resolve));
  killed.stop();
  const landed = chain.assetCount;
  chain.advance(QUARTER_OF_AN_HOUR);
  chain.mayLook = true;
  chain.signed.length = 0;
  const worker = minterOn(store, chain);
  const work = Promise.all(asked.map((command) => worker.mint(command)));
  const clock = setInterval(() => chain.advance(1), 1);
  const outcomes = await work.finally(() => clearInterval(clock));
  expect(outcomes.map(({ kind }) => kind)).toEqual(asked.map(() => 'minted'));
  expect(chain.assetCount).toBe(asked.length);
  expect(chain.signed).toHaveLength(asked.length - landed); // the dropped ones alone, each proven dead before
});

it('[minting QJ1] [blockchain NFT-1] [blockchain NFT-2] names the mint of a ticket by tenant and ticket, the same in any process at any time', () => {
  const [one, other] = [mintCommand(SALE, 'A-1', { wallet: commands(1)[0]!.wallet }), mintCommand(SALE, 'A-1')];
  expect(other.ticket).toBe(one.ticket);
  const plans = [one, other].map((command) => planMint(command, new MemoryChain(), 'memory', STYLE));
  expect(plans[0]?.asset).toBe(plans[1]?.asset);
  expect(plans[0]?.uri).toBe(`urn:${metadataPath(TENANT, one.ticket)}`);
  expect(mintCommand('elsewhere', 'A-1').ticket).not.toBe(one.ticket);
});
