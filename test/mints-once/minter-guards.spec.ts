import { randomBytes } from 'node:crypto';
import type { MintPlan } from '#shared/domain/mint/events.js';
import { NO_HEAD } from '#shared/event-store/commit.js';
import { mintSubject } from '#shared/event-store/event-store.js';
import { MemoryEventStore } from '#shared/event-store/memory.js';
import type { Verdict, Watched } from '../../apps/minter/src/chains/chain.js';
import { MemoryChain } from '../../apps/minter/src/chains/memory.js';
import { MemoryMinter } from '../stages/memory-minter.js';
import { mintCommand, TENANT } from '../stages/minter-stage.js';

/** What keeps a mint from happening twice, and what happens without it: the checks of the other suites are worth something. */

const SALE = 'guards';
const minterOn = MemoryMinter.forTests();

/** A node that is wrong about the first attempt: it landed, and the node swears that it is dead. */
class PerjuredChain extends MemoryChain {
  override async verdicts(watched: readonly Watched[]): Promise<readonly Verdict[]> {
    const verdicts = await super.verdicts(watched);
    return verdicts.map((verdict, index) => {
      const { attempt } = watched[index]?.live ?? { attempt: 0 };
      return attempt === 1 ? { kind: 'dead', attempt, reason: 'expired', evidence: {} } : verdict;
    });
  }
}

/** Without the guard: every attempt has its own address, and is searched there. */
class AnyAddressChain extends PerjuredChain {
  private readonly strewn = new Map<string, string>();
  override async prepare(plan: MintPlan, attempt: number) {
    const asset = randomBytes(20).toString('hex');
    const signed = await super.prepare({ ...plan, asset }, attempt);
    this.strewn.set(signed.signature, asset);
    return signed;
  }
  override async verdicts(watched: readonly Watched[]) {
    return super.verdicts(watched.map((each) => ({ ...each, plan: { ...each.plan, asset: this.strewn.get(each.live.signature) ?? '' } })));
  }
}

/** The guard off: the bytes are on their way before the log knows of them. */
class HastyChain extends MemoryChain {
  override async prepare(plan: MintPlan, attempt: number) {
    const signed = await super.prepare(plan, attempt);
    await this.submit({ ticket: plan.ticket, attempt, ...signed }, false);
    return signed;
  }
}

/** The write ahead fails once; the transaction sent before it cannot be recalled. */
class ForgetfulStore extends MemoryEventStore {
  private lost = 1;
  override async append(...args: Parameters<MemoryEventStore['append']>) {
    if (args[2].some(({ type }) => type === 'MintSubmitted') && this.lost-- > 0) throw new Error('the process died');
    return super.append(...args);
  }
}

async function signaturesLogged(store: MemoryEventStore): Promise<string[]> {
  const found: string[] = [];
  for await (const { events } of store.read(mintSubject(TENANT, SALE), NO_HEAD))
    for (const { type, data } of events) if (type === 'MintSubmitted') found.push(data.signature);
  return found;
}

const options = { slotsPerLook: 1, finalAfterSlots: 2, lifeBlocks: 50 };

describe('the planned address', () => {
  const assetsOf = async (chain: MemoryChain) => {
    const command = mintCommand(SALE, 'A-1');
    expect(await minterOn(new MemoryEventStore(), chain).mint(command)).toEqual({ kind: 'minted' });
    return chain.assetCount;
  };

  it('makes one asset of a ticket whose first attempt landed and was sworn dead', async () => {
    expect(await assetsOf(new PerjuredChain(options))).toBe(1);
  });

  it('is the guard: with a separate address for every attempt, the ticket has two assets', async () => {
    expect(await assetsOf(new AnyAddressChain(options))).toBe(2);
  });
});

describe('the write-ahead', () => {
  const landedUnlogged = async (chain: MemoryChain) => {
    const store = new ForgetfulStore();
    const command = mintCommand(SALE, 'A-1');
    await expect(minterOn(store, chain).mint(command)).rejects.toThrow('the process died');
    return { landed: chain.landedCount, logged: (await signaturesLogged(store)).length };
  };

  it('leaves nothing on the chain that the log does not know when a process dies between the two', async () => {
    expect(await landedUnlogged(new MemoryChain(options))).toEqual({ landed: 0, logged: 0 });
  });

  it('is the guard: a minter that sends first has landed an unlogged transaction', async () => {
    expect(await landedUnlogged(new HastyChain(options))).toEqual({ landed: 1, logged: 0 });
  });
});
