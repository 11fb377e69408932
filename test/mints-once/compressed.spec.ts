import { PublicKey } from '@solana/web3.js';
import type { MintCommand, MintPlan } from '#shared/domain/mint/events.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { type Receipt, receiptOf } from '#shared/platform/receipt.js';
import { landedTransaction } from '../../apps/minter/src/chains/bubblegum/landed-transaction.js';
import { leavesInLogOf } from '../../apps/minter/src/chains/bubblegum/logged-leaves.js';
import { readTree } from '../../apps/minter/src/chains/bubblegum/tree-account.js';
import { TreeMirror } from '../../apps/minter/src/chains/bubblegum/tree-mirror.js';
import { checkReceipt } from '../../apps/minter/src/chains/token-2022/check-receipt.js';
import { verdictOn } from '../../apps/minter/src/receipt-finding.js';
import { Reconciliation } from '../../apps/minter/src/reconcile/reconciliation.js';
import { startMinter } from '../../apps/minter/src/start.js';
import { waitFor } from '../../dev/processes/wait.js';
import { withPrograms } from '../conformance/programs.js';
import { MinterStage, mintCommand, TENANT } from '../stages/minter-stage.js';
import { StageTrees } from '../stages/trees.js';

const SETTLED_MS = 60_000;
const TICKETS = 40;
/** Room for eight tickets: full before the test is over. */
const TINY_TREE = { depth: 3, buffer: 8, canopy: 0 };
/** A stranger sends them to a marker before its ticket is minted. */
const GIFT_LAMPORTS = 1_000_000;
const TREE = { depth: 14, buffer: 64, canopy: 8 };

/** Two minters on one log, and a chain with the programs of compressed tickets. */
class Minting {
  trees!: StageTrees;

  constructor(readonly stage: MinterStage) {}

  async asked(sale: string, count: number, over: Partial<MintCommand> = {}): Promise<readonly MintCommand[]> {
    const commands = Array.from({ length: count }, (_, n) => mintCommand(sale, `A-${n}`, { asset: 'compressed', ...over }));
    for (const command of commands) await this.stage.ask(command);
    return commands;
  }

  async rootOf(tree: string): Promise<string | undefined> {
    return readTree(await this.stage.rpc.getAccountInfo(new PublicKey(tree), 'finalized'))?.root.toString('hex');
  }

  async open(): Promise<void> {
    this.trees = await StageTrees.plant(this.stage, TINY_TREE, TREE);
    const environment = readEnvironment(this.stage.environment);
    for (const _ of ['one', 'other']) await this.stage.keep(startMinter(environment, createLogger('minter', environment.LOG_LEVEL)));
  }
}

withPrograms('compressed tickets from the queue to the receipt', (programs) => {
  const stage = MinterStage.forTests('compressed', { programs, environment: { MINT_RPC_TIMEOUT_MS: '5000' } });
  const on = new Minting(stage);
  beforeAll(() => on.open());
  mintsOnce(on);
  answersFromTheLog(on);
  burnsRevoked(on);
  agreesWithTheChain(on);
  givesReceipts(on);
});

function mintsOnce(on: Minting): void {
  it('[minting NM4] [minting NM7] mints every ticket once by two minters, into the next tree when one is full, and the log alone makes the roots on the chain', async () => {
    const gift = on.trees.chain().address(TENANT, mintCommand('full', 'A-0').ticket, { revocable: false });
    await on.stage.rpc.requestAirdrop(new PublicKey(gift.asset), GIFT_LAMPORTS);
    await on.asked('full', TICKETS);
    await on.stage.untilDone(SETTLED_MS);
    const completed = await on.stage.ofType('full', 'MintCompleted');
    expect(completed).toHaveLength(TICKETS);
    const places = completed.map(({ data }) => `${data.leaf?.tree} ${data.leaf?.index}`);
    expect(new Set(places).size).toBe(TICKETS);
    expect(await on.trees.leavesMade()).toBe(TICKETS);
    const trees = [on.trees.address(0), on.trees.address(1)];
    expect(new Set(completed.map(({ data }) => data.leaf?.tree))).toEqual(new Set(trees));
    for (const [number, tree] of trees.entries()) {
      const mirror = new TreeMirror(number === 0 ? TINY_TREE.depth : TREE.depth);
      for (const [index, leaf] of await leavesInLogOf(on.stage.admin)(tree)) mirror.set(index, leaf);
      expect([tree, Buffer.from(mirror.root).toString('hex')]).toEqual([tree, await on.rootOf(tree)]);
    }
  });
}

function answersFromTheLog(on: Minting): void {
  it('[minting NM1] [minting NM2] [minting NM5] [minting NM6] answers a repeated request from the log, which has every attempt that was sent', async () => {
    const commands = await on.asked('repeated', 5);
    await on.stage.untilDone(SETTLED_MS);
    const before = await on.stage.events('repeated');
    const leaves = await on.trees.leavesMade();
    for (const command of commands) await on.stage.ask(command, `again ${command.ticket}`);
    await on.stage.untilDone(SETTLED_MS);
    expect(await on.stage.events('repeated')).toEqual(before);
    expect(await on.trees.leavesMade()).toBe(leaves);
    for (const { ticket } of commands) {
      const life = before.filter(({ data }) => data.ticket === ticket);
      const [planned, ...attempts] = life.map(({ type }) => type);
      expect([planned, attempts.at(-1)]).toEqual(['MintPlanned', 'MintCompleted']);
      const sent = life.flatMap(({ type, data }) => (type === 'MintSubmitted' ? [data.signature] : []));
      expect(life.flatMap(({ type, data }) => (type === 'MintCompleted' ? [sent.includes(data.signature)] : []))).toEqual([true]);
    }
  });
}

function burnsRevoked(on: Minting): void {
  it('burns revoked tickets with its own proofs, while mints continue, and records that in the log', async () => {
    const commands = await on.asked('revoked', 6, { revocable: true });
    await on.stage.untilDone(SETTLED_MS);
    for (const command of commands.slice(0, 3)) await on.stage.revoke(command);
    await on.asked('meanwhile', 10);
    await on.stage.untilDone(SETTLED_MS);
    const revoked = await on.stage.ofType('revoked', 'MintRevoked');
    expect(revoked.map(({ data }) => data.ticket).sort()).toEqual(
      commands
        .slice(0, 3)
        .map(({ ticket }) => ticket)
        .sort(),
    );
    for (const { data } of revoked) {
      const landed = await landedTransaction(on.trees.rpc, data.signature ?? '');
      expect(landed?.changes.map(({ leaf }) => leaf.equals(Buffer.alloc(32)))).toEqual([true]);
    }
  });
}

function agreesWithTheChain(on: Minting): void {
  it('agrees with the chain when log and chain are compared, and finds a ticket that another signed for', async () => {
    const sides = { connection: on.stage.admin, rpc: on.trees.rpc, also: [] };
    const agreed = await (await Reconciliation.of(sides)).run(() => undefined);
    expect(agreed.drifts).toEqual([]);
    expect(agreed.tickets).toBeGreaterThan(TICKETS);
    const stolen = on.trees.chain();
    const ticket = mintCommand('stolen', 'A-1').ticket;
    const [planned] = await on.stage.ofType('full', 'MintPlanned');
    const other = { ...(planned?.data as MintPlan), ticket, ...stolen.address(TENANT, ticket, { revocable: false }) };
    const signed = await stolen.prepare(other, 1);
    await stolen.submit({ ticket, attempt: 1, ...signed }, true);
    const isFinal = async () => (await on.trees.rpc.statuses([signed.signature]))[0]?.confirmationStatus === 'finalized';
    await waitFor(isFinal, { what: 'it is final', timeoutMs: SETTLED_MS });
    const { drifts } = await (await Reconciliation.of(sides)).run(() => undefined);
    expect(drifts).toMatchObject([{ kind: 'orphan-transaction', signature: signed.signature }]);
  });
}

function givesReceipts(on: Minting): void {
  it('gives receipts that an RPC alone proves, and proves no changed one', async () => {
    const completed = (await on.stage.ofType('revoked', 'MintCompleted')).map(({ data }) => data);
    const burned = new Set((await on.stage.ofType('revoked', 'MintRevoked')).map(({ data }) => data.ticket));
    const receipts = (await on.stage.ofType('revoked', 'MintPlanned')).map(({ data }) => {
      const mint = completed.find(({ ticket }) => ticket === data.ticket);
      return [data.ticket, mint && receiptOf({ tenant: TENANT, sale: 'revoked' }, data, mint)] as [typeof data.ticket, Receipt];
    });
    expect(receipts).toHaveLength(6);
    for (const [ticket, receipt] of receipts) {
      const findings = await checkReceipt(on.trees.rpc, receipt, on.trees.keys.base.address);
      const bad = findings.filter(({ outcome }) => outcome !== 'holds').map(({ about }) => about);
      expect([ticket, bad]).toEqual([ticket, burned.has(ticket) ? ['supply'] : []]);
    }
    const [, whole] = receipts.find(([ticket]) => !burned.has(ticket)) as [string, Receipt];
    const leaf = whole.leaf as NonNullable<Receipt['leaf']>;
    const changes: Partial<Receipt>[] = [
      { record: { ...whole.record, wallet: on.trees.keys.payer.address } as Receipt['record'] },
      { metadata: { ...whole.metadata, name: 'Another' } },
      { leaf: { ...leaf, index: leaf.index + 1 } },
      { leaf: { ...leaf, collection: on.trees.keys.payer.address } },
    ];
    for (const change of changes)
      expect([change, verdictOn(await checkReceipt(on.trees.rpc, { ...whole, ...change }, on.trees.keys.base.address))]).toEqual([
        change,
        'not valid',
      ]);
  });
}
