import { encodeBase58 } from '#shared/kernel/base58.js';
import type { AccountImage } from './account-image.js';

export const TOKEN_PROGRAMS: readonly string[] = [
  'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
  'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
];
const MINT_BYTES = 82;
const ACCOUNT_BYTES = 165;
/** Token-2022 pads mints to the length of an account, followed by the kind. */
const KIND_OFFSET = 165;
const KIND_MINT = 1;
const KIND_ACCOUNT = 2;

export interface TokenMint {
  readonly supply: bigint;
  readonly decimals: number;
}

export interface TokenHolding {
  readonly mint: string;
  readonly owner: string;
  readonly amount: bigint;
}

function isKind(image: AccountImage, bytes: number, kind: number): boolean {
  if (!TOKEN_PROGRAMS.includes(image.owner)) return false;
  return image.data.length === bytes || (image.data.length > KIND_OFFSET && image.data[KIND_OFFSET] === kind);
}

export function readMint(image: AccountImage | null): TokenMint | null {
  if (image === null || !isKind(image, MINT_BYTES, KIND_MINT)) return null;
  const data = Buffer.from(image.data);
  const initialized = data.readUInt8(45) === 1;
  return initialized ? { supply: data.readBigUInt64LE(36), decimals: data.readUInt8(44) } : null;
}

export function readHolding(image: AccountImage | null): TokenHolding | null {
  if (image === null || !isKind(image, ACCOUNT_BYTES, KIND_ACCOUNT)) return null;
  const data = Buffer.from(image.data);
  const initialized = data.readUInt8(108) !== 0;
  if (!initialized) return null;
  return { mint: encodeBase58(data.subarray(0, 32)), owner: encodeBase58(data.subarray(32, 64)), amount: data.readBigUInt64LE(64) };
}

export interface TokenAmount {
  readonly amount: string;
  readonly decimals: number;
  readonly uiAmount: number;
  readonly uiAmountString: string;
}

export function tokenAmount(amount: bigint, decimals: number): TokenAmount {
  const digits = amount.toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  const text = fraction === '' ? whole : `${whole}.${fraction}`;
  return { amount: amount.toString(), decimals, uiAmount: Number(text), uiAmountString: text };
}
