import { randomBytes } from 'node:crypto';
import { TOKEN_2022_PROGRAM_ID } from '@solana/spl-token';
import { Connection, PublicKey, SystemProgram } from '@solana/web3.js';
import { createTree } from '../../apps/minter/src/chains/bubblegum/provision-trees.js';
import { MemoryChain, type MemoryFault } from '../../apps/minter/src/chains/memory.js';
import { freshMintKeys, Signer } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { Rpc } from '../../apps/minter/src/chains/token-2022/rpc/rpc.js';
import { Token2022Chain } from '../../apps/minter/src/chains/token-2022/token-2022-chain.js';
import { startLocalSolana } from '../../dev/solana/local-solana.js';
import type { Program } from '../../dev/solana/programs.js';
import type { Wallet } from '../../libs/shared/src/kernel/ids.js';
import { type ChainBench, chainSuite, type SendFault } from './chain-suite.js';
import { mintPlan } from './mint-plans.js';
import { SMALL_TREE, withPrograms } from './programs.js';

const MEMORY_NAMES: Readonly<Record<SendFault, MemoryFault>> = {
  drop: 'drop',
  'land-then-time-out': 'landThenTimeOut',
  'error-then-land': 'errorThenLand',
  'land-failed': 'landFailed',
};

for (const compressed of [false, true])
  chainSuite(compressed ? 'compressed tickets in memory' : 'memory', async (): Promise<ChainBench> => {
    const chain = new MemoryChain({ lifeBlocks: 150, finalAfterSlots: 3 });
    return {
      chain,
      lifeBlocks: 150,
      finalAfterSlots: 3,
      ...(compressed && { compressed }),
      newWallet: () => randomBytes(20).toString('hex') as Wallet,
      advance: async (slots) => chain.advance(slots),
      strikeNext: async (fault) => chain.strikeNext(MEMORY_NAMES[fault]),
      prefund: async () => undefined, // an address of this chain holds an asset or nothing
      occupy: async (plan) => chain.occupy(plan.asset),
      stop: async () => undefined,
    };
  });

/** A call whose answer never comes is waited for this long. */
const PATIENCE_MS = 3_000;
const LAMPORTS = 1_000_000_000;

chainSuite('Token-2022 on the local Solana', () => onLocalSolana());
withPrograms('compressed tickets', (programs) => chainSuite('compressed tickets on the local Solana', () => onLocalSolana(programs)));

/** With programs, its tickets are compressed. */
async function onLocalSolana(programs?: readonly Program[]): Promise<ChainBench> {
  const solana = await startLocalSolana({ port: 0, slotMs: 'manual', finalizedAfterSlots: 3, ...(programs && { programs }) });
  const connection = new Connection(solana.url, 'processed');
  const keys = freshMintKeys();
  const options = { url: solana.url, timeoutMs: PATIENCE_MS, priority: { floor: 100 }, freshMs: 0, airdrop: true };
  const chain = new Token2022Chain(keys, options);
  const newWallet = () => Signer.generate().signer.address as Wallet;
  await chain.replenish();
  await connection.requestAirdrop(keys.authority.publicKey, LAMPORTS);
  solana.control.advance(5);
  const pause = async () => solana.control.advance(1);
  if (programs !== undefined) await createTree({ rpc: new Rpc(solana.url, PATIENCE_MS), keys, microLamports: 0, pause }, SMALL_TREE);
  return {
    chain,
    lifeBlocks: 150,
    finalAfterSlots: 3,
    ...(programs && { compressed: true }),
    newWallet,
    advance: async (slots) => solana.control.advance(slots),
    strikeNext: async (fault) => solana.control.setFault(fault, { next: 1 }),
    prefund: async (asset) => {
      await connection.requestAirdrop(new PublicKey(asset), LAMPORTS / 100);
      solana.control.advance(1);
    },
    occupy: async (plan) => {
      const other = await mintPlan(chain, plan.ticket, newWallet(), { name: 'Not this one' }, programs !== undefined);
      await chain.submit({ ticket: plan.ticket, attempt: 1, ...(await chain.prepare(other, 1)) }, true);
      const owner = programs === undefined ? TOKEN_2022_PROGRAM_ID : SystemProgram.programId;
      expect((await connection.getAccountInfo(new PublicKey(plan.asset)))?.owner).toEqual(owner);
      solana.control.advance(1);
    },
    stop: () => solana.stop(),
  };
}
