import { randomBytes } from 'node:crypto';
import { nkeys } from '@nats-io/transport-node';
import { type Hash, sha256 } from '../../kernel/hash.js';

/** 256 bits cannot be guessed, so a hash of the key needs neither salt nor many rounds. */
const API_KEY_BYTES = 32;
/** The range of Standard Webhooks: 24 to 64 bytes. */
const WEBHOOK_SECRET_BYTES = 32;
export const CURSOR_KEY_BYTES = 32;
/** Lets secret scanners recognise a key in repositories and logs. */
const API_KEY_PREFIX = 'admit_';
const WEBHOOK_SECRET_PREFIX = 'whsec_';
/** Keys from elsewhere need at least 128 bits and must fit a header. */
const API_KEY_PATTERN = /^[A-Za-z0-9_-]{22,200}$/;

export const newApiKey = (): string => `${API_KEY_PREFIX}${randomBytes(API_KEY_BYTES).toString('base64url')}`;
export const newWebhookSecret = (): string => `${WEBHOOK_SECRET_PREFIX}${randomBytes(WEBHOOK_SECRET_BYTES).toString('base64')}`;
export const newCursorKey = (): string => randomBytes(CURSOR_KEY_BYTES).toString('base64');

/**
 * The stored form of an API key. A lookup by hash takes the same time for every key, so an attacker who tries keys learns nothing about
 * a valid one.
 */
export const hashApiKey = (key: string): Hash => sha256(key);

export const isApiKey = (text: string): boolean => API_KEY_PATTERN.test(text);

/** The secret of Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. */
export function isWebhookSecret(text: string): boolean {
  const bytes = Buffer.from(text.slice(WEBHOOK_SECRET_PREFIX.length), 'base64');
  return text.startsWith(WEBHOOK_SECRET_PREFIX) && bytes.length >= 24 && bytes.length <= 64;
}

/** A signing secret of Stripe: its text is used unchanged. */
const STRIPE_SECRET_PATTERN = /^whsec_[A-Za-z0-9+/=_-]{16,128}$/;
export const isStripeSecret = (text: string): boolean => STRIPE_SECRET_PATTERN.test(text);

/** A key pair for NATS: the server gets only the public key, and the tenant's connections sign with the seed. */
export function newNatsUser(): { readonly publicKey: string; readonly seed: string } {
  const pair = nkeys.createUser();
  return { publicKey: pair.getPublicKey(), seed: new TextDecoder().decode(pair.getSeed()) };
}
