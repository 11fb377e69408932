import { z } from 'zod';
import { encodeBase58 } from '#shared/kernel/base58.js';
import type { AccountImage } from '../../bank/account-image.js';
import { invalidParams } from '../rpc-error.js';
import { accountConfig, address, inContext, type Method, method, slotNumber, viewConfig, viewOf } from './params.js';

const MAX_ACCOUNTS_A_CALL = 100;
const MAX_BASE58_BYTES = 128;
const RENT_EPOCH_NEVER = Number(2n ** 64n - 1n);

type AccountConfig = z.infer<typeof accountConfig> | null | undefined;

export interface AnsweredAccount {
  readonly data: string | readonly [data: string, encoding: string];
  readonly executable: boolean;
  readonly lamports: number;
  readonly owner: string;
  readonly rentEpoch: number;
  readonly space: number;
}

/** `jsonParsed` returns base64, as a real node does for programs without a parser. */
export function answerAccount(image: AccountImage | null, config: AccountConfig): AnsweredAccount | null {
  if (image === null) return null;
  const slice = config?.dataSlice;
  const shown = slice ? image.data.subarray(slice.offset, slice.offset + slice.length) : image.data;
  return {
    data: encodeData(shown, config?.encoding ?? null),
    executable: image.executable,
    lamports: Number(image.lamports),
    owner: image.owner,
    rentEpoch: RENT_EPOCH_NEVER,
    space: image.data.length,
  };
}

function encodeData(data: Uint8Array, encoding: 'base58' | 'base64' | 'jsonParsed' | null): AnsweredAccount['data'] {
  if (encoding === 'base64' || encoding === 'jsonParsed') return [Buffer.from(data).toString('base64'), 'base64'];
  if (data.length > MAX_BASE58_BYTES)
    throw invalidParams(`Encoded binary (base 58) data should be less than ${MAX_BASE58_BYTES} bytes, please use Base64 encoding.`);
  const text = encodeBase58(data);
  return encoding === null ? text : [text, 'base58'];
}

export const accountMethods: Readonly<Record<string, Method>> = {
  getAccountInfo: method(z.tuple([address, accountConfig.nullish()]), (node, [key, config]) => {
    const { slot } = viewOf(node, config);
    return inContext(slot, answerAccount(node.accountAt(key, slot), config));
  }),
  getMultipleAccounts: method(z.tuple([z.array(address).max(MAX_ACCOUNTS_A_CALL), accountConfig.nullish()]), (node, [keys, config]) => {
    const { slot } = viewOf(node, config);
    return inContext(
      slot,
      keys.map((key) => answerAccount(node.accountAt(key, slot), { ...config, encoding: config?.encoding ?? 'base64' })),
    );
  }),
  getBalance: method(z.tuple([address, viewConfig.nullish()]), (node, [key, config]) => {
    const { slot } = viewOf(node, config);
    return inContext(slot, Number(node.accountAt(key, slot)?.lamports ?? 0n));
  }),
  getMinimumBalanceForRentExemption: method(z.tuple([slotNumber, viewConfig.nullish()]), (node, [dataBytes]) =>
    Number(node.rentExemptLamports(dataBytes)),
  ),
  requestAirdrop: method(z.tuple([address, z.number().int().positive(), viewConfig.nullish()]), (node, [key, lamports]) =>
    node.airdrop(key, lamports),
  ),
};
