import { type AccountInfo, PublicKey } from '@solana/web3.js';
import { z } from 'zod';

/**
 * The answers that are read by the thousand. web3.js would read them too, at several times the cost (it makes and drops an error for every
 * element that is not null; measured: a quarter of the minter's time). Nothing is optional that a verdict hangs on.
 */

/** A transaction error as the node writes it: a bare word, or an object named by one. */
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
