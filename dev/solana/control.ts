import { ZodError, z } from 'zod';
import type { Bank } from './bank/bank.js';
import { type FaultReport, type FaultSetting, type FaultSwitches, UnknownFault } from './faults/fault-switches.js';
import type { HttpAnswer } from './rpc/rpc-dispatch.js';
import type { SlotClock } from './slot-clock.js';

/** A day of slots at 400 ms: enough to cross an epoch boundary in a few calls, short enough not to block the process. */
const MAX_ADVANCE_SLOTS = 216_000;

export interface ControlReport {
  readonly genesisHash: string;
  readonly slots: { readonly processed: number; readonly confirmed: number; readonly finalized: number };
  readonly paused: boolean;
  readonly transactions: number;
  readonly faults: Readonly<Record<string, FaultReport>>;
  readonly calls: Readonly<Record<string, number>>;
}

/** Controls the chain: in process for tests, and over /control for others. */
export class LocalSolanaControl {
  constructor(
    private readonly bank: Bank,
    private readonly clock: SlotClock,
    private readonly switches: FaultSwitches,
  ) {}

  report(): ControlReport {
    const { bank } = this;
    return {
      genesisHash: bank.genesisHash,
      slots: { processed: bank.slotAt('processed'), confirmed: bank.slotAt('confirmed'), finalized: bank.slotAt('finalized') },
      paused: this.clock.paused,
      transactions: bank.state.signatures.count,
      faults: this.switches.report(),
      calls: this.switches.callsByMethod(),
    };
  }

  /** `{}` applies the fault to every call; null switches it off. */
  setFault(name: string, setting: FaultSetting | null): void {
    if (setting === null) this.switches.clear(name);
    else this.switches.set(name, setting);
  }

  clearFaults(): void {
    this.switches.clearAll();
  }

  advance(slots: number): void {
    this.clock.advance(slots);
  }

  /** The reported fee of recent blocks: micro-lamports per compute unit. */
  setPriorityFee(microLamports: number): void {
    this.bank.priorityFee = microLamports;
  }

  pause(): void {
    this.clock.pause();
  }

  resume(): void {
    this.clock.resume();
  }

  /** Rolls back the newest `slots` slots. @returns signatures that are no longer landed */
  rollBack(slots: number): readonly string[] {
    return this.bank.rollBack(this.bank.state.slot - slots);
  }
}

const settings = z.record(z.string(), z.record(z.string(), z.unknown()).nullable());
const slotCount = z.strictObject({ slots: z.number().int().min(1).max(MAX_ADVANCE_SLOTS) });

type Route = (control: LocalSolanaControl, body: unknown) => unknown;

const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['GET /control', () => ({})],
  [
    'POST /control/faults',
    (control, body) => {
      for (const [name, setting] of Object.entries(settings.parse(body))) control.setFault(name, setting);
    },
  ],
  ['DELETE /control/faults', (control) => control.clearFaults()],
  ['POST /control/advance', (control, body) => control.advance(slotCount.parse(body).slots)],
  ['POST /control/pause', (control) => control.pause()],
  ['POST /control/resume', (control) => control.resume()],
  ['POST /control/roll-back', (control, body) => ({ rolledBack: control.rollBack(slotCount.parse(body).slots) })],
]);

/** The response to every control request is the report after the request. */
export function answerControl(control: LocalSolanaControl, request: string, body: string): HttpAnswer {
  const route = ROUTES.get(request);
  if (route === undefined) return said(404, { error: `no ${request}; there are: ${[...ROUTES.keys()].join(', ')}` });
  try {
    const extra = route(control, body === '' ? {} : JSON.parse(body));
    return said(200, { ...control.report(), ...(typeof extra === 'object' ? extra : {}) });
  } catch (cause) {
    if (cause instanceof ZodError) return said(400, { error: z.prettifyError(cause) });
    if (cause instanceof UnknownFault || cause instanceof RangeError || cause instanceof SyntaxError)
      return said(400, { error: cause.message });
    throw cause;
  }
}

function said(status: number, value: unknown): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}
