import { KeyedSlots } from '../../kernel/concurrency/keyed-slots.js';
import { Semaphore } from '../../kernel/concurrency/semaphore.js';
import { WaitingBound } from '../../kernel/concurrency/waiting-bound.js';
import type { TenantRates } from './tenant-rates.js';

/** A slot may become free at any time; the tenant gets the shortest retry time. */
const RETRY_SECONDS = 1;
/**
 * Requests that are worked on at once; the others wait for the turn of their tenant. A command costs about 0.6 ms in all, so an order of
 * another tenant is behind some 20 ms of work. A group commit needs this many of one tenant: with 16 a command costs half as much again.
 * A request that takes longer than a second keeps no other request of its tenant waiting.
 */
const UNDER_WAY = { width: 512, perKey: 32, longestMs: 1_000 };
/**
 * Two seconds leave a request time for its decision before its caller gets a 202, which costs as much as an answer. The most is less than the
 * slots of a tenant: the rest is for its reads and reports of payments.
 */
export const WAITING = { longestMs: 2_000, least: 256, most: 3_000 };

/** `decision`: asks for one, and is rejected while too many wait for theirs. All others are served in turns of their own. */
export type RequestKind = 'decision' | 'other';

export interface Rejected {
  readonly why: 'too-many-requests' | 'too-many-waiting';
  readonly retryAfterSeconds: number;
}

/** A request that is admitted. */
export interface Admission {
  /** Resolves when it is the turn of its tenant. */
  begin(): Promise<void>;
  /** The request has its response, or its caller has left. Further calls do nothing. */
  end(): void;
}

export const isAdmitted = (result: Admission | Rejected): result is Admission => 'begin' in result;

const NO_SLOT: Rejected = { why: 'too-many-requests', retryAfterSeconds: RETRY_SECONDS };
const TOO_MANY_WAITING: Rejected = { why: 'too-many-waiting', retryAfterSeconds: RETRY_SECONDS };

/** Limits one tenant's requests in this process, over any transport: concurrent ones, ones a second, and ones that are worked on. */
export class TenantLimits {
  private readonly slots: KeyedSlots;
  /** Requests without their decision. */
  private readonly undecided = new KeyedSlots(WAITING.most);
  private readonly bound = new WaitingBound(WAITING);
  private readonly turns = { decision: new Semaphore(UNDER_WAY), other: new Semaphore(UNDER_WAY) };

  constructor(
    private readonly rates: TenantRates,
    maxInFlight: number,
  ) {
    this.slots = new KeyedSlots(maxInFlight);
  }

  /** Admits a request, or rejects it before anything is read of it. */
  enter(tenant: string, kind: RequestKind): Admission | Rejected {
    if (kind === 'decision' && this.isFull(tenant)) return TOO_MANY_WAITING;
    const release = this.slots.take(tenant);
    if (release === undefined) return NO_SLOT;
    const waitSeconds = this.rates.take(tenant);
    if (waitSeconds > 0) {
      release();
      return { why: 'too-many-requests', retryAfterSeconds: waitSeconds };
    }
    const decided = kind === 'decision' ? this.undecided.take(tenant) : undefined;
    return this.admission(tenant, kind, () => {
      release();
      if (decided === undefined) return;
      this.bound.served(this.undecided.count);
      decided();
    });
  }

  /** Requests of all tenants in progress. */
  get inFlight(): number {
    return this.slots.count;
  }

  private admission(tenant: string, kind: RequestKind, ended: () => void): Admission {
    let isOver = false;
    let leave: (() => void) | undefined;
    return {
      begin: async () => {
        leave = await this.turns[kind].acquire(tenant);
        if (isOver) leave();
      },
      end: () => {
        if (isOver) return;
        isOver = true;
        leave?.();
        ended();
      },
    };
  }

  /** Whether one more of this tenant would wait too long at the rate of now. A tenant has its share whatever another asks. */
  private isFull(tenant: string): boolean {
    const { count, keys } = this.undecided;
    if (count < WAITING.least) return false;
    const { size } = this.bound;
    return count >= size && this.undecided.of(tenant) >= size / keys;
  }
}
