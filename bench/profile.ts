import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../dev/processes/ports.js';
import { homeFolder, projectFolder } from '../dev/processes/project.js';
import { temporaryFolder } from '../dev/processes/temporary.js';
import type { Bench } from './bench.js';
import type { Sample } from './measure/load.js';
import { figuresOf } from './measure/rounds.js';
import { spreadOf } from './measure/statistics.js';
import { flameSvg } from './profile/flame.js';
import { stacksOfGo } from './profile/go-profile.js';
import { type NodeProfile, stacksOfNode } from './profile/node-profile.js';
import { partOfPurchase, partOfServer } from './profile/parts.js';
import { type PartOf, type Stack, sharesOf } from './profile/stacks.js';
import type { BarPlot, Result, Row, Run } from './report/result.js';
import { SeatOrders } from './stage/seat-orders.js';
import { admitOverHttp, admitOverNats, OUR_DURABILITY } from './stage/seller.js';
import { onStage } from './stage/selling-stage.js';

const WARM_UP_MS = 3_000;
const MS_PER_SECOND = 1_000;
const MICROS_PER_SECOND = 1_000_000;
const NANOS_PER_MICRO = 1_000n;
/** Twice as often as Node does by default: a part of one percent then has some hundred samples. */
const SAMPLE_MICROS = 500;
/** A part with a smaller share is in the table, not in the plot. */
const PLOTTED_SHARE = 0.03;

type Transport = 'NATS' | 'HTTP';
const LEVELS = [
  { transport: 'NATS', inFlight: 64 },
  { transport: 'NATS', inFlight: 256 },
  { transport: 'HTTP', inFlight: 64 },
] as const;
type LevelOf = { readonly transport: Transport; readonly inFlight: number };

interface Profiled extends LevelOf {
  readonly sample: Sample;
  readonly purchase: readonly Stack[];
  readonly server: readonly Stack[];
}

/** Purchase under `node --cpu-prof`, nats-server under its own profiler, while orders of two named seats are sold. */
export const profile: Bench = {
  name: 'profile',
  what: 'where the processor time of an order goes, by part of purchase and nats-server; flame graphs into docs/performance',
  minutes: 2,
  run: measure,
};

async function measure(run: Run): Promise<Result> {
  const levels: Profiled[] = [];
  for (const level of run.quick ? LEVELS.slice(0, 1) : LEVELS) {
    run.say(`${nameOf(level)}: sampling`);
    levels.push(await profiled(level, run));
  }
  drawFlames(levels, run.quick ? join(homeFolder(), 'bench') : join(projectFolder(), 'docs', 'performance'));
  return report(levels);
}

async function profiled(level: LevelOf, run: Run): Promise<Profiled> {
  const folder = temporaryFolder('bench-profile');
  const profilePort = await freePort();
  const nodeArguments = ['--cpu-prof', `--cpu-prof-dir=${folder.path}`, `--cpu-prof-interval=${SAMPLE_MICROS}`];
  try {
    let window: readonly [number, number] = [0, 0];
    const { sample, server } = await onStage(
      'bench-profiled',
      async (stage) => {
        const orders = new SeatOrders(level.transport === 'HTTP' ? admitOverHttp(stage) : admitOverNats(stage));
        await orders.sell({ inFlight: level.inFlight, durationMs: WARM_UP_MS, warmUpMs: 0 });
        const from = monotonicMicros();
        const [measured, bytes] = await Promise.all([
          orders.sell({ inFlight: level.inFlight, durationMs: run.seconds * MS_PER_SECOND, warmUpMs: 0 }),
          serverProfile(profilePort, run.seconds),
        ]);
        window = [from, from + run.seconds * MICROS_PER_SECOND];
        return { sample: measured, server: stacksOfGo(bytes) };
      },
      { nodeArguments, profilePort },
    );
    return { ...level, sample, server, purchase: nodeStacks(folder.path, window) };
  } finally {
    folder.remove();
  }
}

async function serverProfile(port: number, seconds: number): Promise<Uint8Array> {
  const response = await fetch(`http://127.0.0.1:${port}/debug/pprof/profile?seconds=${seconds}`);
  if (!response.ok) throw new Error(`nats-server refused its profile with ${response.status}: ${await response.text()}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The clock of the samples: Node takes their times from the same clock in every process. */
const monotonicMicros = (): number => Number(process.hrtime.bigint() / NANOS_PER_MICRO);

/** Node writes a file for each thread of the process. */
function nodeStacks(folder: string, [from, to]: readonly [number, number]): Stack[] {
  const stacks = readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .flatMap((name) => stacksOfNode(JSON.parse(readFileSync(join(folder, name), 'utf8')) as NodeProfile, from, to));
  if (stacks.length === 0) throw new Error(`Node left no samples of the measured time in ${folder}`);
  return stacks;
}

const nameOf = ({ transport, inFlight }: LevelOf): string => `${inFlight} in flight over ${transport}`;

function drawFlames(levels: readonly Profiled[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const level of levels) {
    const end = `${level.transport.toLowerCase()}-${level.inFlight}.svg`;
    writeFileSync(join(folder, `purchase-${end}`), flameSvg(`purchase, ${nameOf(level)}`, level.purchase, partOfPurchase));
    writeFileSync(join(folder, `nats-server-${end}`), flameSvg(`nats-server, ${nameOf(level)}`, level.server, partOfServer));
  }
}

interface Process {
  readonly name: 'purchase' | 'nats-server';
  readonly stacksOf: (level: Profiled) => readonly Stack[];
  readonly partOf: PartOf;
}
const PROCESSES: readonly Process[] = [
  { name: 'purchase', stacksOf: ({ purchase }) => purchase, partOf: partOfPurchase },
  { name: 'nats-server', stacksOf: ({ server }) => server, partOf: partOfServer },
];

/** A part's milliseconds: its share of the samples of its process, times the processor time of the process for an order. */
function report(levels: readonly Profiled[]): Result {
  const tables = PROCESSES.map((process) => {
    const shares = levels.map((level) => sharesOf(process.stacksOf(level), process.partOf));
    const parts = [...new Set(shares.flatMap((all) => [...all.keys()]))];
    const ms = (part: string, index: number): number => (shares[index]?.get(part) ?? 0) * (levels[index]?.sample.cpuMs[process.name] ?? 0);
    return { ...process, parts, ms, plotted: parts.filter((part) => shares.some((all) => (all.get(part) ?? 0) >= PLOTTED_SHARE)) };
  });
  return {
    title: 'Processor time of an order of two named seats by part, from samples of the stacks; the sampling itself adds to it',
    rows: [
      ...levels.map((level): Row => ({ label: nameOf(level), durability: OUR_DURABILITY, figures: figuresOf([level.sample]) })),
      ...tables.flatMap(({ name, parts, ms }) =>
        parts.map(
          (part): Row => ({
            label: `${name}: ${part}`,
            durability: OUR_DURABILITY,
            figures: Object.fromEntries(levels.map((level, index) => [`${nameOf(level)}Ms`, spreadOf([ms(part, index)])])),
          }),
        ),
      ),
    ],
    targets: [],
    plots: tables.map(
      ({ name, plotted, ms }): BarPlot => ({
        kind: 'bars',
        title: `Processor time of ${name} for an order, by part`,
        unit: 'ms',
        series: levels.map(nameOf),
        groups: plotted.map((part) => ({ label: part, values: levels.map((_, index) => spreadOf([ms(part, index)])) })),
      }),
    ),
  };
}
