import { z } from 'zod';
import type { MintCompleted, MintPlan } from '../domain/mint/events.js';
import { recordOf } from '../domain/mint/ticket-record.js';

const record = z
  .object({
    tenant: z.string(),
    sale: z.string(),
    order: z.string(),
    ticket: z.string(),
    unit: z.string(),
    label: z.string().optional().describe('The text that people see instead of the unit'),
    category: z.string().optional(),
    type: z.string().optional(),
    wallet: z.string().describe('Whom it was minted for'),
    asset: z.string().describe('Address of the asset on the chain'),
    document: z.string().optional().describe('SHA-256 of the document at metadata.uri, hexadecimal'),
  })
  .catchall(z.string())
  .meta({ title: 'TicketRecord' });

/**
 * The receipt that a ticket's buyer keeps. Every member can be verified against the chain alone; `admit receipt verify` does so. This
 * schema checks only the form.
 */
export const Receipt = z
  .strictObject({
    record,
    salt: z.string(),
    memo: z.string().describe('SHA-256 of the canonical record and the salt, base64url: the memo of the transaction'),
    signature: z.string().describe('Of the transaction that minted the asset'),
    genesisHash: z.string().describe('Of the chain'),
    address: z
      .strictObject({ base: z.string(), seed: z.string(), program: z.string() })
      .describe('The address of the asset is createWithSeed of these; base is the key of the issuer'),
    metadata: z.strictObject({ name: z.string(), symbol: z.string(), uri: z.string() }).describe('The metadata of the asset'),
    delegate: z.string().optional().describe('The key that may burn it, for a revocable ticket'),
    leaf: z
      .strictObject({ tree: z.string(), index: z.number().int().nonnegative(), asset: z.string(), collection: z.string() })
      .optional()
      .describe(
        'Where a compressed ticket is: the leaf of a tree, whose address wallets show as its asset. record.asset is then its marker',
      ),
  })
  .meta({ title: 'Receipt' });
export type Receipt = z.infer<typeof Receipt>;

type Of = Readonly<{ tenant: string; sale: string }>;

/** The receipt of a ticket minted as planned; undefined for plans older than receipts. */
export function receiptOf(
  { tenant, sale }: Of,
  plan: MintPlan,
  { signature, leaf }: Pick<MintCompleted['data'], 'signature' | 'leaf'>,
): Receipt | undefined {
  const { salt, memo, genesisHash, base, seed, program, name, symbol, uri, delegate, compressed } = plan;
  if (!salt || !memo) return undefined; // absent from old events, although the type requires it
  return {
    record: { ...recordOf(tenant, sale, plan) },
    salt,
    memo,
    signature,
    genesisHash,
    address: { base, seed, program },
    metadata: { name, symbol, uri },
    ...(delegate !== undefined && { delegate }),
    ...(leaf !== undefined && compressed !== undefined && { leaf: { ...leaf, ...compressed } }),
  };
}
