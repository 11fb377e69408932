import type { MintEvent } from '#shared/domain/mint/events.js';
import type { Recorded } from '#shared/domain/recorded.js';
import { mintSubject, saleSubject } from '#shared/event-store/event-store.js';
import type { KeyNamespace, SaleId, TenantId } from '#shared/kernel/ids.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { decideCommand } from '../../apps/purchase/src/deciding/decide.js';
import { SaleAggregate } from '../../apps/purchase/src/deciding/sale-aggregate.js';
import type { OperationName } from '../../apps/purchase/src/operations/operations.js';
import { MintResultReactor } from '../../apps/purchase/src/reactors/mint-result-reactor.js';
import type { Asked, Command } from '../../apps/purchase/src/requests/command.js';
import type { InternalCommands } from '../../apps/purchase/src/requests/internal-commands.js';
import { readRequest } from '../../apps/purchase/src/requests/read-request.js';
import type { HistoryLog } from './log.js';
import { deliveryOf, MintSide } from './mint-side.js';

/** A larger group would not fit a commit; the decider limits its groups by bytes. */
const MOST_EVENTS = 200;
/** The tenant's HMAC key for provider ids that cannot be stored as they are. */
const SECRET = 'secret';
/** Without a subscriber: decisions are read from the log. */
export const INBOX = '_INBOX.histories';
const silent = createLogger('histories', 'silent');

/** An accepted command, as its caller sent it. */
export interface Accepted {
  readonly key: string;
  readonly operation: OperationName;
  readonly request: Readonly<Record<string, unknown>>;
}

/**
 * One sale: its decider, its minter and the reactor between them, on one log. All deciding, writing and reading code is the production
 * code.
 */
export class Selling {
  readonly fold: SaleAggregate;
  readonly mints: MintSide;
  /** In the order of decision. */
  readonly accepted: Accepted[] = [];
  /** Results of the minter that are not reported to the sale yet. */
  readonly reports: Command[] = [];
  private readonly reactor: MintResultReactor;
  private waiting: Recorded[] = [];
  private readonly decided = new Set<string>();

  constructor(
    private readonly log: HistoryLog,
    readonly tenant: TenantId,
    readonly sale: SaleId,
  ) {
    this.fold = new SaleAggregate(saleSubject(tenant, sale));
    this.mints = new MintSide(tenant, sale);
    const commands = {
      isDecided: async (asked: Asked) => {
        this.reports.push({ ...asked, reply: INBOX });
        return true;
      },
    };
    this.reactor = new MintResultReactor(commands as unknown as InternalCommands, silent);
  }

  /**
   * Sends a request as a caller does: the intake stores no refused request, and a key is decided once.
   * @returns whether it was decided now
   */
  ask(operation: OperationName, request: Readonly<Record<string, unknown>>, key: string, at: number): boolean {
    const namespace: KeyNamespace = operation.startsWith('payment.') ? 'webhook' : 'api';
    const body = Buffer.from(JSON.stringify(request));
    const read = readRequest({ operation, namespace, tenant: this.tenant, key, traceparent: undefined, body }, SECRET);
    return 'ok' in read && this.decide({ ...read.ok, reply: INBOX }, at);
  }

  decide(command: Command, at: number): boolean {
    if (this.decided.has(command.keyHash)) return false;
    const version = this.fold.head.version + 1;
    const { answer, events } = decideCommand(this.fold.sale, command, at, version);
    if (events.length > 0) this.decided.add(command.keyHash);
    this.waiting.push(...events);
    if (this.waiting.length > MOST_EVENTS) this.commit();
    if (answer.status < 300)
      this.accepted.push({ key: command.key, operation: command.operation, request: command.request as Accepted['request'] });
    return true;
  }

  /** Appends all decisions to the log, as one commit. */
  commit(): void {
    if (this.waiting.length === 0) return;
    const commit = this.log.append(this.fold.subject, this.waiting);
    this.fold.remember(commit);
    this.mints.hear(commit.events);
    this.waiting = [];
  }

  /** The minter takes some steps, and the reactor gets each commit. */
  async mint(ticket: number, moves: readonly number[], at: number): Promise<void> {
    this.commit();
    for (const move of moves) await this.append(this.mints.step(ticket, move), at);
  }

  private async append(events: readonly MintEvent[], at: number): Promise<void> {
    if (events.length === 0) return;
    const subject = mintSubject(this.tenant, this.sale);
    const { sequence } = this.log.append(
      subject,
      events.map((event) => ({ ...event, at })),
    );
    const { body } = this.log.messages[sequence - 1] as { readonly body: Uint8Array };
    await this.reactor.handle(deliveryOf(subject, sequence, body, at));
  }
}
