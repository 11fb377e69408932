import { Inject, Injectable } from '@nestjs/common';
import { ACK, type Delivery, nak, type Settlement } from '#shared/consumer/delivery.js';
import type { SaleId, TenantId } from '#shared/kernel/ids.js';
import type { Reactor } from '#shared/platform/messaging/consumer.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { internalCommand } from '../requests/command.js';
import { InternalCommands } from '../requests/internal-commands.js';

const RETRY_MS = 1_000;

/** Handles a wake-up: sends the command that expires overdue holds. It is acknowledged when that command is decided. */
@Injectable()
export class HoldExpiryReactor implements Reactor {
  constructor(
    private readonly commands: InternalCommands,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async handle({ subject, sequence, storedAt }: Delivery): Promise<Settlement> {
    const [, , tenant, sale] = subject.split('.') as [string, string, TenantId, SaleId];
    const key = `sweep:${sequence}:${storedAt}`; // a recreated stream of timers uses sequences again
    if (await this.commands.isDecided(internalCommand({ tenant, sale }, 'sale.sweep', key, {}))) return ACK;
    this.logger.warn({ tenant, sale }, 'a wake-up was not decided in time; tried again soon');
    return nak(RETRY_MS);
  }
}
