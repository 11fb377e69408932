import { z } from 'zod';
import type { CallResult, Fault, FaultedCall } from './fault.js';

/** When a fault applies; other members are options of that fault. With neither given, it applies to every call. */
const strike = z.looseObject({
  probability: z.number().min(0).max(1).default(1),
  next: z.number().int().nonnegative().optional(),
  methods: z.array(z.string()).optional(),
});

export type FaultSetting = Readonly<Record<string, unknown>>;

interface Switch {
  readonly setting: FaultSetting;
  readonly probability: number;
  readonly methods: readonly string[] | null;
  readonly inject: (call: FaultedCall) => CallResult;
  left: number;
}

export interface FaultReport {
  readonly setting: FaultSetting | null;
  /** Null for a fault without a limit. */
  readonly left: number | null;
  readonly injected: number;
}

export class UnknownFault extends Error {}

/** The enabled faults, their settings, and how often each was applied. */
export class FaultSwitches {
  private readonly on = new Map<string, Switch>();
  private readonly injected = new Map<string, number>();
  private readonly calls = new Map<string, number>();
  /** Each fault has its own random sequence, so the calls it hits do not depend on other faults. */
  private readonly luck: ReadonlyMap<string, () => number>;

  constructor(
    private readonly table: readonly Fault[],
    seed: number,
  ) {
    this.luck = new Map(table.map(({ name }, index) => [name, seededRandom(seed * table.length + index)]));
  }

  set(name: string, setting: FaultSetting): void {
    const fault = this.table.find((entry) => entry.name === name);
    if (fault === undefined) throw new UnknownFault(`no fault "${name}"; there are: ${this.table.map((entry) => entry.name).join(', ')}`);
    const { probability, next, methods, ...options } = strike.parse(setting);
    const hits = methods ?? fault.methods;
    this.on.set(name, { setting, probability, methods: hits, inject: fault.arm(options), left: next ?? Number.POSITIVE_INFINITY });
  }

  clear(name: string): void {
    this.on.delete(name);
  }

  clearAll(): void {
    this.on.clear();
  }

  /** The faults that apply to this call, in the order of the table; each is counted. */
  striking(method: string): ReadonlyArray<(call: FaultedCall) => CallResult> {
    this.calls.set(method, (this.calls.get(method) ?? 0) + 1);
    return this.table.flatMap(({ name }) => {
      const entry = this.on.get(name);
      if (entry === undefined || entry.left <= 0) return [];
      if (entry.methods !== null && !entry.methods.includes(method)) return [];
      if (entry.probability < 1 && (this.luck.get(name)?.() ?? 0) >= entry.probability) return [];
      entry.left -= 1;
      this.injected.set(name, (this.injected.get(name) ?? 0) + 1);
      return [entry.inject];
    });
  }

  /** Calls by method, with or without a fault. */
  callsByMethod(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.calls);
  }

  report(): Readonly<Record<string, FaultReport>> {
    const entries = this.table.map(({ name }): [string, FaultReport] => {
      const entry = this.on.get(name);
      const left = entry === undefined ? 0 : Number.isFinite(entry.left) ? entry.left : null;
      return [name, { setting: entry?.setting ?? null, left, injected: this.injected.get(name) ?? 0 }];
    });
    return Object.fromEntries(entries);
  }
}

/** Mulberry32: the same seed selects the same calls in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
