import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Fault } from '#shared/kernel/fault.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { printError } from '#shared/platform/process/print-error.js';
import { createTree } from './chains/bubblegum/provision-trees.js';
import type { TreeSize } from './chains/bubblegum/tree-account.js';
import { TreeKeys } from './chains/bubblegum/tree-keys.js';
import { hasRoom, type TreeInUse, treesOf } from './chains/bubblegum/trees.js';
import { remoteKeys } from './chains/signers/remote-keys.js';
import { loadMintKeys, type MintKeys } from './chains/token-2022/mint-keys.js';
import { Rpc } from './chains/token-2022/rpc/rpc.js';
import { Token2022Chain } from './chains/token-2022/token-2022-chain.js';

/**
 * `node dist/apps/minter/src/mint-trees.js create|ls [--depth n --buffer n --canopy n] [--json]`: the trees of compressed tickets. `admit mint
 * tree` starts it with the minter's keys and an RPC. Exit codes: 0 done, 2 could not.
 */

const PAUSE_MS = 500;

const count = (name: string, said: string): number => {
  const value = Number(said);
  if (!Number.isInteger(value) || value < 0) throw new Fault('configuration', { problems: [`--${name} must be a whole number`] });
  return value;
};

const lineOf = (tree: TreeInUse): string =>
  `${String(tree.number).padStart(4)}  ${tree.tree.toBase58()}  ${tree.minted} of ${tree.capacity}${hasRoom(tree) ? '' : '  full'}\n`;

/** Development chains only, where lamports are free. */
async function replenish(keys: MintKeys): Promise<void> {
  const { SOLANA_RPC_URL: url, MINT_RPC_TIMEOUT_MS: timeoutMs } = readEnvironment();
  await new Token2022Chain(keys, { url, timeoutMs, priority: { floor: 0 }, freshMs: 0, airdrop: true }).replenish();
}

async function listed(trees: AsyncIterable<TreeInUse>): Promise<readonly TreeInUse[]> {
  const all: TreeInUse[] = [];
  for await (const tree of trees) all.push(tree);
  return all;
}

try {
  process.exitCode = EXIT.failed; // default, unless it succeeds
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      depth: { type: 'string', default: '20' },
      buffer: { type: 'string', default: '256' },
      canopy: { type: 'string', default: '10' },
      'if-missing': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const environment = readEnvironment();
  const { SOLANA_RPC_URL, MINT_KEYS_DIR, MINT_AIRDROP, MINT_RPC_TIMEOUT_MS, MINT_PRIORITY_MICROLAMPORTS: microLamports } = environment;
  const rpc = new Rpc(SOLANA_RPC_URL.split(',')[0] ?? SOLANA_RPC_URL, MINT_RPC_TIMEOUT_MS);
  const keys = await loadMintKeys(MINT_KEYS_DIR, 'require', remoteKeys(environment));
  const own = new TreeKeys(keys.base);
  const known = await listed(treesOf(rpc, own));
  if (positionals[0] === 'create' && !(values['if-missing'] && known.length > 0)) {
    const size: TreeSize = {
      depth: count('depth', values.depth),
      buffer: count('buffer', values.buffer),
      canopy: count('canopy', values.canopy),
    };
    if (MINT_AIRDROP === 'local') await replenish(keys);
    await createTree({ rpc, keys, microLamports, pause: () => pause(PAUSE_MS) }, size);
  }
  const trees = await listed(treesOf(rpc, own));
  const shown = trees.map(({ tree, ...use }) => ({ ...use, tree: tree.toBase58() }));
  process.stdout.write(values.json ? `${JSON.stringify(shown)}\n` : trees.map(lineOf).join('') || 'no tree\n');
  process.exitCode = EXIT.ok;
} catch (thrown) {
  printError(thrown);
}
