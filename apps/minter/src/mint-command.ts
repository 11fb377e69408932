import { z } from 'zod';
import type { MintCommand } from '#shared/domain/mint/events.js';
import { Fault } from '#shared/kernel/fault.js';
import { ORDER_PATTERN, SALE_PATTERN, TENANT_PATTERN, TICKET_PATTERN, UNIT_PATTERN } from '#shared/kernel/ids.js';

const body = z.strictObject({
  tenant: z.string().regex(TENANT_PATTERN),
  sale: z.string().regex(SALE_PATTERN),
  order: z.string().regex(ORDER_PATTERN),
  ticket: z.string().regex(TICKET_PATTERN),
  unit: z.string().regex(UNIT_PATTERN),
  wallet: z.string(),
  request: z.number().int().min(1),
  name: z.string(),
});

/**
 * Reads one message of MINTS. Its subject (`mint.<tenant>.<ticket>.<request>`) is what the broker deduplicated, so body and subject must agree.
 * @throws Fault `command-unreadable`
 */
export function decodeMintCommand(subject: string, bytes: Uint8Array): MintCommand {
  try {
    const command = body.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    const expected = `mint.${command.tenant}.${command.ticket}.${command.request}`;
    if (subject !== expected) throw new TypeError(`the body belongs to ${expected}`);
    return command as MintCommand;
  } catch (cause) {
    throw new Fault('command-unreadable', { subject, problem: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
}
