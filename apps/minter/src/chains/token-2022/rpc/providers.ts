import assert from 'node:assert/strict';
import { type Fault, isFault } from '#shared/kernel/fault.js';
import type { Verdict } from '../../chain.js';
import { Provider } from './provider.js';
import { type OnCall, Rpc } from './rpc.js';

export interface ProvidersOptions {
  /** One address, or several with commas between: the first that is well is asked. */
  readonly url: string;
  readonly timeoutMs: number;
  /** The chain that is wanted. Absent: the one that the first provider is heard to serve, for as long as this process lives. */
  readonly genesisHash?: string;
  /** Told once when a provider is found to serve another chain. */
  readonly alarm?: (fault: Fault) => void;
  /** Told of every call to a provider. */
  readonly onCall?: (provider: string, ...call: Parameters<OnCall>) => void;
}

/** The RPC providers of one chain. One that serves another chain is never used; one that fails rests, longer and longer. */
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

  /** Which chain this is, asked now. */
  async genesisHash(): Promise<string> {
    return this.use(async (_, genesisHash) => genesisHash);
  }

  /** Those found to serve another chain. */
  get wrong(): readonly string[] {
    return this.all.filter(({ serves }) => serves === 'other').map(({ name }) => name);
  }

  /**
   * Has one of them work, the next where that one cannot be reached. Each says which chain it serves before it is asked anything else:
   * behind one address there may stand another chain than a moment ago.
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
   * Hands something over to the first that is well, and `taken` says whether that one took it. Which chain it serves it was asked before;
   * what is signed for one chain is nothing on another. Undefined where there is none to hand it to.
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
   * What `first` calls dead is dead when every other provider says so too: one that lags or lies must not have an attempt signed while
   * another may still land. What a provider that cannot be asked would say is not known. `look` asks one for verdicts on those of `indexes`.
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
      this.wanted ??= said; // of many that ask at once the first one is believed
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

  /** Whether another provider should be tried: this one was not reached, or serves another chain. */
  private isToBlame(provider: Provider, thrown: unknown): thrown is Fault {
    const toBlame = isFault(thrown, 'chain-unreachable') || (isFault(thrown, 'chain-differs') && provider.serves === 'other');
    if (toBlame) provider.failed();
    return toBlame;
  }

  /** In the order of the list, those of another chain last; while all of them rest they are tried all the same, the most rested first. */
  private candidates(): readonly Provider[] {
    const well = this.all.filter((provider) => provider.restMs() === 0);
    const some = well.length > 0 ? well : this.all.toSorted((one, other) => one.restMs() - other.restMs());
    return some.toSorted((one, other) => Number(one.serves === 'other') - Number(other.serves === 'other'));
  }
}

const unheard = ({ name }: Provider): Verdict => ({
  kind: 'unknown',
  seen: false,
  reason: `${name} could not be asked whether it is dead`,
});
