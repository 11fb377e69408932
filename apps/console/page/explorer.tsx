import { Id } from './parts.js';

/** Chains that a public explorer shows, by their genesis hash. */
const CLUSTERS: Readonly<Record<string, string>> = {
  '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d': '',
  EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG: '?cluster=devnet',
  '4uhcVJyU9pJkvQyS88uRDiswHScCQMBL9cNMkYWk2rrf': '?cluster=testnet',
};

/** An account or a transaction of the chain: a link where a public explorer has the chain, else an id to copy. */
export function OnChain({
  of,
  kind,
  chain,
  kept,
}: {
  readonly of: string;
  readonly kind: 'address' | 'tx';
  readonly chain: string;
  readonly kept?: number;
}) {
  const cluster = CLUSTERS[chain];
  if (cluster === undefined) return <Id of={of} kept={kept} />;
  return (
    <a href={`https://explorer.solana.com/${kind}/${of}${cluster}`} target="_blank" rel="noreferrer">
      {`${of.slice(0, kept ?? 8)}…`}
    </a>
  );
}
