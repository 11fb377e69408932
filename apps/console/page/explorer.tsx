import { CLUSTERS } from './assets.js';
import { Id } from './parts.js';

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
