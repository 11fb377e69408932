import type { OrderId, TicketId, UnitId, Wallet } from '../../kernel/ids.js';
import { decideMint, type MintRequest } from './decide.js';
import type { MintAttempt, MintAttemptDied, MintCompleted, MintEvent, MintPlan } from './events.js';
import type { MintDecision } from './mint-decision.js';
import { evolve, type MintState, mintState, type TicketMint, TRANSITIONS } from './ticket-mint.js';

const TICKET = 'tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa' as TicketId;

const plan = (over: Partial<MintPlan> = {}): MintPlan => ({
  ticket: TICKET,
  order: 'ord_aaaaaaaaaaaaaaaaaaaaaaaaaa' as OrderId,
  unit: 'A-1' as UnitId,
  wallet: 'wallet' as Wallet,
  request: 1,
  base: 'base',
  seed: 'seed',
  program: 'program',
  asset: 'asset',
  genesisHash: 'genesis',
  name: 'Gala',
  symbol: 'ADMIT',
  uri: 'urn:admit-one:1',
  memo: 'memo',
  salt: 'salt',
  ...over,
});
const attempt = (number: number, signature = `sig-${number}`): MintAttempt => ({
  ticket: TICKET,
  attempt: number,
  signature,
  transaction: 'AQ==',
  blockhash: 'hash',
  lastValidBlockHeight: 150,
});
const death = (number: number): MintAttemptDied['data'] => ({
  ticket: TICKET,
  attempt: number,
  reason: 'expired',
  evidence: { slot: 200 },
});
const completion = (over: Partial<MintCompleted['data']> = {}): MintCompleted['data'] => {
  const { ticket, order, unit, wallet, asset } = plan();
  return { ticket, order, unit, wallet, asset, signature: 'sig-1', slot: '99', supply: '1', holder: wallet, ...over };
};
const failure = (request = 1) => ({ ticket: TICKET, request, reason: 'wallet-invalid' });

const PLANNED: MintEvent = { type: 'MintPlanned', data: plan() };
const SUBMITTED: MintEvent = { type: 'MintSubmitted', data: attempt(1) };
const DIED: MintEvent = { type: 'MintAttemptDied', data: death(1) };
const COMPLETED: MintEvent = { type: 'MintCompleted', data: completion() };
const FAILED: MintEvent = { type: 'MintFailed', data: failure() };
const taken = { ticket: plan().ticket, order: plan().order, unit: plan().unit };
const CANCELLED: MintEvent = { type: 'MintCancelled', data: taken };

const REVOCABLE: readonly MintEvent[] = [{ type: 'MintPlanned', data: plan({ delegate: 'delegate' }) }, SUBMITTED, COMPLETED];
const BURNING: MintEvent = { type: 'MintRevokeSubmitted', data: attempt(1, 'burn-1') };
const BURN_DIED: MintEvent = { type: 'MintRevokeDied', data: death(1) };
const burned = { ...taken, asset: 'asset', signature: 'burn-1', slot: '200' };
const REVOKED: MintEvent = { type: 'MintRevoked', data: burned };
const STANDS: readonly MintEvent[] = [PLANNED, SUBMITTED, COMPLETED];
const VOIDED: MintEvent = { type: 'MintVoided', data: { ...taken, asset: 'asset' } };

const HISTORIES: Readonly<Record<MintState, readonly MintEvent[]>> = {
  unknown: [],
  planned: [PLANNED],
  submitted: [PLANNED, SUBMITTED],
  minted: REVOCABLE,
  revoking: [...REVOCABLE, BURNING],
  revoked: [...REVOCABLE, BURNING, REVOKED],
  voided: [...STANDS, VOIDED],
  failed: [PLANNED, SUBMITTED, DIED, FAILED],
  cancelled: [PLANNED, CANCELLED],
};

const fold = (history: readonly MintEvent[]) => history.reduce<TicketMint | undefined>(evolve, undefined);
const given = (history: readonly MintEvent[]) => ({ when: (command: MintRequest): MintDecision => decideMint(fold(history), command) });
const code = (decision: MintDecision) =>
  'refusal' in decision ? decision.refusal.code : decision.events.map(({ type }) => type).join() || 'nothing';

describe('deciding a mint', () => {
  it('plans a ticket once', () => {
    expect(given([]).when({ type: 'PlanMint', data: plan() })).toEqual({ events: [PLANNED] });
    expect(code(given([PLANNED]).when({ type: 'PlanMint', data: plan({ salt: 'another', memo: 'another' }) }))).toBe('nothing');
    expect(code(given([PLANNED]).when({ type: 'PlanMint', data: plan({ asset: 'elsewhere' }) }))).toBe('already-planned');
    expect(code(given([PLANNED]).when({ type: 'PlanMint', data: plan({ wallet: 'thief' as Wallet }) }))).toBe('already-planned');
  });

  it('cancels a ticket without attempts, once, and never mints it afterwards', () => {
    for (const history of [[], [PLANNED], [PLANNED, SUBMITTED, DIED], HISTORIES.failed]) {
      expect(given(history).when({ type: 'CancelMint', data: taken })).toEqual({ events: [CANCELLED] });
    }
    expect(code(given([CANCELLED]).when({ type: 'CancelMint', data: taken }))).toBe('nothing');
    expect(code(given([CANCELLED]).when({ type: 'PlanMint', data: plan() }))).toBe('state-forbids');
    expect(code(given([PLANNED, CANCELLED]).when({ type: 'SubmitAttempt', data: attempt(1) }))).toBe('state-forbids');
  });

  it('[L2] does not cancel a mint that may still land or has landed', () => {
    expect(code(given([PLANNED, SUBMITTED]).when({ type: 'CancelMint', data: taken }))).toBe('attempt-live');
    expect(code(given(HISTORIES.minted).when({ type: 'CancelMint', data: taken }))).toBe('state-forbids');
  });

  it('[minting NM4] never lets two attempts live at once', () => {
    expect(given([PLANNED]).when({ type: 'SubmitAttempt', data: attempt(1) })).toEqual({ events: [SUBMITTED] });
    expect(code(given([PLANNED, SUBMITTED]).when({ type: 'SubmitAttempt', data: attempt(1, 'other') }))).toBe('attempt-live');
    expect(code(given([PLANNED, SUBMITTED]).when({ type: 'SubmitAttempt', data: attempt(2) }))).toBe('attempt-live');
  });

  it('numbers the next attempt after the dead ones', () => {
    const after = [PLANNED, SUBMITTED, DIED];
    expect(code(given(after).when({ type: 'SubmitAttempt', data: attempt(1, 'again') }))).toBe('attempt-out-of-turn');
    expect(code(given(after).when({ type: 'SubmitAttempt', data: attempt(2) }))).toBe('MintSubmitted');
  });

  it('records only the death of the live attempt, and once', () => {
    expect(given([PLANNED, SUBMITTED]).when({ type: 'BuryAttempt', data: death(1) })).toEqual({ events: [DIED] });
    expect(code(given([PLANNED, SUBMITTED]).when({ type: 'BuryAttempt', data: death(2) }))).toBe('attempt-not-live');
    expect(code(given([PLANNED, SUBMITTED, DIED]).when({ type: 'BuryAttempt', data: death(1) }))).toBe('nothing');
  });

  it('[minting NM7] completes at the planned address only', () => {
    expect(given([PLANNED, SUBMITTED]).when({ type: 'CompleteMint', data: completion() })).toEqual({ events: [COMPLETED] });
    expect(code(given([PLANNED, SUBMITTED]).when({ type: 'CompleteMint', data: completion({ asset: 'elsewhere' }) }))).toBe(
      'asset-differs',
    );
    expect(code(given([PLANNED]).when({ type: 'CompleteMint', data: completion() }))).toBe('state-forbids');
  });

  describe('[compressed] a compressed ticket', () => {
    const leaf = { tree: 'tree', index: 7, asset: 'leaf' };
    const compressed = { collection: 'collection' };
    const planned: MintEvent = { type: 'MintPlanned', data: plan({ compressed }) };

    it('[minting NM7] completes with a leaf only, and an asset that is none completes with none', () => {
      const completed = completion({ leaf });
      expect(given([planned, SUBMITTED]).when({ type: 'CompleteMint', data: completed })).toEqual({
        events: [{ type: 'MintCompleted', data: completed }],
      });
      expect(code(given([planned, SUBMITTED]).when({ type: 'CompleteMint', data: completion() }))).toBe('leaf-differs');
      expect(code(given([PLANNED, SUBMITTED]).when({ type: 'CompleteMint', data: completed }))).toBe('leaf-differs');
    });

    it('[minting NM3] stays compressed, in its collection, whatever is planned later', () => {
      const others = [plan(), plan({ compressed: { collection: 'another' } })];
      for (const other of others) expect(code(given([planned]).when({ type: 'PlanMint', data: other }))).toBe('already-planned');
      expect(code(given([PLANNED]).when({ type: 'PlanMint', data: plan({ compressed }) }))).toBe('already-planned');
      const failed: readonly MintEvent[] = [planned, { type: 'MintFailed', data: failure() }];
      expect(code(given(failed).when({ type: 'PlanMint', data: plan({ request: 2, compressed }) }))).toBe('MintPlanned');
      const token = plan({ request: 2, program: 'Token-2022', asset: 'mint' });
      expect(code(given(failed).when({ type: 'PlanMint', data: token }))).toBe('address-differs');
    });
  });

  it('fails only while no attempt can land', () => {
    expect(code(given([]).when({ type: 'FailMint', data: failure() }))).toBe('MintFailed');
    expect(code(given([PLANNED, SUBMITTED]).when({ type: 'FailMint', data: failure() }))).toBe('state-forbids');
    expect(code(given([PLANNED, SUBMITTED, DIED]).when({ type: 'FailMint', data: failure() }))).toBe('MintFailed');
  });

  it('plans a failed ticket again for a corrected request, at the same address', () => {
    const failed = HISTORIES.failed;
    expect(code(given(failed).when({ type: 'PlanMint', data: plan() }))).toBe('request-superseded');
    expect(code(given(failed).when({ type: 'PlanMint', data: plan({ request: 2, asset: 'elsewhere' }) }))).toBe('address-differs');
    expect(code(given(failed).when({ type: 'PlanMint', data: plan({ request: 2, wallet: 'corrected' as Wallet }) }))).toBe('MintPlanned');
    const again = [...failed, { type: 'MintPlanned', data: plan({ request: 2 }) }] as const;
    expect(code(given(again).when({ type: 'SubmitAttempt', data: attempt(2) }))).toBe('MintSubmitted');
  });

  it('[minting NM3] does nothing at all after minted', () => {
    const { minted } = HISTORIES;
    expect(code(given(minted).when({ type: 'CompleteMint', data: completion() }))).toBe('nothing');
    for (const command of [
      { type: 'PlanMint', data: plan({ request: 2 }) },
      { type: 'SubmitAttempt', data: attempt(2) },
      { type: 'BuryAttempt', data: death(1) },
      { type: 'FailMint', data: failure(2) },
    ] satisfies MintRequest[]) {
      expect(code(given(minted).when(command))).toBe('state-forbids');
    }
  });
});

describe('revoking a minted ticket', () => {
  const { revoking, revoked } = HISTORIES;

  it('has nothing to burn without a mint request', () => {
    for (const command of [
      { type: 'SubmitRevoke', data: attempt(1, 'burn-1') },
      { type: 'BuryRevoke', data: death(1) },
    ] satisfies MintRequest[])
      expect(code(given([]).when(command))).toBe('state-forbids');
  });

  it('never burns a transferable ticket', () => {
    const sold = given(STANDS);
    expect(code(sold.when({ type: 'SubmitRevoke', data: attempt(1, 'burn-1') }))).toBe('irrevocable');
    expect(() => evolve(fold(STANDS), BURNING)).toThrow('log-broken');
  });

  it('makes a minted transferable ticket void, once, and keeps its asset and its mint', () => {
    expect(given(STANDS).when({ type: 'VoidMint', data: VOIDED.data })).toEqual({ events: [VOIDED] });
    expect(code(given(HISTORIES.voided).when({ type: 'VoidMint', data: VOIDED.data }))).toBe('nothing');
    expect(fold(HISTORIES.voided)).toEqual({ state: 'voided', asset: 'asset', signature: 'sig-1' });
    for (const history of [STANDS, HISTORIES.voided])
      expect(given(history).when({ type: 'VoidMint', data: { ...VOIDED.data, asset: 'elsewhere' } })).toMatchObject({
        refusal: { code: 'asset-differs', facts: { minted: 'asset', asked: 'elsewhere' } },
      });
    expect(code(given(HISTORIES.voided).when({ type: 'PlanMint', data: plan({ request: 2 }) }))).toBe('state-forbids');
  });

  it('[L2] makes no ticket void that may still land, was never minted, or can be burned', () => {
    for (const history of [[], [PLANNED], [PLANNED, SUBMITTED], HISTORIES.failed, [PLANNED, CANCELLED], revoking, revoked])
      expect(code(given(history).when({ type: 'VoidMint', data: VOIDED.data }))).toBe('state-forbids');
    expect(code(given(REVOCABLE).when({ type: 'VoidMint', data: VOIDED.data }))).toBe('revocable');
    expect(() => evolve(fold(REVOCABLE), VOIDED)).toThrow('log-broken');
  });

  it('burns in one attempt at a time, logged before it is sent', () => {
    expect(given(REVOCABLE).when({ type: 'SubmitRevoke', data: attempt(1, 'burn-1') })).toEqual({ events: [BURNING] });
    expect(code(given(revoking).when({ type: 'SubmitRevoke', data: attempt(1, 'burn-1') }))).toBe('nothing');
    expect(code(given(revoking).when({ type: 'SubmitRevoke', data: attempt(2, 'burn-2') }))).toBe('attempt-live');
    expect(code(given([...revoking, BURN_DIED]).when({ type: 'SubmitRevoke', data: attempt(1, 'burn-2') }))).toBe('attempt-out-of-turn');
    expect(code(given([...revoking, BURN_DIED]).when({ type: 'SubmitRevoke', data: attempt(2, 'burn-2') }))).toBe('MintRevokeSubmitted');
    expect(code(given([PLANNED, SUBMITTED]).when({ type: 'SubmitRevoke', data: attempt(1, 'burn-1') }))).toBe('state-forbids');
  });

  it('records only the death of the live burn', () => {
    expect(given(revoking).when({ type: 'BuryRevoke', data: death(1) })).toEqual({ events: [BURN_DIED] });
    expect(code(given([...revoking, BURN_DIED]).when({ type: 'BuryRevoke', data: death(1) }))).toBe('nothing');
    expect(code(given(revoking).when({ type: 'BuryRevoke', data: death(2) }))).toBe('attempt-not-live');
    const again = [...revoking, BURN_DIED, { type: 'MintRevokeSubmitted', data: attempt(2, 'burn-2') }] as const;
    expect(code(given(again).when({ type: 'BuryRevoke', data: death(2) }))).toBe('MintRevokeDied'); // the first death differs from this one
    expect(code(given(REVOCABLE).when({ type: 'BuryRevoke', data: death(1) }))).toBe('attempt-not-live');
    expect(code(given([PLANNED]).when({ type: 'BuryRevoke', data: death(1) }))).toBe('state-forbids');
    expect(code(given(revoking).when({ type: 'BuryAttempt', data: death(1) }))).toBe('state-forbids');
    expect(() => evolve(fold(revoking), { type: 'MintRevokeDied', data: death(2) })).toThrow('log-broken');
  });

  it('[L2] ends when the planned asset is gone, once', () => {
    expect(given(revoking).when({ type: 'CompleteRevoke', data: burned })).toEqual({ events: [REVOKED] });
    expect(code(given(revoked).when({ type: 'CompleteRevoke', data: burned }))).toBe('nothing');
    expect(code(given(revoking).when({ type: 'CompleteRevoke', data: { ...burned, asset: 'elsewhere' } }))).toBe('asset-differs');
    expect(code(given(REVOCABLE).when({ type: 'CompleteRevoke', data: burned }))).toBe('state-forbids');
    expect(code(given(revoked).when({ type: 'PlanMint', data: plan({ request: 2 }) }))).toBe('state-forbids');
  });
});

describe('the table of states', () => {
  const events = [PLANNED, SUBMITTED, DIED, COMPLETED, FAILED, CANCELLED, BURNING, BURN_DIED, REVOKED, VOIDED];
  const isBurnable = (state: MintState): boolean => state === 'minted'; // only a transferable ticket becomes void: tested above
  const cases = (Object.keys(HISTORIES) as MintState[]).flatMap((state) =>
    events
      .filter((event) => !(event === VOIDED && isBurnable(state)))
      .map((event) => ({ state, event, leads: TRANSITIONS[state][event.type] })),
  );

  it.each(cases)('[minting NM2] [minting NM3] from $state, $event.type leads to $leads', ({ state, event, leads }) => {
    const before = fold(HISTORIES[state]);
    expect(mintState(before)).toBe(state);
    if (leads === undefined) expect(() => evolve(before, event)).toThrow('log-broken');
    else expect(evolve(before, event).state).toBe(leads);
  });

  it('rejects the death of another attempt than the live one', () => {
    expect(() => evolve(fold(HISTORIES.submitted), { type: 'MintAttemptDied', data: death(2) })).toThrow('log-broken');
  });
});

describe('a mint that a dispute holds', () => {
  const held = (history: readonly MintEvent[], request: MintRequest) =>
    decideMint(
      history.reduce<TicketMint | undefined>((mint, event) => evolve(mint, event), undefined),
      request,
      true,
    );
  const submit = (number: number): MintRequest => ({ type: 'SubmitAttempt', data: attempt(number) });

  it.each<[string, readonly MintEvent[], number]>([
    ['the first', [PLANNED], 1],
    ['the next, when one is dead', [PLANNED, SUBMITTED, DIED], 2],
  ])('starts no attempt: %s', (_, history, number) => {
    expect(held(history, submit(number))).toMatchObject({ refusal: { code: 'held' } });
  });

  it('ends with the result of an attempt that may have landed already', () => {
    expect(held([PLANNED, SUBMITTED], submit(1))).toEqual({ events: [] });
    expect(held([PLANNED, SUBMITTED], { type: 'CompleteMint', data: completion() })).toEqual({ events: [COMPLETED] });
  });
});
