import { z } from 'zod';
import type { MintCommand, RevokeCommand } from '#shared/domain/mint/events.js';
import { requestToken } from '#shared/domain/mint/minter-message.js';
import { Fault } from '#shared/kernel/fault.js';
import {
  CATEGORY_PATTERN,
  ORDER_PATTERN,
  SALE_PATTERN,
  TENANT_PATTERN,
  TICKET_PATTERN,
  TYPE_PATTERN,
  UNIT_PATTERN,
} from '#shared/kernel/ids.js';

const names = {
  tenant: z.string().regex(TENANT_PATTERN),
  sale: z.string().regex(SALE_PATTERN),
  order: z.string().regex(ORDER_PATTERN),
  ticket: z.string().regex(TICKET_PATTERN),
  unit: z.string().regex(UNIT_PATTERN),
};
const revocation = z.strictObject({ ...names, revoke: z.literal(true), override: z.literal(true).optional() });
const mint = z.strictObject({
  ...names,
  label: z.string().optional(),
  category: z.string().regex(CATEGORY_PATTERN).optional(),
  type: z.string().regex(TYPE_PATTERN).optional(),
  wallet: z.string(),
  request: z.number().int().min(1),
  name: z.string(),
  revocable: z.literal(true).optional(),
  asset: z.enum(['token-2022', 'compressed']).optional(),
  smartWallets: z.literal(true).optional(),
  image: z.string().optional(),
  externalUrl: z.string().optional(),
  resumed: z.number().int().min(1).optional(),
});

/**
 * Reads one message of MINTS. Its subject (`mint.<tenant>.<ticket>.<request>`, `….<request>-<resumed>`, `….revoke` or `….override`) is what the broker deduplicated, so body
 * and subject must agree.
 * @throws Fault `command-unreadable`
 */
export function decodeMintCommand(subject: string, bytes: Uint8Array): MintCommand | RevokeCommand {
  try {
    const command = (isRevocation(subject) ? revocation : mint).parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    const expected = `mint.${command.tenant}.${command.ticket}.${lastTokenOf(command)}`;
    if (subject !== expected) throw new TypeError(`the body belongs to ${expected}`);
    return command as MintCommand | RevokeCommand;
  } catch (cause) {
    throw new Fault('command-unreadable', { subject, problem: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
}

const isRevocation = (subject: string): boolean => /\.(revoke|override)$/.test(subject);

function lastTokenOf(command: z.infer<typeof mint> | z.infer<typeof revocation>): string {
  if ('request' in command) return requestToken(command);
  return command.override === true ? 'override' : 'revoke';
}
