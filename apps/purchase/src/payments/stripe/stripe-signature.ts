import Stripe from 'stripe';
import type { Tenant } from '#shared/platform/tenants/tenant.js';
import { isVerified } from '../../api/http/webhook-signature.js';

/** Seconds that an event may be old: the tolerance of Stripe's library. Every retry is signed anew. */
const TOLERANCE_SECONDS = 300;

/**
 * Whether Stripe signed these bytes for the tenant, by a secret that is good now. As many signatures are checked for every tenant, also for one
 * that is not there or takes no events of Stripe.
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
