import type { MintAttempt, MintPlan } from '#shared/domain/mint/events.js';
import type { Fault } from '#shared/kernel/fault.js';
import type { Wallet } from '#shared/kernel/ids.js';
import type { Verdict, Watched } from '../../apps/minter/src/chains/chain.js';
import { freshMintKeys, Signer } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { Token2022Chain } from '../../apps/minter/src/chains/token-2022/token-2022-chain.js';
import type { FaultSwitches } from '../../dev/solana/faults/fault-switches.js';
import { type LocalSolana, startLocalSolana } from '../../dev/solana/local-solana.js';
import { Stage } from '../stages/stage.js';
import { mintPlan, nextTicket } from './mint-plans.js';

/** Several RPC providers of one chain, of which one is down, behind, lying, or on another chain. */

const PATIENCE_MS = 2_000;
/** A provider that failed is not asked for so long. */
const REST_MS = 1_000;
const FINAL_AFTER = 3;
const LIFE_BLOCKS = 150;
const keys = freshMintKeys();
const stage = Stage.forTests();
let solana: LocalSolana;
let firstUrl: string;
let secondUrl: string;
let first: FaultSwitches;
let second: FaultSwitches;

beforeAll(async () => {
  solana = await stage.keep(startLocalSolana({ port: 0, slotMs: 'manual', finalizedAfterSlots: FINAL_AFTER }));
  const fronts = [await solana.openFront(), await solana.openFront()] as const;
  [firstUrl, secondUrl] = [fronts[0].url, fronts[1].url];
  [first, second] = [fronts[0].faults, fronts[1].faults];
  await open().replenish();
  pass(400); // far enough to look back on
});
afterEach(() => {
  first.clearAll();
  second.clearAll();
});

/** A minter's chain with health of its own, so that no test meets the rests of another. */
function open(
  more: { readonly url?: string; readonly genesisHash?: string; readonly alarm?: (fault: Fault) => void } = {},
): Token2022Chain {
  const url = `${firstUrl},${secondUrl}`;
  return new Token2022Chain(keys, { url, timeoutMs: PATIENCE_MS, priority: { floor: 0 }, freshMs: 0, airdrop: true, ...more });
}

const pass = (slots: number): void => solana.control.advance(slots);
const untilExpired = (): void => pass(LIFE_BLOCKS + FINAL_AFTER + 2);
const calls = (faults: FaultSwitches): number => faults.report().lag?.injected ?? 0;
/** A fault that changes nothing but is counted. */
const count = (faults: FaultSwitches): void => faults.set('lag', { slots: 1, methods: ['getGenesisHash', 'sendTransaction'] });

interface Live {
  readonly plan: MintPlan;
  readonly live: MintAttempt;
  readonly look: (chain: Token2022Chain) => Promise<Verdict | undefined>;
}

async function attempt(): Promise<Live> {
  const chain = open();
  const plan = await mintPlan(chain, nextTicket(), Signer.generate().signer.address as Wallet);
  const live = { ticket: plan.ticket, attempt: 1, ...(await chain.prepare(plan, 1)) };
  const watched: Watched = { state: 'submitted', plan, live, dead: [], firstAttempt: 1 };
  return { plan, live, look: async (eyes) => (await eyes.verdicts([watched]))[0] };
}

async function landed(): Promise<Live> {
  const mint = await attempt();
  expect(await open().submit(mint.live, true)).toEqual({ kind: 'accepted' });
  return mint;
}

const lies = (faults: FaultSwitches): void => {
  faults.set('null-status', {});
  faults.set('stale-account', { slots: LIFE_BLOCKS + 2 * FINAL_AFTER });
};

describe('of two providers', () => {
  it('one that swears a landed asset is absent has no attempt signed anew: the other one is asked too', async () => {
    const { look } = await landed();
    untilExpired();
    lies(first);
    expect(await look(open({ url: firstUrl }))).toMatchObject({ kind: 'dead', reason: 'expired' }); // alone, it would be believed
    expect(await look(open())).toMatchObject({ kind: 'confirmed', supply: '1' });
  });

  it('one that lies second changes nothing about what the first one shows', async () => {
    const { look } = await landed();
    untilExpired();
    lies(second);
    expect(await look(open())).toMatchObject({ kind: 'confirmed' });
  });

  it('both must call an attempt dead', async () => {
    const { look } = await attempt();
    untilExpired();
    second.set('lag', { slots: LIFE_BLOCKS });
    expect(await look(open())).toMatchObject({ kind: 'unknown' });
    second.clearAll();
    expect(await look(open())).toMatchObject({ kind: 'dead', reason: 'expired' });
  });

  it.each(['html', 'never-answers', 'wrong-genesis'])('one that cannot be asked (%s) keeps the attempt unknown', async (fault) => {
    const { look } = await attempt();
    untilExpired();
    second.set(fault, {});
    const chain = open();
    expect(await look(chain)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('could not confirm that it is dead') });
  });

  it.each([
    'html',
    'never-answers',
    'too-many-requests',
  ])('the second one works while the first does not (%s), which then rests', async (fault) => {
    first.set(fault, {});
    let asked: number | undefined; // while it rested for certain: what took longer than that is done again
    while (asked === undefined) {
      const chain = open({ genesisHash: solana.genesisHash });
      const restsUntil = performance.now() + (fault === 'never-answers' ? PATIENCE_MS : 0) + REST_MS;
      const plan = await mintPlan(chain, nextTicket(), Signer.generate().signer.address as Wallet);
      const live = { ticket: plan.ticket, attempt: 1, ...(await chain.prepare(plan, 1)) };
      expect(await chain.submit(live, true)).toEqual({ kind: 'accepted' });
      pass(FINAL_AFTER + 1);
      const before = first.report()[fault]?.injected ?? 0;
      expect(await chain.verdicts([{ state: 'submitted', plan, live, dead: [], firstAttempt: 1 }])).toMatchObject([{ kind: 'confirmed' }]);
      if (performance.now() < restsUntil) asked = (first.report()[fault]?.injected ?? 0) - before;
    }
    expect(asked).toBe(0); // nobody waited for the one that rests
  });

  it('a submission without an answer goes to the other one the next time', async () => {
    const chain = open();
    const { live } = await attempt();
    await chain.genesisHash();
    first.set('never-answers', { methods: ['sendTransaction'] });
    expect(await chain.submit(live, true)).toMatchObject({ kind: 'unknown' });
    expect(await chain.submit(live, true)).toEqual({ kind: 'accepted' });
  });

  it('one on another chain is never used, and that is an alarm', async () => {
    const alarms: Fault[] = [];
    const chain = open({ genesisHash: solana.genesisHash, alarm: (fault) => alarms.push(fault) });
    first.set('wrong-genesis', {});
    expect(await chain.genesisHash()).toBe(solana.genesisHash);
    expect(alarms).toMatchObject([{ code: 'chain-differs', context: { provider: new URL(firstUrl).host } }]);
    expect(chain.wrongProviders).toEqual([new URL(firstUrl).host]);
    count(first);
    const before = calls(first);
    const { live } = await attempt();
    const asked = calls(first);
    expect(await chain.submit(live, true)).toEqual({ kind: 'accepted' });
    await chain.funds();
    expect([before, calls(first) - asked, alarms.length]).toEqual([before, 0, 1]);
  });

  it('none is used when every one is on another chain than configured', async () => {
    const chain = open({ genesisHash: 'elsewhere' });
    await expect(chain.genesisHash()).rejects.toMatchObject({ code: 'chain-differs' });
    const { live } = await attempt();
    expect(await chain.submit(live, true)).toMatchObject({ kind: 'unknown' });
  });
});
