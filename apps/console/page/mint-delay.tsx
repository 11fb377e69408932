import type { AppReport } from './health.js';
import { Note, useLoaded } from './parts.js';
import type { Api } from './session.js';

/** Finality takes 13 s on Solana; minted tickets are later than this only if something is wrong. */
export const LATE_MS = 60_000;
const REFRESH_MS = 5_000;

/** Says why mints wait: from the minter's own checks for an operator, who alone may read them. */
export function MintDelay({ api, what }: { readonly api: Api; readonly what: string }) {
  const health = useLoaded(
    async () => (api.isOperator ? (await api.operator<{ apps: readonly AppReport[] }>('GET', '/health')).apps : []),
    [api],
    REFRESH_MS,
  );
  return (
    <Note kind="bad">
      {what} for more than a minute. Solana needs 13 s.{' '}
      {api.isOperator ? <Cause apps={health.value} /> : 'The operator of this service sees why here.'}
    </Note>
  );
}

function Cause({ apps }: { readonly apps: readonly AppReport[] | undefined }) {
  const minter = apps?.find(({ app }) => app === 'minter');
  if (minter === undefined) return <a href="#/health">Health has the state of the minter.</a>;
  const { report } = minter;
  const failing = Object.entries(report?.checks ?? {}).filter(([, says]) => says !== 'ok');
  if (report === undefined)
    return (
      <>
        <strong>The minter does not respond.</strong> Start it again: it goes on by itself, and mints nothing twice.
      </>
    );
  if (failing.length > 0)
    return (
      <>
        <strong>The minter is {report.status}.</strong> {failing.map(([name, says]) => `${name}: ${says}`).join('; ')}.
      </>
    );
  return (
    <>
      The minter is ready. <a href="#/dead-letters">Look for a dead letter of this ticket.</a>
    </>
  );
}
