import { randomBytes } from 'node:crypto';
import { TOKEN_2022_PROGRAM_ID } from '@solana/spl-token';
import { Connection, PublicKey } from '@solana/web3.js';
import { MemoryChain, type MemoryFault } from '../../apps/minter/src/chains/memory.js';
import { freshMintKeys, Signer } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { Token2022Chain } from '../../apps/minter/src/chains/token-2022/token-2022-chain.js';
import { startLocalSolana } from '../../dev/solana/local-solana.js';
import type { Wallet } from '../../libs/shared/src/kernel/ids.js';
import { type ChainBench, chainSuite, type SendFault } from './chain-suite.js';
import { mintPlan } from './mint-plans.js';

const MEMORY_NAMES: Readonly<Record<SendFault, MemoryFault>> = {
  drop: 'drop',
  'land-then-time-out': 'landThenTimeOut',
  'error-then-land': 'errorThenLand',
  'land-failed': 'landFailed',
};

chainSuite('memory', async (): Promise<ChainBench> => {
  const chain = new MemoryChain({ lifeBlocks: 150, finalAfterSlots: 3 });
  return {
    chain,
    lifeBlocks: 150,
    finalAfterSlots: 3,
    newWallet: () => randomBytes(20).toString('hex') as Wallet,
    advance: async (slots) => chain.advance(slots),
    strikeNext: async (fault) => chain.strikeNext(MEMORY_NAMES[fault]),
    prefund: async () => undefined, // an address of this chain holds an asset or nothing
    occupy: async (plan) => chain.occupy(plan.asset),
    stop: async () => undefined,
  };
});

/** A call whose answer never comes is waited for this long. */
const PATIENCE_MS = 1_500;
const LAMPORTS = 1_000_000_000;

chainSuite('Token-2022 on the local Solana', async (): Promise<ChainBench> => {
  const solana = await startLocalSolana({ port: 0, slotMs: 'manual', finalizedAfterSlots: 3 });
  const connection = new Connection(solana.url, 'processed');
  const keys = freshMintKeys();
  const options = { url: solana.url, timeoutMs: PATIENCE_MS, priorityMicroLamports: 100, freshMs: 0, airdrop: true };
  const chain = new Token2022Chain(keys, options);
  const newWallet = () => Signer.generate().signer.address as Wallet;
  await chain.replenish();
  await connection.requestAirdrop(keys.authority.publicKey, LAMPORTS);
  solana.control.advance(5);
  return {
    chain,
    lifeBlocks: 150,
    finalAfterSlots: 3,
    newWallet,
    advance: async (slots) => solana.control.advance(slots),
    strikeNext: async (fault) => solana.control.setFault(fault, { next: 1 }),
    prefund: async (asset) => {
      await connection.requestAirdrop(new PublicKey(asset), LAMPORTS / 100);
      solana.control.advance(1);
    },
    occupy: async (plan) => {
      const other = await mintPlan(chain, plan.ticket, newWallet(), { name: 'Not this one' });
      await chain.submit({ ticket: plan.ticket, attempt: 1, ...(await chain.prepare(other, 1)) }, true);
      expect((await connection.getAccountInfo(new PublicKey(plan.asset)))?.owner).toEqual(TOKEN_2022_PROGRAM_ID);
      solana.control.advance(1);
    },
    stop: () => solana.stop(),
  };
});
