import { countOnChain } from '../../dev/chaos/count-on-chain.js';
import { waitFor } from '../../dev/processes/wait.js';
import { MinterProcesses } from '../stages/minter-processes.js';
import { MinterStage, mintCommand } from '../stages/minter-stage.js';

/** A quarter of an hour of slots of 400 ms. */
const SLEPT_SLOTS = 2_250;
/** Blocks in which a signed transaction may land. */
const LIFE_BLOCKS = 150;
const LANDED = 350;
const LOST = 150;
const PATIENCE_MS = 60_000;
const stage = MinterStage.forTests('minter-asleep', { environment: { MINT_RPC_TIMEOUT_MS: '5000' } });
const minters = new MinterProcesses(stage);
/** The addresses of every ticket so far. */
const planned: string[] = [];

afterEach(async () => {
  stage.solana.control.clearFaults();
  stage.solana.control.resume();
  await minters.endAll();
});

const submittedIn = async (sale: string) => stage.ofType(sale, 'MintSubmitted');
const until = (what: string, isSo: () => Promise<boolean>) => waitFor(isSo, { what, timeoutMs: PATIENCE_MS });

/** Nothing becomes final while the chain is paused: this many land, this many are dropped, and all of them are submitted. */
async function submit(sale: string) {
  const { control } = stage.solana;
  await stage.ask(mintCommand(sale, 'first'));
  await stage.untilDone(); // the minter is at work, and the payer has funds
  control.pause();
  const before = control.report().transactions;
  const landed = await minters.askFor(sale, LANDED);
  await until('they landed', async () => control.report().transactions === before + LANDED);
  control.setFault('drop', {});
  const lost = await minters.askFor(sale, LOST, 'L');
  await until('all are signed', async () => (await submittedIn(sale)).length === 1 + LANDED + LOST);
  return { landed, lost };
}

function aQuarterOfAnHourPasses(): void {
  const { control } = stage.solana;
  control.clearFaults();
  control.advance(SLEPT_SLOTS);
  control.resume();
}

it.each<[string, (sleep: () => void, minter: ReturnType<MinterProcesses['start']>) => Promise<void>]>([
  [
    'fell asleep',
    async (sleep, minter) => {
      minter.kill('SIGSTOP');
      sleep();
      minter.kill('SIGCONT');
    },
  ],
  [
    'was ended, and started again',
    async (sleep, minter) => {
      await minters.end(minter);
      sleep();
      minters.start();
    },
  ],
])(
  '[L2] [minting NM8] [blockchain NFT-4] brings 500 that were submitted to their ends when it %s for a quarter of an hour',
  async (how, away) => {
    const minter = minters.start();
    const sale = how.replace(/\W+/g, '-');
    const { landed, lost } = await submit(sale);
    await away(aQuarterOfAnHourPasses, minter);
    await stage.untilDone(PATIENCE_MS);

    const submitted = await submittedIn(sale);
    const attemptsAt = (ticket: string) => submitted.filter(({ data }) => data.ticket === ticket).map(({ data }) => data);
    const died = await stage.ofType(sale, 'MintAttemptDied');
    // Landed attempts are found, and not signed again; the others are proven dead, and signed again only after their expiry.
    expect(landed.map(({ ticket }) => attemptsAt(ticket).length)).toEqual(landed.map(() => 1));
    expect(died.map(({ data }) => data.ticket).sort()).toEqual(lost.map(({ ticket }) => ticket).sort());
    for (const { data } of died) {
      const [first, second, ...more] = attemptsAt(data.ticket);
      expect(more).toEqual([]);
      expect(data).toMatchObject({ attempt: 1, reason: 'expired', evidence: { lastValidBlockHeight: first?.lastValidBlockHeight } });
      expect(Number(data.evidence.finalizedHeight)).toBeGreaterThan(first?.lastValidBlockHeight ?? Number.NaN);
      expect((second?.lastValidBlockHeight ?? Number.NaN) - LIFE_BLOCKS).toBeGreaterThan(first?.lastValidBlockHeight ?? Number.NaN);
    }
    expect(await stage.ofType(sale, 'MintCompleted')).toHaveLength(1 + LANDED + LOST);
    expect(await stage.ofType(sale, 'MintFailed')).toEqual([]);
    const plans = await stage.ofType(sale, 'MintPlanned');
    expect(plans).toHaveLength(1 + LANDED + LOST); // the second attempt uses the address of the first
    planned.push(...plans.map(({ data }) => data.asset));
    expect(await countOnChain(stage.solana.url, await minters.payer(), planned)).toEqual({ assets: planned.length, duplicates: 0 });
  },
  240_000,
);
