import { type NatsConnection, TimeoutError } from '@nats-io/transport-node';
import { mintSubject } from '#shared/event-store/event-store.js';
import { RecentCommits } from '#shared/platform/messaging/recent-commits.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { startMinter } from '../../apps/minter/src/start.js';
import { waitFor } from '../../dev/processes/wait.js';
import { healthUrlOf } from '../harness/scrape.js';
import { MinterStage, mintCommand } from '../stages/minter-stage.js';

/** The attempts of a minute are counted from the log: a restart does not forget them. */

const PATIENCE_MS = 60_000;
const SALE = 'capped';
const TICKETS = 5;
const CAP = 3;
const stage = MinterStage.forTests('minter-caps');
const running: Awaited<ReturnType<typeof startMinter>>[] = [];
const end = async (): Promise<void> => {
  for (const app of running.splice(0)) await app.close();
};
afterEach(end);

async function start(caps: Record<string, string>) {
  const app = await startMinter(readEnvironment({ ...stage.environment, ...caps }), createLogger('minter', 'silent'));
  running.push(app);
  const spending = async (): Promise<string | undefined> => {
    const answer = await fetch(`${healthUrlOf(app)}/health/ready`);
    return ((await answer.json()) as { readonly checks: Record<string, string> }).checks.spending;
  };
  const untilCapped = () =>
    waitFor(async () => /mints wait/.test((await spending()) ?? ''), { what: 'a mint was held back', timeoutMs: PATIENCE_MS });
  return { untilCapped };
}

const signed = async (): Promise<number> => (await stage.ofType(SALE, 'MintSubmitted')).length;

it.each([
  'MINT_CAP_PER_MINUTE',
  'MINT_CAP_TENANT_PER_MINUTE',
])('waits while %s is reached, also after a restart, and fails nothing', async (name) => {
  const before = await signed();
  for (let index = 0; index < TICKETS; index += 1) await stage.ask(mintCommand(SALE, `${name}-${index}`));
  const cap = { [name]: `${before + CAP}` };
  const first = await start(cap);
  await waitFor(async () => (await signed()) === before + CAP, { what: 'as many are signed as may be', timeoutMs: PATIENCE_MS });
  await first.untilCapped();
  await end();

  const second = await start(cap); // it has signed nothing itself
  await second.untilCapped();
  expect(await signed()).toBe(before + CAP);
  await end();

  await start({});
  await stage.untilDone();
  await end();
  expect(await signed()).toBe(before + TICKETS);
  expect(await stage.ofType(SALE, 'MintFailed')).toEqual([]);
});

/** A connection whose first requests time out, as while the log elects a leader. */
function unanswered(connection: NatsConnection, requests: number): NatsConnection {
  let left = requests;
  const request = (...given: Parameters<NatsConnection['request']>) =>
    left-- > 0 ? Promise.reject(new TimeoutError()) : connection.request(...given);
  const get = (_: NatsConnection, name: keyof NatsConnection): unknown => {
    const member = connection[name];
    if (name === 'request') return request;
    return typeof member === 'function' ? member.bind(connection) : member;
  };
  return new Proxy(connection, { get } as ProxyHandler<NatsConnection>);
}

it('reads the attempts of others again while the log has no leader, and starts only when all are read', async () => {
  const troubles: unknown[] = [];
  let read = 0;
  const options = {
    filter: mintSubject('*', SALE),
    sinceMs: 60_000,
    onCommit: () => {
      read += 1;
    },
    onTrouble: (thrown: unknown) => troubles.push(thrown),
  };
  const recent = await RecentCommits.follow(unanswered(stage.admin, 2), { ...options, startWithinMs: PATIENCE_MS });
  await recent.stop();
  expect(troubles).toHaveLength(2);
  expect(read).toBeGreaterThan(0);
  await expect(RecentCommits.follow(unanswered(stage.admin, 1), { ...options, startWithinMs: 0 })).rejects.toMatchObject({
    code: 'log-unreachable',
  });
});
