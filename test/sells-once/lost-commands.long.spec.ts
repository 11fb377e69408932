import { jetstreamManager } from '@nats-io/jetstream';
import { Keypair } from '@solana/web3.js';
import type { Recorded } from '#shared/domain/recorded.js';
import { NO_HEAD } from '#shared/event-store/commit.js';
import { mintSubject, saleSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { deciderSets } from '#shared/platform/topology/consumers.js';
import { compareCommands } from '../../apps/purchase/src/deciding/command-consumers.js';
import { waitFor } from '../../dev/processes/wait.js';
import { recordedIn } from '../harness/recorded.js';
import { commandsSettled } from '../stages/crash-stage.js';
import { becomesPending, heldDeciders } from '../stages/held-deciders.js';
import { SeenCommands } from '../stages/seen-commands.js';
import { Shop } from '../stages/shop.js';

const WAIT_MS = 60_000;
/** Long enough that the deciders are held before the wake-up comes. */
const HOLD_SECONDS = 12;
/** Far ahead of the end of COMMANDS, as a consumer whose stream has lost its end. */
const AHEAD = 1_000_000;

const shop = Shop.forTests('lost-commands', { level: 'silent' });
let seen: SeenCommands;
beforeAll(async () => {
  seen = await SeenCommands.on(shop.log);
});

const isAsked = (operation: string, sale: string): boolean =>
  seen.all.some(
    (message) => message.subject.startsWith(`cmd.demo.${sale}.`) && message.json<{ operation: string }>().operation === operation,
  );
const pending = async (): Promise<number> => (await (await jetstreamManager(shop.log.admin)).streams.info('COMMANDS')).state.messages;
const recorded = async (sale: string, type: string): Promise<number> =>
  (await recordedIn(shop.log, saleSubject('demo', sale))).filter((event) => event.type === type).length;

/** Loses the first command of a reactor, as a crash of the broker may, and decides the next ones. */
async function loseFirst(operation: string, sale: string, cause: () => Promise<unknown>): Promise<void> {
  const release = await heldDeciders(shop.log);
  await cause();
  await waitFor(async () => isAsked(operation, sale) && (await pending()) > 0, { what: `${operation} is stored`, timeoutMs: WAIT_MS });
  await (await jetstreamManager(shop.log.admin)).streams.purge('COMMANDS');
  await release();
}

it('[L6] a hold expires although COMMANDS lost the command that ends it: its wake-up comes again', async () => {
  await shop.demo.open('hold', { quota: 1 }, { payment: 'webhook', holdSeconds: HOLD_SECONDS });
  expect((await shop.demo.place('hold', { quantity: 1 })).status).toBe(201);
  await loseFirst('sale.sweep', 'hold', async () => undefined);
  await waitFor(async () => (await recorded('hold', 'OrderExpired')) === 1, { what: 'the hold has expired', timeoutMs: WAIT_MS });
});

it('[L6] a failed mint is known to its sale although COMMANDS lost the command that reports it', async () => {
  await shop.demo.open('mint', { quota: 1 }, { mint: 'on-confirm' });
  const wallet = Keypair.generate().publicKey.toBase58();
  const { body } = await shop.demo.place('mint', { quantity: 1, wallet });
  const [{ ticket }] = body.tickets as [{ ticket: string }];
  const failed = { type: 'MintFailed', at: Date.now(), data: { ticket, request: 1, reason: 'wallet-invalid' } } as unknown as Recorded;
  const store = await JetStreamEventStore.on(shop.log.admin);
  await loseFirst('ticket.mint-failed', 'mint', () => store.append(mintSubject('demo', 'mint'), NO_HEAD, [failed]));
  await waitFor(async () => (await recorded('mint', 'MintFailureNoted')) === 1, { what: 'the sale knows it', timeoutMs: WAIT_MS });
});

it('[L6] a wake-up that was decided is acknowledged, once', async () => {
  await shop.demo.open('kept', { quota: 1 }, { payment: 'webhook', holdSeconds: 1 });
  expect((await shop.demo.place('kept', { quantity: 1 })).status).toBe(201);
  await waitFor(async () => (await recorded('kept', 'OrderExpired')) === 1, { what: 'the hold has expired', timeoutMs: WAIT_MS });
  const { consumers } = await jetstreamManager(shop.log.admin);
  const isDone = async (): Promise<boolean> => {
    const { num_pending, num_ack_pending } = await consumers.info('TIMERS', 'sweeps');
    return num_pending + num_ack_pending === 0;
  };
  await waitFor(isDone, { what: 'every wake-up is acknowledged', timeoutMs: WAIT_MS });
  expect(await recorded('kept', 'OrderExpired')).toBe(1);
});

describe('a consumer of COMMANDS that is ahead of it', () => {
  const consumers = async () => (await jetstreamManager(shop.log.admin)).consumers;
  const moveAhead = async (): Promise<void> => {
    for (const set of deciderSets()) await (await consumers()).reset('COMMANDS', set, AHEAD);
  };

  it('[L6] is reset when the app starts: undecided commands are decided', async () => {
    await shop.demo.open('ahead', { quota: 10 });
    const release = await heldDeciders(shop.log);
    const asked = shop.demo.place('ahead', { quantity: 1 }, 'ahead-1');
    await becomesPending(shop.log, 'ahead-1');
    await asked; // 202: it gets no decision
    await shop.stopApp();
    await release();
    await moveAhead();
    await shop.startApp();
    await commandsSettled(shop.log);
    await waitFor(async () => (await pending()) === 0, { what: 'COMMANDS holds nothing', timeoutMs: WAIT_MS });
    expect(await shop.demo.askUntilSettled('order.place', { sale: 'ahead', buyer: 'b-1', quantity: 1 }, 'ahead-1')).toMatchObject({
      status: 201,
      replayed: true,
    });
  });

  it('[L6] is not supposed where commands are decided while the stream is compared', async () => {
    await shop.demo.open('busy', { quota: 10 });
    const release = await heldDeciders(shop.log);
    const keys = ['busy-1', 'busy-2', 'busy-3'];
    const asked = keys.map((key) => shop.demo.askUntilSettled('order.place', { sale: 'busy', buyer: key, quantity: 1 }, key));
    for (const key of keys) await becomesPending(shop.log, key);
    const jsm = await jetstreamManager(shop.log.admin);
    const { info } = jsm.consumers;
    jsm.consumers.info = async (stream, name) => {
      await release();
      await waitFor(async () => (await pending()) === 0, { what: 'every command is decided', timeoutMs: WAIT_MS });
      return info.call(jsm.consumers, stream, name);
    };
    expect(await compareCommands(jsm)).toMatchObject({ stranded: 0, ahead: [] });
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([201, 201, 201]);
  });

  it('[L6] is reset when the app reconnects to the broker: undecided commands are decided', async () => {
    const release = await heldDeciders(shop.log);
    const asked = shop.demo.askUntilSettled('order.place', { sale: 'ahead', buyer: 'b-1', quantity: 1 }, 'ahead-2');
    await becomesPending(shop.log, 'ahead-2');
    await moveAhead();
    await shop.log.server.kill9();
    await shop.log.server.restart();
    await waitFor(async () => (await shop.log.admin.rtt()) >= 0, { what: 'the broker is back', timeoutMs: WAIT_MS });
    await release();
    expect(await asked).toMatchObject({ status: 201 });
    await waitFor(async () => (await pending()) === 0, { what: 'COMMANDS holds nothing', timeoutMs: WAIT_MS });
    const isReady = async (): Promise<boolean> => (await shop.app.inject({ method: 'GET', url: '/health/ready' })).statusCode === 200;
    await waitFor(isReady, { what: 'the app is ready', timeoutMs: WAIT_MS });
  });
});
