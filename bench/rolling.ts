import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { Signer } from '../apps/minter/src/chains/token-2022/mint-keys.js';
import { temporaryFolder } from '../dev/processes/temporary.js';
import { waitFor } from '../dev/processes/wait.js';
import { type Bench, timesOf } from './bench.js';
import type { Sample } from './measure/load.js';
import { figuresOf } from './measure/rounds.js';
import { randomOf } from './measure/statistics.js';
import type { Result, Run } from './report/result.js';
import { shown } from './report/table.js';
import { Fleet } from './stage/fleet.js';
import { checkpointOf, LEDGER_DURABILITY } from './stage/ledger-process.js';
import { decided, SeatOrders } from './stage/seat-orders.js';
import { admitOverNats, OUR_DURABILITY, type Seller } from './stage/seller.js';
import { type Answer, ask, expectStatus, onStage, type SellingStage } from './stage/selling-stage.js';

/** Together they are in every bucket set of COMMANDS. */
const SALES = 64;
const IN_FLIGHT = 64;
const SHARE_OF_MOST = 0.5;
/** One ticket is sold and minted at this interval, beside the load. */
const MINT_EACH_MS = 500;
const CATCH_UP_MS = 300_000;
const MINTED = 'rolling-minted';
const ROLLED = 'purchase processes restarted';
const MINT_UNITS = 10_000;

/** First answers that decide nothing, which a caller must repeat: by status. */
type Undecided = Map<string, number>;

interface Phase {
  readonly label: string;
  readonly samples: readonly Sample[];
  readonly undecided: Readonly<Record<string, number>>;
}

/** Two processes of every app. Each is stopped by SIGTERM and restarted, one after the other, while orders arrive; then one is killed. */
export const rolling: Bench = {
  name: 'rolling',
  what: 'every app restarted one by one under half the load that two purchase processes take; one killed',
  minutes: 4,
  run: (run) => {
    const folder = temporaryFolder('bench-rolling-apps');
    return onStage('bench-rolling', (stage) => Fleet.during(stage, folder.path, (fleet) => measure(stage, fleet, run)), {
      purchases: 0,
    }).finally(() => folder.remove());
  },
};

async function measure(stage: SellingStage, fleet: Fleet, run: Run): Promise<Result> {
  const undecided: Undecided = new Map();
  const orders = new SeatOrders(watched(admitOverNats(stage), undecided), SALES);
  const most = await orders.sell({ ...timesOf(run), inFlight: IN_FLIGHT });
  const perSecond = most.perSecond * SHARE_OF_MOST;
  run.say(`closed loop: ${most.perSecond.toFixed(0)}/s; from here on ${perSecond.toFixed(0)}/s arrive`);
  const load = { ...timesOf(run), perSecond, random: randomOf(run.seed) };
  const minting = await Minting.start(stage);
  const phase = async (label: string, act: () => Promise<void>): Promise<Phase> => {
    undecided.clear();
    const samples = await during(act, () => orders.sellAtRate(load));
    const { count, max } = {
      count: samples.reduce((sum, each) => sum + each.count, 0),
      max: Math.max(...samples.map(({ maxMs }) => maxMs)),
    };
    run.say(`${label}: ${count} orders, longest ${max.toFixed(0)} ms, undecided ${JSON.stringify(Object.fromEntries(undecided))}`);
    return { label, samples, undecided: Object.fromEntries(undecided) };
  };
  const phases = [
    await phase('nothing restarted', async () => undefined),
    await phase(ROLLED, () => fleet.roll('purchase')),
    await phase('minters restarted', () => fleet.roll('minter')),
    await phase('ledgers restarted', () => fleet.roll('ledger')),
    await phase('a purchase process killed', () => fleet.killPurchase()),
  ];
  const tickets = await minting.end();
  const { checkpoint, minted, duplicates } = await settled(stage, fleet, tickets);
  run.say(`${tickets} tickets sold to be minted: ${minted} minted, ${duplicates} twice; the ledger is at ${checkpoint}`);
  return report(phases, { tickets, minted, duplicates, perSecond });
}

/** Counts first answers without a decision; a request without an answer counts too, and is repeated. */
function watched(seller: Seller, undecided: Undecided): Seller {
  const count = (what: string): void => void undecided.set(what, (undecided.get(what) ?? 0) + 1);
  return {
    ...seller,
    place: async (sale, order): Promise<Answer> => {
      const answer = await seller
        .place(sale, order)
        .catch((error: Error): Answer => ({ status: 503, text: error.message, replayed: false }));
      if (![201, 409].includes(answer.status)) count(`${answer.status} ${answer.text.slice(0, 60)}`);
      return answer;
    },
  };
}

/** Repeats a measurement during the action, and once at least. */
async function during(act: () => Promise<void>, sample: () => Promise<Sample>): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  let isDone = false;
  const acting = act().finally(() => {
    isDone = true;
  });
  do samples.push(await sample());
  while (!isDone);
  await acting;
  return samples;
}

/** Orders of one ticket each that the minters mint. */
class Minting {
  private isEnded = false;
  private readonly placing: Promise<number>;

  private constructor(private readonly stage: SellingStage) {
    this.placing = this.place();
  }

  static async start(stage: SellingStage): Promise<Minting> {
    const price = { amount: '5000', currency: 'EUR' };
    const terms = { sale: MINTED, name: 'Bench', units: { quota: MINT_UNITS }, price, payment: 'none', mint: 'on-confirm' };
    expectStatus(201, await decided(() => ask(stage.demo, 'sale.open', terms, `open-${MINTED}`)));
    return new Minting(stage);
  }

  /** @returns the number of tickets sold */
  end(): Promise<number> {
    this.isEnded = true;
    return this.placing;
  }

  private async place(): Promise<number> {
    const wallet = Signer.generate().signer.address;
    let sold = 0;
    for (; !this.isEnded; sold += 1) {
      const key = randomUUID();
      const order = { sale: MINTED, buyer: key, quantity: 1, wallet };
      const noAnswer = (error: Error): Answer => ({ status: 503, text: error.message, replayed: false });
      expectStatus(201, await decided(() => ask(this.stage.demo, 'order.place', order, key).catch(noAnswer)));
      await pause(MINT_EACH_MS);
    }
    return sold;
  }
}

/** Waits until everything sold is minted and in the ledger. */
async function settled({ admin }: SellingStage, fleet: Fleet, tickets: number) {
  await waitFor(async () => (await fleet.minted(MINTED)).length >= tickets, {
    what: `${tickets} tickets are minted`,
    timeoutMs: CATCH_UP_MS,
  });
  const { last_seq: last } = (await (await jetstreamManager(admin)).streams.info('EVENTS')).state;
  await waitFor(async () => (await checkpointOf(fleet.postgres)) >= last, {
    what: `the ledger has sequence ${last}`,
    timeoutMs: CATCH_UP_MS,
  });
  const minted = await fleet.minted(MINTED);
  return { checkpoint: await checkpointOf(fleet.postgres), minted: new Set(minted).size, duplicates: await fleet.duplicates(minted) };
}

interface Totals {
  readonly tickets: number;
  readonly minted: number;
  readonly duplicates: number;
  readonly perSecond: number;
}

function report(phases: readonly Phase[], { tickets, minted, duplicates, perSecond }: Totals): Result {
  const asked = phases.map(({ label, undecided }) => ({ label, again: Object.values(undecided).reduce((all, one) => all + one, 0) }));
  const drained = asked.find(({ label }) => label === ROLLED)?.again ?? 0;
  return {
    title: `Two processes of each app, ${perSecond.toFixed(0)} orders/s: half of what they take`,
    rows: phases.map(({ label, samples }) => ({
      label,
      durability: `${OUR_DURABILITY}; ${LEDGER_DURABILITY}`,
      figures: figuresOf(samples),
    })),
    targets: [
      {
        what: 'no order lost or sold twice',
        reached: true,
        measured: 'every answered order is sold once; every key gets its answer again',
      },
      {
        what: 'each ticket minted once',
        reached: minted === tickets && duplicates === 0,
        measured: `${shown(minted)} of ${shown(tickets)}, ${duplicates} twice`,
      },
      { what: 'no caller has to ask again while purchase processes are restarted', reached: drained === 0, measured: `${drained} did` },
    ],
    plots: [],
    notes: [`Requests that callers sent again: ${asked.map(({ label, again }) => `${label}: ${again}`).join(', ')}.`],
  };
}
