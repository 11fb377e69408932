import { ComputeBudgetInstruction, ComputeBudgetProgram, TransactionMessage, VersionedTransaction } from '@solana/web3.js';
import type { SignedTransaction } from '../../apps/minter/src/chains/chain.js';
import { freshMintKeys, Signer } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { Token2022Chain } from '../../apps/minter/src/chains/token-2022/token-2022-chain.js';
import { type LocalSolana, startLocalSolana } from '../../dev/solana/local-solana.js';
import type { MintPlan } from '../../libs/shared/src/domain/mint/events.js';
import type { Wallet } from '../../libs/shared/src/kernel/ids.js';
import { Stage } from '../stages/stage.js';
import { mintPlan, nextTicket } from './mint-plans.js';

const FIRST_PRICE = 250;
const COMPUTE_UNITS = 80_000;
const LAMPORTS_PER_SIGNATURE = 5_000;
const FINAL_AFTER = 3;
const stage = Stage.forTests();
let solana: LocalSolana;
const keys = freshMintKeys();

const open = (floor: number, more: object = {}) =>
  new Token2022Chain(keys, { url: solana.url, timeoutMs: 5_000, priority: { floor, ...more }, freshMs: 0, airdrop: true });
const newPlan = (chain: Token2022Chain, over: Partial<MintPlan> = {}) =>
  mintPlan(chain, nextTicket(), Signer.generate().signer.address as Wallet, over);

beforeAll(async () => {
  solana = await stage.keep(startLocalSolana({ port: 0, slotMs: 'manual', finalizedAfterSlots: FINAL_AFTER }));
  await open(0).replenish();
  solana.control.advance(5);
});

/** The price in the transaction's bytes, read with web3.js. */
function termsIn({ transaction }: SignedTransaction): { units: number[]; prices: number[] } {
  const { message } = VersionedTransaction.deserialize(Buffer.from(transaction, 'base64'));
  const budget = TransactionMessage.decompile(message).instructions.filter(({ programId }) =>
    programId.equals(ComputeBudgetProgram.programId),
  );
  const of = (type: string) => budget.filter((one) => ComputeBudgetInstruction.decodeInstructionType(one) === type);
  return {
    units: of('SetComputeUnitLimit').map((one) => ComputeBudgetInstruction.decodeSetComputeUnitLimit(one).units),
    prices: of('SetComputeUnitPrice').map((one) => Number(ComputeBudgetInstruction.decodeSetComputeUnitPrice(one).microLamports)),
  };
}

it('pays more for each later attempt, up to 16 times the first price, and limits its compute units', async () => {
  const chain = open(FIRST_PRICE);
  const plan = await newPlan(chain);
  const terms = await Promise.all([1, 2, 3, 4, 5, 6, 20].map(async (attempt) => termsIn(await chain.prepare(plan, attempt))));
  expect(terms.map(({ prices }) => prices)).toEqual([1, 2, 4, 8, 16, 16, 16].map((factor) => [factor * FIRST_PRICE]));
  expect(terms.map(({ units }) => units)).toEqual(terms.map(() => [COMPUTE_UNITS]));
});

it('pays the price of recent blocks, within floor and cap, recorded only in the bytes of the attempt', async () => {
  const chain = open(FIRST_PRICE, { cap: 3_000, percentile: 50 });
  const plan = await newPlan(chain);
  const prices = async (attempt: number) => termsIn(await chain.prepare(plan, attempt)).prices;
  expect(await prices(1)).toEqual([FIRST_PRICE]); // blocks of the local chain take nothing
  solana.control.setPriorityFee(1_000);
  const later = open(FIRST_PRICE, { cap: 3_000, percentile: 50 });
  expect([
    termsIn(await later.prepare(plan, 1)).prices,
    termsIn(await later.prepareBurn(await newPlan(later, { delegate: later.delegate }), 3)).prices,
  ]).toEqual([[1_000], [3_000]]);
  solana.control.setPriorityFee(0);
});

it('burns on the same terms', async () => {
  const chain = open(FIRST_PRICE);
  const plan = await newPlan(chain, { delegate: chain.delegate });
  expect(termsIn(await chain.prepareBurn(plan, 3))).toEqual({ units: [COMPUTE_UNITS], prices: [4 * FIRST_PRICE] });
});

it('sets no price if there is none', async () => {
  const chain = open(0);
  expect(termsIn(await chain.prepare(await newPlan(chain), 9))).toEqual({ units: [COMPUTE_UNITS], prices: [] });
});

it("pays what was signed and no more: fees and priority stay within the payer's reserve for a mint", async () => {
  const price = 1_000_000;
  const chain = open(price);
  const plan = await newPlan(chain);
  const { balance, perMint } = await chain.funds();
  const signed = await chain.prepare(plan, 5); // the dearest attempt there is
  expect(await chain.submit({ ticket: plan.ticket, attempt: 5, ...signed }, true)).toEqual({ kind: 'accepted' });
  solana.control.advance(FINAL_AFTER + 1);
  const spent = balance - (await chain.funds()).balance;
  expect(spent).toBeGreaterThan(BigInt(LAMPORTS_PER_SIGNATURE * 3 + (COMPUTE_UNITS * 16 * price) / 1_000_000));
  expect(spent).toBeLessThanOrEqual(perMint);
});
