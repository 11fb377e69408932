import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { newWebhookSecret } from '#shared/platform/tenants/credentials.js';
import { goodAt, MAX_CREDENTIALS, type Tenant, type WebhookSecret } from '#shared/platform/tenants/tenant.js';

const HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;
export type WebhookHeaders = Readonly<Record<(typeof HEADERS)[number], string | undefined>>;

/**
 * Random secrets that belong to no tenant. Their signatures are checked for unknown tenants, so that the response time does not reveal
 * which tenants exist.
 */
const NOBODYS = Array.from({ length: MAX_CREDENTIALS }, newWebhookSecret);

/**
 * Whether a currently valid secret of this tenant signed the event. Checks the same number of signatures for every tenant, known or not.
 */
export function isSigned(tenant: Tenant | undefined, headers: WebhookHeaders, body: Buffer): boolean {
  const signed = Object.fromEntries(HEADERS.map((name) => [name, headers[name] ?? '']));
  return isVerified(tenant?.webhookSecrets, (secret) => verifies(secret, signed, body));
}

/** Whether one of these currently valid secrets verifies. Tries the same number of secrets in every case. */
export function isVerified(credentials: readonly WebhookSecret[] | undefined, verifiedBy: (secret: string) => boolean): boolean {
  const secrets = goodAt(credentials ?? [], Date.now()).map(({ secret }) => secret);
  const verified = [...secrets, ...NOBODYS.slice(secrets.length)].map(verifiedBy);
  return verified.slice(0, secrets.length).includes(true);
}

function verifies(secret: string, headers: Record<string, string>, body: Buffer): boolean {
  try {
    new Webhook(secret).verify(body, headers, { jsonParse: false });
    return true;
  } catch (thrown) {
    if (thrown instanceof WebhookVerificationError) return false;
    throw thrown;
  }
}
