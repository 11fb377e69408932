import { z } from 'zod';
import { TENANT_PATTERN, type TenantId } from '../../kernel/ids.js';
import { CURSOR_KEY_BYTES } from './credentials.js';

/** While a credential is rotated the old one and the new one are good: two at most. */
export const MAX_CREDENTIALS = 2;

/** `free-mints`: sales may mint the tickets of orders that nobody pays for as soon as they are confirmed. Every mint costs the operator's payer. */
const GRANTS = ['free-mints'] as const;
export type Grant = (typeof GRANTS)[number];

/** When a credential that was rotated away ceases to be good, in milliseconds since 1970; absent: it stays. */
const until = z.number().int().optional();
const apiKey = z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/), until });
const webhookSecret = z.strictObject({ secret: z.string().startsWith('whsec_'), until });

/** A tenant as the bucket holds it, the newest credential first. API keys are there as hashes; webhook secrets must be known to check a signature. */
export const Tenant = z.strictObject({
  tenant: z
    .string()
    .regex(TENANT_PATTERN)
    .transform((text) => text as TenantId),
  status: z.enum(['active', 'disabled']),
  apiKeys: z.array(apiKey).min(1).max(MAX_CREDENTIALS),
  webhookSecrets: z.array(webhookSecret).min(1).max(MAX_CREDENTIALS),
  /** Seals the cursors of the tenant's event streams; never rotated, since cursors are kept by callers. Base64. */
  cursorKey: z.string().refine((text) => Buffer.from(text, 'base64').length === CURSOR_KEY_BYTES, 'must be 32 bytes in base64'),
  /** Public half of the key that the tenant's NATS connections sign with; absent: it has a password in the server's configuration. */
  natsUser: z
    .string()
    .regex(/^U[A-Z2-7]{55}$/)
    .optional(),
  /** What an operator allows beyond selling. Absent: nothing. */
  grants: z.array(z.enum(GRANTS)).optional(),
  createdAt: z.iso.datetime(),
  changedAt: z.iso.datetime(),
});
export type Tenant = z.infer<typeof Tenant>;

/** Those of some credentials that are good now. */
export const goodAt = <T extends { readonly until?: number | undefined }>(credentials: readonly T[], now: number): T[] =>
  credentials.filter(({ until: end }) => end === undefined || now < end);

export const isGranted = (tenant: Pick<Tenant, 'grants'> | undefined, grant: Grant): boolean => tenant?.grants?.includes(grant) === true;
