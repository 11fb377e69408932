import { Inject, Injectable } from '@nestjs/common';
import { ACK, type Delivery, nak, type Settlement } from '#shared/consumer/delivery.js';
import type { MintResult } from '#shared/domain/sale/mint-result.js';
import { decodeCommit } from '#shared/event-store/commit.js';
import type { SaleId, TenantId } from '#shared/kernel/ids.js';
import type { Reactor } from '#shared/platform/messaging/consumer.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { type Asked, internalCommand } from '../requests/command.js';
import { InternalCommands } from '../requests/internal-commands.js';

const RETRY_MS = 500;

/**
 * Reports results of the minter to the sale: a mint failed permanently, or a unit may be sold again. A commit is acknowledged when the sale
 * has decided all its results.
 */
@Injectable()
export class MintResultReactor implements Reactor {
  constructor(
    private readonly commands: InternalCommands,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async handle(delivery: Delivery): Promise<Settlement> {
    try {
      const [, tenant, , sale] = delivery.subject.split('.') as [string, TenantId, string, SaleId];
      const { events } = decodeCommit(delivery.subject, delivery.sequence, delivery.body);
      const commands = events.flatMap(({ type, data, traceparent }) =>
        commandOf({ tenant, sale }, type, data as unknown as MintResult, traceparent),
      );
      const decided = await Promise.all(commands.map((command) => this.commands.isDecided(command)));
      if (!decided.includes(false)) return ACK;
      this.logger.warn({ sequence: delivery.sequence }, 'results of mints were not decided in time; tried again soon');
    } catch (thrown) {
      this.logger.warn({ err: thrown, sequence: delivery.sequence }, 'results of mints could not be read; tried again soon');
    }
    return nak(RETRY_MS + Math.random() * RETRY_MS);
  }
}

function commandOf(
  of: { readonly tenant: TenantId; readonly sale: SaleId },
  type: string,
  { ticket, request }: MintResult,
  trace: string | undefined,
): Asked[] {
  if (type === 'MintFailed')
    return [internalCommand(of, 'ticket.mint-failed', `mint-failed:${ticket}:${request}`, { ticket, request }, trace)];
  const release = (more: { readonly void?: true } = {}): Asked[] => [
    internalCommand(of, 'ticket.release', `release:${ticket}`, { ticket, request: 0, ...more }, trace),
  ];
  if (type === 'MintVoided') return release({ void: true });
  return type === 'MintCancelled' || type === 'MintRevoked' ? release() : [];
}
