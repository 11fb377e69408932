import { type Bench, timesOf } from './bench.js';
import { figuresOf, inTurns, rateRatio, ratesOf } from './measure/rounds.js';
import { spreadOf } from './measure/statistics.js';
import type { Result, Run } from './report/result.js';
import { SeatOrders } from './stage/seat-orders.js';
import { admitOverNats, OUR_DURABILITY } from './stage/seller.js';
import { onStages, type SellingStage } from './stage/selling-stage.js';

const IN_FLIGHT = [64, 256] as const;
const LABELS = { one: 'one server', three: 'three servers, three copies' } as const;

/** One server beside three servers with a copy of every stream each, all on this machine. */
export const cluster: Bench = {
  name: 'cluster',
  what: 'one NATS server beside three with three copies, all on this machine',
  minutes: 3,
  run: (run) =>
    onStages([{ name: 'bench-one' }, { name: 'bench-three', copies: 3 }], ([one, three]) =>
      measure(one as SellingStage, three as SellingStage, run),
    ),
};

async function measure(one: SellingStage, three: SellingStage, run: Run): Promise<Result> {
  const sellers = { one: new SeatOrders(admitOverNats(one)), three: new SeatOrders(admitOverNats(three)) };
  const rows: Result['rows'][number][] = [];
  const groups: { readonly label: string; readonly values: ReturnType<typeof spreadOf>[] }[] = [];
  for (const inFlight of run.quick ? [64] : IN_FLIGHT) {
    const load = { ...timesOf(run), inFlight };
    const rounds = await inTurns(run.pairs, { one: () => sellers.one.sell(load), three: () => sellers.three.sell(load) }, (line) =>
      run.say(`${inFlight} in flight, ${line}`),
    );
    for (const name of ['one', 'three'] as const) {
      rows.push({
        label: `${inFlight} in flight: ${LABELS[name]}`,
        durability: name === 'one' ? OUR_DURABILITY : `${OUR_DURABILITY}, on two of three servers`,
        figures: { ...figuresOf(rounds[name]), ...(name === 'three' && { ratioToOne: rateRatio(rounds.three, rounds.one) }) },
      });
    }
    groups.push({ label: `${inFlight} in flight`, values: [spreadOf(ratesOf(rounds.one)), spreadOf(ratesOf(rounds.three))] });
  }
  return {
    title: 'Orders of two named seats on one server and on three; all on this machine',
    rows,
    targets: [],
    plots: [
      {
        kind: 'bars',
        title: 'One copy of the log, and three copies on one machine',
        unit: '/s',
        series: [LABELS.one, LABELS.three],
        groups,
      },
    ],
  };
}
