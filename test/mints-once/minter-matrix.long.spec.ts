import type { ChildProcess } from 'node:child_process';
import type { AssetKind } from '#shared/domain/sale/assets/asset-terms.js';
import { type Failpoint, MINT_STEPS } from '../../apps/minter/src/minting/failpoint.js';
import { freePort } from '../../dev/processes/ports.js';
import { waitFor } from '../../dev/processes/wait.js';
import { seededRandom } from '../../dev/solana/faults/fault-switches.js';
import type { Program } from '../../dev/solana/programs.js';
import { SMALL_TREE, withPrograms } from '../conformance/programs.js';
import { CrashTally } from '../harness/crash-tally.js';
import { scrapeAt } from '../harness/scrape.js';
import { MinterProcesses } from '../stages/minter-processes.js';
import { MinterStage } from '../stages/minter-stage.js';
import { StageTrees } from '../stages/trees.js';

/** Every step at which a minter may be killed, and a minter that falls asleep while another takes over; `npm run test:crashes` tries many times. */

const LONG = process.env.CRASHES === 'long';
/** The short form tries one step; minter-crash.spec tries each of them alone. */
const STEPS = LONG ? MINT_STEPS : MINT_STEPS.filter((step) => step === 'between-log-and-send');
const SEEDS = Array.from({ length: LONG ? 20 : 1 }, (_, index) => index + 1);
const TAKEOVERS = Array.from({ length: LONG ? 100 : 1 }, (_, index) => index + 1);
/** In the other cases the broker redelivers at once; one in this many waits until the ack wait is over. */
const WAITED_OUT_EVERY = 20;
const MOST_TICKETS = 8;
const PATIENCE_MS = 120_000;
const CASE_MS = 300_000;
/** A signed transaction is valid for 7.5 s: dropped ones die soon, and are signed again. */
const SLOT_MS = 50;
/** Burns a case: each is killed while some are burned and others are not. */
const MOST_BURNS = 4;
const BURNS = Array.from({ length: LONG ? 5 : 1 }, (_, index) => index + 1);
/** Full within the first cases, so minters also die while they move to the next tree. */
const TREES = [{ depth: 3, buffer: 8, canopy: 0 }, SMALL_TREE] as const;
const FAULTS = ['drop', 'land-then-time-out', 'error-then-land', 'null-status', 'html'];

/** The minters of one kind of asset, and the results of their kills. */
interface Matrix {
  readonly asset: AssetKind;
  readonly stage: MinterStage;
  readonly minters: MinterProcesses;
  readonly tally: CrashTally;
}

function matrixOf(asset: AssetKind, programs: readonly Program[] = []): void {
  const stage = MinterStage.forTests(`minter-matrix-${asset}`, { slotMs: SLOT_MS, programs });
  const minters = new MinterProcesses(stage, asset);
  const tally = new CrashTally(STEPS.length * (SEEDS.length + BURNS.length) + TAKEOVERS.length, LONG);
  beforeAll(async () => {
    if (asset === 'compressed') await StageTrees.plant(stage, ...TREES);
  });
  afterAll(() => tally.sumUp());
  const matrix = { asset, stage, minters, tally };
  for (const step of STEPS) killedAt(step, matrix);
  overtaken(matrix);
}

describe('Token-2022', () => matrixOf('token-2022'));
withPrograms('compressed tickets', (programs) => matrixOf('compressed', programs));

function killedAt(step: Failpoint, { asset, stage, minters, tally }: Matrix): void {
  describe(`a minter killed ${step}`, () => {
    afterEach(async () => {
      stage.solana.control.clearFaults();
      await minters.endAll();
    });
    const storm = (random: () => number): void => {
      for (const fault of FAULTS) stage.solana.control.setFault(fault, { probability: random() / 5 });
    };
    const killedThenFinished = async (passing: number): Promise<void> => {
      expect(await minters.diesBy(minters.start(`${step}:${passing}`))).toBe('SIGKILL');
      await stage.forgetDeliveries();
      minters.start();
      await stage.untilDone(PATIENCE_MS);
      stage.solana.control.clearFaults();
    };

    it.each(SEEDS)(
      '[minting NM6] at any ticket, on a chain that loses and lies, leaves one asset for each (seed %i)',
      async (seed) => {
        const random = seededRandom(seed);
        const tickets = 1 + Math.floor(random() * MOST_TICKETS);
        const passing = 1 + Math.floor(random() * tickets);
        const sale = `${step}-${seed}`;
        const before = await minters.mintsInAll();
        const commands = await minters.askFor(sale, tickets);
        storm(random);
        await killedThenFinished(passing);
        await minters.expectOneEach(sale, commands, before);
        tally.ended({ kind: `${asset}: killed ${step}`, seed, tickets, refusedAppends: 0 });
      },
      CASE_MS,
    );

    it.each(BURNS)(
      'at any burn, on a chain that loses and lies, burns each ticket once (seed %i)',
      async (seed) => {
        const random = seededRandom(seed);
        const tickets = 1 + Math.floor(random() * MOST_BURNS);
        const passing = 1 + Math.floor(random() * tickets);
        const sale = `burn-${step}-${seed}`;
        const before = await minters.mintsInAll();
        const commands = await minters.askFor(sale, tickets, 'S', { revocable: true });
        minters.start();
        await stage.untilDone(PATIENCE_MS);
        await minters.endAll();
        await minters.expectOneEach(sale, commands, before);
        for (const command of commands) await stage.revoke(command);
        storm(random);
        await killedThenFinished(passing);
        await minters.expectBurnedOnce(sale, commands);
        tally.ended({ kind: `${asset}: burns, killed ${step}`, seed, tickets, refusedAppends: 0 });
      },
      CASE_MS,
    );
  });
}

interface Scraped {
  readonly process: ChildProcess;
  readonly url: string;
}

async function inHand({ url }: Scraped) {
  const page = await scrapeAt(url);
  const at = (series: string): number => page.get(series) ?? Number.NaN;
  return { mints: at('admit_mints{state="sent"}') + at('admit_mints{state="preparing"}'), lostRaces: at('admit_mint_lost_races_total') };
}

function overtaken({ asset, stage, minters, tally }: Matrix): void {
  describe('a minter that sleeps past its time', () => {
    const start = async (): Promise<Scraped> => {
      const port = await freePort();
      return { process: minters.start('', port), url: `http://127.0.0.1:${port}` };
    };
    /** The minter that took over is suspended next. */
    let awake: Scraped | undefined;
    afterEach(async () => {
      stage.solana.control.resume();
      await minters.endAll(awake?.process);
    });
    afterAll(() => minters.endAll());

    it.each(TAKEOVERS)(
      '[L2] has its late appends refused, and adds nothing to what another one finished (%i)',
      async (time) => {
        const sale = `asleep-${time}`;
        const before = await minters.mintsInAll();
        const sleeper = awake ?? (await start());
        awake = undefined;
        const first = minters.command(sale, 'first');
        await stage.ask(first);
        await stage.untilDone(PATIENCE_MS); // it is at work
        stage.solana.control.pause(); // nothing becomes final: when it falls asleep it holds every one of them
        const commands = await minters.askFor(sale, MOST_TICKETS);
        await waitFor(async () => (await stage.ofType(sale, 'MintSubmitted')).length > MOST_TICKETS, {
          what: 'all are signed',
          timeoutMs: PATIENCE_MS,
        });
        const refusedBefore = (await inHand(sleeper)).lostRaces;
        sleeper.process.kill('SIGSTOP');
        stage.solana.control.resume();
        if (time % WAITED_OUT_EVERY !== 0) await stage.forgetDeliveries(); // the broker's action when the ack wait is over
        const other = await start();
        await stage.untilDone(PATIENCE_MS);
        const finished = await stage.events(sale);

        sleeper.process.kill('SIGCONT');
        await waitFor(async () => (await inHand(sleeper)).mints === 0, { what: 'it gave up what it held', timeoutMs: PATIENCE_MS });
        const refusedAppends = (await inHand(sleeper)).lostRaces - refusedBefore;
        expect(refusedAppends).toBeGreaterThanOrEqual(1);
        expect(await stage.events(sale)).toEqual(finished);
        await minters.expectOneEach(sale, [first, ...commands], before);
        awake = other;
        tally.ended({ kind: `${asset}: overtaken while asleep`, seed: time, tickets: MOST_TICKETS + 1, refusedAppends });
      },
      CASE_MS,
    );
  });
}
