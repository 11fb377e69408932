import assert from 'node:assert/strict';
import { type Fault, isFault } from '#shared/kernel/fault.js';
import type { Verdict } from '../../chain.js';
import { Provider } from './provider.js';
import { type OnCall, Rpc } from './rpc.js';

export interface ProvidersOptions {
  /** One URL, or several separated by commas: the first healthy one is used. */
  readonly url: string;
  readonly timeoutMs: number;
  /** The expected chain. Absent: the chain of the first provider that responds, as long as this process runs. */
  readonly genesisHash?: string;
  /** Called once when a provider turns out to serve another chain. */
  readonly alarm?: (fault: Fault) => void;
  /** Called for every request to a provider. */
  readonly onCall?: (provider: string, ...call: Parameters<OnCall>) => void;
}

/** The RPC providers of one chain. A provider of another chain is never used; a failing one pauses, each time longer. */
export class Providers {
  private readonly all: readonly Provider[];
  private wanted: string | undefined;

  constructor(private readonly options: ProvidersOptions) {
    this.all = options.url.split(',').map((url) => {
      const name = new URL(url.trim()).host;
      return new Provider(name, new Rpc(url.trim(), options.timeoutMs, (...call) => options.onCall?.(name, ...call)));
    });
    this.wanted = options.genesisHash;
  }

  /** The current genesis hash. */
  async genesisHash(): Promise<string> {
    return this.use(async (_, genesisHash) => genesisHash);
  }

  /** Providers that serve another chain. */
  get wrong(): readonly string[] {
    return this.all.filter(({ serves }) => serves === 'other').map(({ name }) => name);
  }

  /**
   * Runs `work` with one provider, and with the next if that one is unreachable. Each provider's chain is checked first: the chain
   * behind a URL may change at any time.
   */
  async use<T>(work: (provider: Provider, genesisHash: string) => Promise<T>): Promise<T> {
    let failure: unknown;
    for (const provider of this.candidates()) {
      try {
        return await this.ask(provider, work);
      } catch (thrown) {
        if (!this.isToBlame(provider, thrown)) throw thrown;
        failure = thrown;
      }
    }
    throw failure;
  }

  /**
   * Sends to the first healthy provider; `taken` decides whether it accepted. The chain was checked earlier, and a transaction signed
   * for one chain is invalid on others. Undefined when no provider accepted it.
   */
  async give<T>(work: (rpc: Rpc) => Promise<T>, taken: (said: T) => boolean): Promise<T | undefined> {
    const provider = this.candidates().find(({ serves }) => serves !== 'other');
    if (provider === undefined) return undefined;
    if (provider.serves === 'not asked' && this.all.length > 1) await this.hear(provider, async () => undefined);
    if (provider.serves === 'other') return undefined;
    const said = await work(provider.rpc);
    if (taken(said)) provider.answered();
    else provider.failed();
    return said;
  }

  /**
   * A death reported by `first` counts only if every other provider confirms it: a lagging or wrong provider must not cause a new
   * signature while the old attempt may still land. An unreachable provider confirms nothing. `look` reads one provider's verdicts on
   * `indexes`.
   */
  async agreeOnDeath(
    first: Provider,
    verdicts: readonly Verdict[],
    look: (provider: Provider, genesisHash: string, indexes: readonly number[]) => Promise<readonly Verdict[]>,
  ): Promise<readonly Verdict[]> {
    const agreed = [...verdicts];
    for (const other of this.all) {
      const dead = [...agreed.keys()].filter((index) => agreed[index]?.kind === 'dead');
      if (other === first || dead.length === 0) continue;
      const said = await this.hear(other, (genesisHash) => look(other, genesisHash, dead));
      for (const [position, index] of dead.entries()) agreed[index] = said?.[position] ?? unheard(other);
    }
    return agreed;
  }

  private async hear<T>(provider: Provider, look: (genesisHash: string) => Promise<T>): Promise<T | undefined> {
    if (provider.restMs() > 0) return undefined;
    try {
      return await this.ask(provider, (_, genesisHash) => look(genesisHash));
    } catch (thrown) {
      if (!this.isToBlame(provider, thrown)) throw thrown;
      return undefined;
    }
  }

  private async ask<T>(provider: Provider, work: (provider: Provider, genesisHash: string) => Promise<T>): Promise<T> {
    const genesisHash = await this.chainOf(provider);
    const answer = await work(provider, genesisHash);
    provider.answered();
    return answer;
  }

  private async chainOf(provider: Provider): Promise<string> {
    if (this.wanted === undefined) {
      const [first] = this.all;
      assert(first !== undefined, 'there is at least one provider');
      const said = await first.genesisHash();
      this.wanted ??= said; // of many concurrent responses the first one counts
    }
    const knownWrong = provider.serves === 'other';
    try {
      await provider.mustServe(this.wanted);
    } catch (thrown) {
      if (!knownWrong && isFault(thrown, 'chain-differs')) this.options.alarm?.(thrown);
      throw thrown;
    }
    return this.wanted;
  }

  /** True when another provider should be tried: this one was unreachable, or serves another chain. */
  private isToBlame(provider: Provider, thrown: unknown): thrown is Fault {
    const toBlame = isFault(thrown, 'chain-unreachable') || (isFault(thrown, 'chain-differs') && provider.serves === 'other');
    if (toBlame) provider.failed();
    return toBlame;
  }

  /** In list order, providers of another chain last. While all pause they are still tried, the longest paused first. */
  private candidates(): readonly Provider[] {
    const well = this.all.filter((provider) => provider.restMs() === 0);
    const some = well.length > 0 ? well : this.all.toSorted((one, other) => one.restMs() - other.restMs());
    return some.toSorted((one, other) => Number(one.serves === 'other') - Number(other.serves === 'other'));
  }
}

const unheard = ({ name }: Provider): Verdict => ({
  kind: 'unknown',
  seen: false,
  reason: `${name} could not confirm that it is dead`,
});
