import type { Fault } from '#shared/kernel/fault.js';
import type { Wallet } from '#shared/kernel/ids.js';
import { Signer } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import type { Token2022Chain, Token2022Options } from '../../apps/minter/src/chains/token-2022/token-2022-chain.js';
import type { FaultSwitches } from '../../dev/solana/faults/fault-switches.js';
import { eachAsset, FINAL_AFTER, LIFE_BLOCKS, type LyingChain } from './lying-chain.js';
import { mintPlan, nextTicket } from './mint-plans.js';

/** Several RPC providers of one chain, of which one is down, behind, lying, or on another chain. */

const PATIENCE_MS = 2_000;
/** A provider that failed is not asked for so long. */
const REST_MS = 1_000;

class TwoProviders {
  first!: FaultSwitches;
  second!: FaultSwitches;
  firstUrl!: string;
  private secondUrl!: string;

  constructor(readonly on: LyingChain) {}

  async open(): Promise<void> {
    const [first, second] = [await this.on.solana.openFront(), await this.on.solana.openFront()];
    [this.firstUrl, this.secondUrl] = [first.url, second.url];
    [this.first, this.second] = [first.faults, second.faults];
    this.on.pass(400); // far enough for views of the past
  }

  /** A minter's chain with its own provider health, so that tests do not affect each other. */
  chain(more: Partial<Token2022Options> = {}): Token2022Chain {
    return this.on.chain({ url: `${this.firstUrl},${this.secondUrl}`, timeoutMs: PATIENCE_MS, ...more });
  }
}

const calls = (faults: FaultSwitches): number => faults.report().lag?.injected ?? 0;
/** A fault that changes nothing but is counted. */
const count = (faults: FaultSwitches): void => faults.set('lag', { slots: 1, methods: ['getGenesisHash', 'sendTransaction'] });
const lies = (faults: FaultSwitches): void => {
  faults.set('null-status', {});
  faults.set('stale-account', { slots: LIFE_BLOCKS + 2 * FINAL_AFTER });
};

eachAsset((on) => {
  const of = new TwoProviders(on);
  beforeAll(() => of.open());
  afterEach(() => {
    of.first.clearAll();
    of.second.clearAll();
  });
  describe('of two providers', () => {
    oneLies(of);
    oneIsDown(of);
  });
});

function oneLies(of: TwoProviders): void {
  const { on } = of;

  it('one that reports a landed asset as absent causes no new signature: the other one is asked too', async () => {
    const { look } = await on.landed();
    on.untilExpired();
    lies(of.first);
    expect(await look(of.chain({ url: of.firstUrl }))).toMatchObject({ kind: 'dead', reason: 'expired' }); // alone, it would be trusted
    expect(await look(of.chain())).toMatchObject({ kind: 'confirmed', supply: '1' });
  });

  it('a second one that lies does not change the verdict of the first', async () => {
    const { look } = await on.landed();
    on.untilExpired();
    lies(of.second);
    expect(await look(of.chain())).toMatchObject({ kind: 'confirmed' });
  });

  it('both must call an attempt dead', async () => {
    const { look } = await on.attempt();
    on.untilExpired();
    of.second.set('lag', { slots: LIFE_BLOCKS });
    expect(await look(of.chain())).toMatchObject({ kind: 'unknown' });
    of.second.clearAll();
    expect(await look(of.chain())).toMatchObject({ kind: 'dead', reason: 'expired' });
  });

  it.each(['html', 'never-answers', 'wrong-genesis'])('one that cannot be asked (%s) keeps the attempt unknown', async (fault) => {
    const { look } = await on.attempt();
    on.untilExpired();
    of.second.set(fault, {});
    const chain = of.chain();
    expect(await look(chain)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('could not confirm that it is dead') });
  });
}

function oneIsDown(of: TwoProviders): void {
  const { on } = of;

  it.each([
    'html',
    'never-answers',
    'too-many-requests',
  ])('the second one works while the first does not (%s), which then rests', async (fault) => {
    of.first.set(fault, {});
    let asked: number | undefined; // while it rested for certain: what took longer than that is done again
    while (asked === undefined) {
      const chain = of.chain({ genesisHash: on.solana.genesisHash });
      const restsUntil = performance.now() + (fault === 'never-answers' ? PATIENCE_MS : 0) + REST_MS;
      const plan = await mintPlan(chain, nextTicket(), Signer.generate().signer.address as Wallet);
      const live = { ticket: plan.ticket, attempt: 1, ...(await chain.prepare(plan, 1)) };
      expect(await chain.submit(live, true)).toEqual({ kind: 'accepted' });
      on.pass(FINAL_AFTER + 1);
      const before = of.first.report()[fault]?.injected ?? 0;
      expect(await chain.verdicts([{ state: 'submitted', plan, live, dead: [], firstAttempt: 1 }])).toMatchObject([{ kind: 'confirmed' }]);
      if (performance.now() < restsUntil) asked = (of.first.report()[fault]?.injected ?? 0) - before;
    }
    expect(asked).toBe(0); // no request waited for the paused provider
  });

  it('a submission without a response goes to the other one the next time', async () => {
    const chain = of.chain();
    const { live } = await on.attempt();
    await chain.genesisHash();
    of.first.set('never-answers', { methods: ['sendTransaction'] });
    expect(await chain.submit(live, true)).toMatchObject({ kind: 'unknown' });
    expect(await chain.submit(live, true)).toEqual({ kind: 'accepted' });
  });

  it('one on another chain is never used, and that is an alarm', async () => {
    const alarms: Fault[] = [];
    const chain = of.chain({ genesisHash: on.solana.genesisHash, alarm: (fault) => alarms.push(fault) });
    of.first.set('wrong-genesis', {});
    expect(await chain.genesisHash()).toBe(on.solana.genesisHash);
    expect(alarms).toMatchObject([{ code: 'chain-differs', context: { provider: new URL(of.firstUrl).host } }]);
    expect(chain.wrongProviders).toEqual([new URL(of.firstUrl).host]);
    count(of.first);
    const before = calls(of.first);
    const { live } = await on.attempt();
    const asked = calls(of.first);
    expect(await chain.submit(live, true)).toEqual({ kind: 'accepted' });
    await chain.funds();
    expect([before, calls(of.first) - asked, alarms.length]).toEqual([before, 0, 1]);
  });

  it('none is used when every one is on another chain than configured', async () => {
    const chain = of.chain({ genesisHash: 'elsewhere' });
    await expect(chain.genesisHash()).rejects.toMatchObject({ code: 'chain-differs' });
    const { live } = await on.attempt();
    expect(await chain.submit(live, true)).toMatchObject({ kind: 'unknown' });
  });
}
