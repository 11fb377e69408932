import type { Environment } from '#shared/platform/process/environment.js';
import type { Lack } from '#shared/platform/topology/server-lacks.js';
import { type Finding, reasonOf, shownUrl } from './finding.js';

const ANSWER_MS = 5_000;
const TOKEN_2022 = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb';

/** Checks each RPC endpoint: that it responds, and that all serve the expected chain. */
export async function checkSolana({ SOLANA_RPC_URL, SOLANA_GENESIS_HASH }: Environment): Promise<Finding[]> {
  const urls = SOLANA_RPC_URL.split(',');
  const asked = await Promise.all(urls.map(ask));
  const wanted = SOLANA_GENESIS_HASH || asked.find((one) => one.genesis !== undefined)?.genesis;
  return asked.map(({ url, genesis, lacks }) => ({
    part: 'Solana' as const,
    of: shownUrl(url),
    lacks: genesis === undefined || genesis === wanted ? lacks : [...lacks, otherChain(genesis, wanted ?? '')],
  }));
}

const otherChain = (found: string, wanted: string): Lack => ({
  what: `its chain has the genesis hash ${found}, and ${wanted} is needed`,
  cure: 'remove it from SOLANA_RPC_URL, or correct SOLANA_GENESIS_HASH',
});

interface Asked {
  readonly url: string;
  readonly genesis?: string;
  readonly lacks: readonly Lack[];
}

async function ask(url: string): Promise<Asked> {
  try {
    const genesis = await call<string>(url, 'getGenesisHash', []);
    const program = await call<{ value: { executable: boolean } | null }>(url, 'getAccountInfo', [
      TOKEN_2022,
      { encoding: 'base64', commitment: 'finalized' },
    ]);
    if (program.value?.executable === true) return { url, genesis, lacks: [] };
    return {
      url,
      genesis,
      lacks: [
        {
          what: 'its chain has no Token-2022 program',
          cure: 'use a chain that has it: mainnet, devnet, or a local validator with the program',
        },
      ],
    };
  } catch (thrown) {
    return {
      url,
      lacks: [
        {
          what: `no Solana RPC node responds (${reasonOf(thrown)})`,
          cure: 'start it, or correct SOLANA_RPC_URL; a provider may want its key in the URL',
        },
      ],
    };
  }
}

async function call<T>(url: string, method: string, params: readonly unknown[]): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  if (!response.ok) throw new Error(`HTTP status ${response.status}`);
  const { result, error } = (await response.json()) as { readonly result?: T; readonly error?: { readonly message: string } };
  if (result === undefined) throw new Error(error?.message ?? `${method} has no result`);
  return result;
}
