import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { MintEvent } from '#shared/domain/mint/events.js';
import type { TicketMint } from '#shared/domain/mint/ticket-mint.js';
import { FAULTS, type FaultCode } from '#shared/kernel/fault.js';
import { MetricsPage } from '#shared/platform/metrics/metrics-page.js';
import type { Funds } from './chains/chain.js';

/** Attempts per ticket. One is the rule; three program rejections in a row fail the mint; more means that the chain drops transactions. */
const ATTEMPT_BUCKETS = [0, 1, 2, 3, 5, 8, 13, 21];
/** Seconds of one RPC call: the default timeout is 10 s. */
const RPC_BUCKETS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10];
/** The payer is asked for at most this often, however many scrape. */
const FUNDS_FRESH_MS = 10_000;
const MS_PER_SECOND = 1_000;

/** The effect of one decided command on a ticket, now in the log. */
export interface MintStep {
  readonly events: readonly MintEvent[];
  readonly before: TicketMint | undefined;
  readonly after: TicketMint | undefined;
}

/** How an RPC call ended; `refused`: the node answered with a JSON-RPC error. */
export type RpcOutcome = 'ok' | 'refused' | 'rate-limited' | 'http-error' | 'silent';

/** The minter's counters and histograms. */
@Injectable()
export class MinterMetrics {
  private readonly attempts: Counter<'what'>;
  private readonly attemptsNeeded: Histogram<'end'>;
  private readonly verdicts: Counter<'verdict' | 'reason'>;
  private readonly faults: Counter<'code'>;
  private readonly lostRaces: Counter;
  private readonly rpcCalls: Counter<'provider' | 'method' | 'outcome'>;
  private readonly rpcSeconds: Histogram<'provider'>;

  constructor({ registry }: MetricsPage) {
    const counter = <L extends string>(name: string, help: string, ...labelNames: L[]): Counter<L> =>
      new Counter({ name, help, labelNames, registers: [registry] });
    const histogram = <L extends string>(name: string, help: string, label: L, buckets: number[]): Histogram<L> =>
      new Histogram({ name, help, labelNames: [label], buckets, registers: [registry] });
    this.attempts = counter(
      'admit_mint_attempts_total',
      'Transactions that were signed and written to the log, to mint or to burn',
      'what',
    );
    this.attemptsNeeded = histogram('admit_mint_attempts', 'Attempts that a ticket took until its end', 'end', ATTEMPT_BUCKETS);
    this.verdicts = counter('admit_mint_verdicts_total', 'Their outcome; `dead` has its reason', 'verdict', 'reason');
    this.faults = counter('admit_mint_faults_total', 'Commands that could not proceed and are retried', 'code');
    for (const code of [...(Object.keys(FAULTS) as FaultCode[]), 'bug']) this.faults.inc({ code }, 0); // starts at 0, so that rate() sees the first increase
    this.lostRaces = counter('admit_mint_lost_races_total', 'Mint commits that the log refused: another minter was faster');
    this.rpcCalls = counter('admit_rpc_calls_total', 'Calls to the Solana RPC', 'provider', 'method', 'outcome');
    this.rpcSeconds = histogram('admit_rpc_seconds', 'From a call to its whole answer', 'provider', RPC_BUCKETS);
  }

  /** Counts only results in the log: a result that two minters decide counts once. */
  readonly decided = ({ events, before, after }: MintStep): void => {
    for (const event of events) this.count(event);
    const end = after?.state;
    if (end !== before?.state && (end === 'minted' || end === 'failed') && before?.state !== 'revoking')
      this.attemptsNeeded.observe({ end }, attemptsOf(before));
  };

  readonly waits = (code: FaultCode | 'bug'): void => {
    this.faults.inc({ code });
  };

  readonly lostRace = (): void => {
    this.lostRaces.inc();
  };

  readonly called = (provider: string, method: string, outcome: RpcOutcome, ms: number): void => {
    this.rpcCalls.inc({ provider, method, outcome });
    this.rpcSeconds.observe({ provider }, ms / MS_PER_SECOND);
  };

  private count(event: MintEvent): void {
    const what = ATTEMPTS[event.type];
    const verdict = VERDICTS[event.type];
    if (what !== undefined) this.attempts.inc({ what });
    // The reason of a failure is free text, so it is no label; the dead letter contains it.
    if (verdict !== undefined)
      this.verdicts.inc({ verdict, reason: verdict === 'dead' && 'reason' in event.data ? event.data.reason : '' });
  }
}

const ATTEMPTS: Readonly<Partial<Record<MintEvent['type'], string>>> = { MintSubmitted: 'mint', MintRevokeSubmitted: 'burn' };
const VERDICTS: Readonly<Partial<Record<MintEvent['type'], string>>> = {
  MintCompleted: 'minted',
  MintFailed: 'failed',
  MintCancelled: 'cancelled',
  MintRevoked: 'burned',
  MintVoided: 'voided',
  MintAttemptDied: 'dead',
  MintRevokeDied: 'dead',
};

function attemptsOf(before: TicketMint | undefined): number {
  if (before?.state === 'submitted') return before.live.attempt;
  return before !== undefined && 'dead' in before ? before.dead.length : 0;
}

export interface MintsInWork {
  readonly intake: { readonly count: number };
  readonly outstanding: { readonly count: number };
  readonly gate: { readonly paused: boolean };
  readonly chain: { funds(): Promise<Funds>; readonly treeRoom: { readonly isLow: boolean } | undefined };
}

/** Gauges, read at each scrape. */
export function showMints(page: MetricsPage, { intake, outstanding, gate, chain }: MintsInWork): void {
  const registers = [page.registry];
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
  const mints = new Gauge({
    name: 'admit_mints',
    help: 'Mints in this process, by how far they are',
    labelNames: ['state'] as const,
    registers,
  });
  const paused = gauge('admit_funds_paused', '1 while mints wait for funds');
  const treesLow = gauge('admit_trees_low', '1 while the trees of compressed tickets are nearly full');
  const balance = gauge('admit_payer_lamports', "The balance of the payer's account");
  const affordable = gauge('admit_payer_mints', 'Mints that it pays for');
  page.gathers({
    part: 'mints',
    gauges: [mints, paused, treesLow],
    gather: async () => {
      const sent = outstanding.count;
      mints.set({ state: 'sent' }, sent);
      mints.set({ state: 'preparing' }, Math.max(0, intake.count - sent));
      paused.set(gate.paused ? 1 : 0);
      treesLow.set(chain.treeRoom?.isLow === true ? 1 : 0);
    },
  });
  let readAt = Number.NEGATIVE_INFINITY;
  page.gathers({
    part: 'payer',
    gauges: [balance, affordable],
    gather: async () => {
      if (performance.now() - readAt < FUNDS_FRESH_MS) return;
      const funds = await chain.funds();
      readAt = performance.now();
      balance.set(Number(funds.balance));
      affordable.set(Number(funds.balance / funds.perMint));
    },
  });
}
