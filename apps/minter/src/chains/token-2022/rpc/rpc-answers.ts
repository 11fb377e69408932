import { type AccountInfo, PublicKey } from '@solana/web3.js';
import { z } from 'zod';

/**
 * Schemas for high-volume responses. web3.js parses them at several times the cost: it creates and drops an error for every non-null
 * element (measured: a quarter of the minter's time). No member that a verdict depends on is optional.
 */

/** A transaction error in the node's form: a string, or an object with one named member. */
export const transactionError = z.union([z.string(), z.record(z.string(), z.unknown())]);

const context = z.object({ slot: z.number().int().nonnegative() });

const status = z.object({
  slot: z.number().int().nonnegative(),
  err: transactionError.nullable(),
  confirmationStatus: z.string().nullish(),
});
export type Status = z.infer<typeof status>;
export const statusesAnswer = z.object({ result: z.object({ context, value: z.array(status.nullable()) }) });

const account = z
  .object({
    data: z.tuple([z.base64(), z.literal('base64')]),
    owner: z.string(),
    lamports: z.number(),
    executable: z.boolean(),
  })
  .transform(({ data: [bytes], owner, lamports, executable }): AccountInfo<Buffer> => {
    return { data: Buffer.from(bytes, 'base64'), owner: new PublicKey(owner), lamports, executable };
  });
export const accountsAnswer = z.object({ result: z.object({ context, value: z.array(account.nullable()) }) });
