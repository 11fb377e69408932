import { z } from 'zod';
import { TENANT_PATTERN, type TenantId } from '../../kernel/ids.js';
import { CURSOR_KEY_BYTES } from './credentials.js';

/** During a rotation the old and the new credential are valid: two at most. */
export const MAX_CREDENTIALS = 2;

/** API keys that only read, for operators who look at a tenant in the console. */
export const MAX_READ_KEYS = 4;

/** `free-mints`: sales may mint tickets of unpaid orders once they are confirmed. The operator's payer pays for every mint. */
const GRANTS = ['free-mints'] as const;
export type Grant = (typeof GRANTS)[number];

/** When a rotated credential expires, in milliseconds since 1970; absent: never. */
const until = z.number().int().optional();
/** `readOnly`: its requests over HTTP change nothing. */
const apiKey = z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/), until, readOnly: z.literal(true).optional() });
const webhookSecret = z.strictObject({ secret: z.string().startsWith('whsec_'), until });
export type WebhookSecret = z.infer<typeof webhookSecret>;

/**
 * A tenant's record in the bucket, newest credential first and API keys that only read last. API keys are stored as hashes; webhook secrets are stored in full, because
 * checking a signature needs them.
 */
export const Tenant = z.strictObject({
  tenant: z
    .string()
    .regex(TENANT_PATTERN)
    .transform((text) => text as TenantId),
  status: z.enum(['active', 'disabled']),
  apiKeys: z
    .array(apiKey)
    .min(1)
    .max(MAX_CREDENTIALS + MAX_READ_KEYS),
  webhookSecrets: z.array(webhookSecret).min(1).max(MAX_CREDENTIALS),
  /** Signing secrets of the tenant's Stripe endpoint, which Stripe generates. Absent: no event of Stripe is taken. */
  stripeSecrets: z.array(webhookSecret).min(1).max(MAX_CREDENTIALS).optional(),
  /** Seals the cursors of the tenant's event streams; never rotated, because callers store cursors. Base64. */
  cursorKey: z.string().refine((text) => Buffer.from(text, 'base64').length === CURSOR_KEY_BYTES, 'must be 32 bytes in base64'),
  /** The public key of the tenant's NATS connections; absent: the server configuration has a password. */
  natsUser: z
    .string()
    .regex(/^U[A-Z2-7]{55}$/)
    .optional(),
  /** Additional permissions from an operator. Absent: none. */
  grants: z.array(z.enum(GRANTS)).optional(),
  createdAt: z.iso.datetime(),
  changedAt: z.iso.datetime(),
});
export type Tenant = z.infer<typeof Tenant>;

/** The credentials that are valid now. */
export const goodAt = <T extends { readonly until?: number | undefined }>(credentials: readonly T[], now: number): T[] =>
  credentials.filter(({ until: end }) => end === undefined || now < end);

export const isGranted = (tenant: Pick<Tenant, 'grants'> | undefined, grant: Grant): boolean => tenant?.grants?.includes(grant) === true;
