import Stripe from 'stripe';
import type { Tenant } from '#shared/platform/tenants/tenant.js';
import { isVerified } from '../../api/http/webhook-signature.js';

/** Maximum age of an event in seconds: the tolerance of Stripe's library. Stripe signs every retry again. */
const TOLERANCE_SECONDS = 300;

/**
 * Whether Stripe signed these bytes with a currently valid secret of the tenant. Checks the same number of signatures for every tenant,
 * also for unknown tenants and those without Stripe.
 */
export const isSignedByStripe = (tenant: Tenant | undefined, signature: string | undefined, body: Buffer): boolean =>
  isVerified(tenant?.stripeSecrets, (secret) => verifies(secret, signature ?? '', body));

function verifies(secret: string, signature: string, body: Buffer): boolean {
  try {
    return Stripe.webhooks.signature?.verifyHeader(body, signature, secret, TOLERANCE_SECONDS) === true;
  } catch (thrown) {
    if (thrown instanceof Stripe.errors.StripeSignatureVerificationError) return false;
    throw thrown;
  }
}
