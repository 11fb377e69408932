import type { OrderId, TicketId, UnitId, Wallet } from '../../kernel/ids.js';
import type { MintAttempt, MintEvent, MintPlan } from './events.js';
import { evolve, mintState, type TicketMint } from './ticket-mint.js';

const taken = { ticket: 'tkt_a' as TicketId, order: 'ord_a' as OrderId, unit: 'A-1' as UnitId };
const address = { base: 'base', seed: 'seed', program: 'program', asset: 'asset', genesisHash: 'genesis' };
const words = { name: 'Gala', symbol: 'ADMIT', uri: 'urn:admit-one:1', memo: 'memo', salt: 'salt' };
const PLAN: MintPlan = { ...taken, wallet: 'wallet' as Wallet, request: 1, ...address, ...words };
const BURNABLE: MintPlan = { ...PLAN, delegate: 'delegate' };

const attempt = (number: number, signature: string): MintAttempt => ({
  ticket: taken.ticket,
  attempt: number,
  signature,
  transaction: 'AQ==',
  blockhash: 'hash',
  lastValidBlockHeight: 150,
});
const planned = (plan = PLAN): MintEvent => ({ type: 'MintPlanned', data: plan });
const submitted = (n: number): MintEvent => ({ type: 'MintSubmitted', data: attempt(n, `sig-${n}`) });
const death = (n: number) => ({ ticket: taken.ticket, attempt: n, reason: `too late ${n}`, evidence: { slot: 200 } });
const died = (n: number): MintEvent => ({ type: 'MintAttemptDied', data: death(n) });
const failed = (request = 1): MintEvent => ({ type: 'MintFailed', data: { ticket: taken.ticket, request, reason: 'wallet-invalid' } });
const completed: MintEvent = {
  type: 'MintCompleted',
  data: { ...taken, wallet: PLAN.wallet, asset: 'asset', signature: 'sig-1', slot: '9', supply: '1', holder: 'wallet' },
};
const burning = (n: number): MintEvent => ({ type: 'MintRevokeSubmitted', data: attempt(n, `burn-${n}`) });
const notBurned = (n: number): MintEvent => ({ type: 'MintRevokeDied', data: death(n) });
const burned: MintEvent = { type: 'MintRevoked', data: { ...taken, asset: 'asset', signature: 'burn-1', slot: '200' } };
const voided: MintEvent = { type: 'MintVoided', data: { ...taken, asset: 'asset' } };
const cancelled: MintEvent = { type: 'MintCancelled', data: taken };

const MINTED = [planned(), submitted(1), completed];
const REVOCABLE = [planned(BURNABLE), submitted(1), completed];
const asset = { asset: 'asset', signature: 'sig-1' };
const dead = (n: number, signature = `sig-${n}`) => ({ attempt: n, signature, reason: `too late ${n}` });

const fold = (history: readonly MintEvent[]) => history.reduce<TicketMint | undefined>(evolve, undefined);

describe("the state of a ticket's mint", () => {
  it.each<[string, MintEvent[], TicketMint]>([
    ['its plan, without dead attempts', [planned()], { state: 'planned', plan: PLAN, dead: [], firstAttempt: 1 }],
    [
      'the live attempt',
      [planned(), submitted(1)],
      { state: 'submitted', plan: PLAN, dead: [], firstAttempt: 1, live: attempt(1, 'sig-1') },
    ],
    [
      'the dead attempts, and why',
      [planned(), submitted(1), died(1), submitted(2), died(2)],
      { state: 'planned', plan: PLAN, dead: [dead(1), dead(2)], firstAttempt: 1 },
    ],
    ['of an irrevocable ticket, its asset', MINTED, { state: 'minted', ...asset }],
    ['of a revocable ticket, the data for its burn', REVOCABLE, { state: 'minted', ...asset, revocable: { plan: BURNABLE, dead: [] } }],
    ['the live burn', [...REVOCABLE, burning(1)], { state: 'revoking', ...asset, plan: BURNABLE, dead: [], live: attempt(1, 'burn-1') }],
    [
      'the dead burns, and why',
      [...REVOCABLE, burning(1), notBurned(1), burning(2), notBurned(2)],
      { state: 'minted', ...asset, revocable: { plan: BURNABLE, dead: [dead(1, 'burn-1'), dead(2, 'burn-2')] } },
    ],
    ['of a burned ticket, its asset', [...REVOCABLE, burning(1), burned], { state: 'revoked', asset: 'asset' }],
    ['of a void ticket, its remaining asset', [...MINTED, voided], { state: 'voided', ...asset }],
    ['nothing of a cancelled ticket', [planned(), cancelled], { state: 'cancelled' }],
    ['of a failure before any plan, the request', [failed()], { state: 'failed', request: 1, reason: 'wallet-invalid', dead: [] }],
    [
      'of a failure, the plan and what died for it',
      [planned(), submitted(1), died(1), failed()],
      { state: 'failed', request: 1, reason: 'wallet-invalid', plan: PLAN, dead: [dead(1)] },
    ],
    [
      'of a second failure, the first plan',
      [planned(), failed(), failed(2)],
      { state: 'failed', request: 2, reason: 'wallet-invalid', plan: PLAN, dead: [] },
    ],
    [
      'for a corrected request, where its own attempts begin',
      [planned(), submitted(1), died(1), failed(), planned({ ...PLAN, request: 2 })],
      { state: 'planned', plan: { ...PLAN, request: 2 }, dead: [dead(1)], firstAttempt: 2 },
    ],
  ])('%s', (_, history, kept) => {
    expect(fold(history)).toEqual(kept);
  });
});

describe('an event that cannot follow is a broken log, and the error names the place', () => {
  it.each<[string, MintEvent[], MintEvent, object]>([
    ['a plan after the asset', MINTED, planned(), { event: 'MintPlanned' }],
    ['a second attempt beside the first', [planned(), submitted(1)], submitted(2), { event: 'MintSubmitted' }],
    ['the death of an attempt that is not live', [planned(), submitted(1)], died(2), { event: 'MintAttemptDied', attempt: 2 }],
    ['the burn of an irrevocable ticket', MINTED, burning(1), { event: 'MintRevokeSubmitted' }],
    ['the death of a burn that is not live', [...REVOCABLE, burning(1)], notBurned(2), { event: 'MintRevokeDied' }],
    ['a void ticket whose asset can be burned', REVOCABLE, voided, { event: 'MintVoided' }],
    ['an event of a ticket without a mint request', [], completed, { event: 'MintCompleted' }],
  ])('%s', (_, history, next, facts) => {
    const before = fold(history);
    expect(() => evolve(before, next)).toThrow(
      expect.objectContaining({ code: 'log-broken', context: { ticket: taken.ticket, state: mintState(before), ...facts } }),
    );
  });
});
