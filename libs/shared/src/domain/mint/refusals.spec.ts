import type { OrderId, TicketId, UnitId, Wallet } from '../../kernel/ids.js';
import { decideMint, type MintRequest } from './decide.js';
import type { MintAttempt, MintEvent, MintPlan } from './events.js';
import type { MintDecision } from './mint-decision.js';
import { evolve, type TicketMint } from './ticket-mint.js';

const taken = { ticket: 'tkt_a' as TicketId, order: 'ord_a' as OrderId, unit: 'A-1' as UnitId };
const PLAN: MintPlan = {
  ...taken,
  wallet: 'wallet' as Wallet,
  request: 2,
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
};
const ATTEMPT: MintAttempt = {
  ticket: taken.ticket,
  attempt: 1,
  signature: 'sig-1',
  transaction: 'AQ==',
  blockhash: 'hash',
  lastValidBlockHeight: 150,
};
const COMPLETION = { ...taken, wallet: PLAN.wallet, asset: 'asset', signature: 'sig-1', slot: '9', supply: '1', holder: 'wallet' };
const LEAF = { tree: 'tree', index: 3, asset: 'leaf' };
const COMPRESSED: readonly MintEvent[] = [
  { type: 'MintPlanned', data: { ...PLAN, compressed: { collection: 'collection' } } },
  { type: 'MintSubmitted', data: ATTEMPT },
];
const DEATH = { ticket: taken.ticket, attempt: 1, reason: 'expired', evidence: {} };

const PLANNED: MintEvent = { type: 'MintPlanned', data: PLAN };
const SUBMITTED: readonly MintEvent[] = [PLANNED, { type: 'MintSubmitted', data: ATTEMPT }];
const MINTED: readonly MintEvent[] = [...SUBMITTED, { type: 'MintCompleted', data: COMPLETION }];
const DIED: readonly MintEvent[] = [...SUBMITTED, { type: 'MintAttemptDied', data: DEATH }];
const REVOCABLE: readonly MintEvent[] = [{ type: 'MintPlanned', data: { ...PLAN, delegate: 'delegate' } }, ...MINTED.slice(1)];
const BURNING: readonly MintEvent[] = [...REVOCABLE, { type: 'MintRevokeSubmitted', data: { ...ATTEMPT, signature: 'burn-1' } }];
const FAILED: readonly MintEvent[] = [...DIED, { type: 'MintFailed', data: { ticket: taken.ticket, request: 2, reason: 'refused' } }];

const deciding = (history: readonly MintEvent[], command: MintRequest): MintDecision =>
  decideMint(history.reduce<TicketMint | undefined>(evolve, undefined), command);
const planning = (history: readonly MintEvent[], over: Partial<MintPlan>): MintDecision =>
  deciding(history, { type: 'PlanMint', data: { ...PLAN, ...over } });
const failing = (history: readonly MintEvent[], request: number): MintDecision =>
  deciding(history, { type: 'FailMint', data: { ticket: taken.ticket, request, reason: 'other' } });
const refused = (code: string, facts: object) => ({ refusal: expect.objectContaining({ code, facts }) });
const NOTHING = { events: [] };

describe('a refusal states the reason', () => {
  const live = { attempt: 1, signature: 'sig-1' };
  const elsewhere = { ...COMPLETION, asset: 'elsewhere' };
  it.each<[string, () => MintDecision, string, object]>([
    ['another plan', () => planning([PLANNED], { wallet: 'w' as Wallet }), 'already-planned', { request: 2, asset: 'asset' }],
    [
      'another collection',
      () => planning(COMPRESSED, { compressed: { collection: 'x' } }),
      'already-planned',
      { request: 2, asset: 'asset' },
    ],
    ['no leaf', () => deciding(COMPRESSED, { type: 'CompleteMint', data: COMPLETION }), 'leaf-differs', { asked: null }],
    [
      'a leaf of no tree',
      () => deciding(SUBMITTED, { type: 'CompleteMint', data: { ...COMPLETION, leaf: LEAF } }),
      'leaf-differs',
      { asked: 'leaf' },
    ],
    ['an old request', () => planning(FAILED, { request: 2 }), 'request-superseded', { request: 2, reason: 'refused' }],
    ['another address', () => planning(FAILED, { request: 3, asset: 'x' }), 'address-differs', { planned: 'asset', asked: 'x' }],
    ['a second attempt', () => deciding(SUBMITTED, { type: 'SubmitAttempt', data: { ...ATTEMPT, signature: 'x' } }), 'attempt-live', live],
    [
      'a number skipped',
      () => deciding([PLANNED], { type: 'SubmitAttempt', data: { ...ATTEMPT, attempt: 3 } }),
      'attempt-out-of-turn',
      { attempt: 3, next: 1 },
    ],
    ['a death of none', () => deciding([PLANNED], { type: 'BuryAttempt', data: DEATH }), 'attempt-not-live', { attempt: 1 }],
    ['a second death', () => deciding(DIED, { type: 'BuryAttempt', data: { ...DEATH, attempt: 2 } }), 'attempt-not-live', { attempt: 2 }],
    [
      'an asset elsewhere',
      () => deciding(SUBMITTED, { type: 'CompleteMint', data: elsewhere }),
      'asset-differs',
      { planned: 'asset', asked: 'elsewhere' },
    ],
    [
      'a second asset',
      () => deciding(MINTED, { type: 'CompleteMint', data: elsewhere }),
      'asset-differs',
      { minted: 'asset', asked: 'elsewhere' },
    ],
    ['an old failure', () => failing(FAILED, 1), 'request-superseded', { request: 2, reason: 'refused' }],
    ['a failure of before the plan', () => failing([PLANNED], 1), 'request-superseded', { request: 2 }],
    ['a late cancellation', () => deciding(SUBMITTED, { type: 'CancelMint', data: taken }), 'attempt-live', live],
  ])('%s', (_, decide, code, facts) => {
    expect(decide()).toEqual(refused(code, facts));
  });
});

describe('a refused burn states the reason', () => {
  const burn = (over: Partial<MintAttempt>): MintRequest => ({ type: 'SubmitRevoke', data: { ...ATTEMPT, signature: 'burn-1', ...over } });
  const died: MintRequest = { type: 'BuryRevoke', data: { ...DEATH, attempt: 2 } };
  const gone = (asset: string): MintRequest => ({ type: 'CompleteRevoke', data: { ...taken, asset, signature: 'burn-1', slot: '9' } });
  it.each<[string, readonly MintEvent[], MintRequest, string, object]>([
    ['one that lives', BURNING, burn({ attempt: 2, signature: 'burn-2' }), 'attempt-live', { attempt: 1, signature: 'burn-1' }],
    ['a number skipped', REVOCABLE, burn({ attempt: 3 }), 'attempt-out-of-turn', { attempt: 3, next: 1 }],
    ['an asset that stands for ever', MINTED, burn({}), 'irrevocable', { asset: 'asset' }],
    ['no mint', SUBMITTED, burn({}), 'state-forbids', {}],
    ['a death of none', REVOCABLE, died, 'attempt-not-live', { attempt: 2 }],
    ['a death of another', BURNING, died, 'attempt-not-live', { attempt: 2 }],
    ['no burning to die', MINTED, died, 'state-forbids', {}],
    ['another asset that is gone', BURNING, gone('elsewhere'), 'asset-differs', { minted: 'asset', asked: 'elsewhere' }],
    ['nothing that was burned', REVOCABLE, gone('asset'), 'state-forbids', {}],
    ['a void that can be burned', REVOCABLE, { type: 'VoidMint', data: { ...taken, asset: 'asset' } }, 'revocable', {}],
  ])('%s', (_, history, command, code, facts) => {
    expect(deciding(history, command)).toEqual(refused(code, facts));
  });

  it.each<MintRequest>([
    { type: 'SubmitAttempt', data: ATTEMPT },
    { type: 'BuryAttempt', data: DEATH },
    { type: 'CompleteMint', data: COMPLETION },
    burn({}),
    died,
    gone('asset'),
    { type: 'VoidMint', data: { ...taken, asset: 'asset' } },
  ])('$type of a ticket without a plan', (command) => {
    expect(deciding([], command)).toEqual({ refusal: { code: 'state-forbids', ticket: taken.ticket, state: 'unknown', facts: {} } });
  });
});

it('a mint that failed before its plan may be planned anywhere', () => {
  const failed: MintEvent = { type: 'MintFailed', data: { ticket: taken.ticket, request: 1, reason: 'wallet-invalid' } };
  expect(planning([failed], {})).toEqual({ events: [PLANNED] });
});

describe('a repetition changes nothing', () => {
  it.each<[string, () => MintDecision]>([
    ['the plan, while its attempt lives', () => planning(SUBMITTED, { salt: 'other', memo: 'other' })],
    ['the attempt that lives', () => deciding(SUBMITTED, { type: 'SubmitAttempt', data: ATTEMPT })],
    ['the death of an attempt of a failed mint', () => deciding(FAILED, { type: 'BuryAttempt', data: DEATH })],
    ['the failure', () => failing(FAILED, 2)],
    ['the asset', () => deciding(MINTED, { type: 'CompleteMint', data: COMPLETION })],
  ])('%s', (_, decide) => {
    expect(decide()).toEqual(NOTHING);
  });

  it('a failure of a later request is a new one', () => {
    expect(failing(FAILED, 3)).toMatchObject({ events: [{ type: 'MintFailed', data: { request: 3 } }] });
  });
});

it.each([
  'asset',
  'base',
  'seed',
  'program',
  'genesisHash',
] as const)('[L2] a plan with another %s is another plan, and no corrected one', (member) => {
  expect(planning([PLANNED], { [member]: 'other' })).toEqual(refused('already-planned', { request: 2, asset: 'asset' }));
  expect(planning(FAILED, { request: 3, [member]: 'other' })).toEqual(refused('address-differs', expect.anything()));
});

it.each<[string, Partial<MintPlan>]>([
  ['request', { request: 3 }],
  ['wallet', { wallet: 'w' as Wallet }],
  ['delegate', { delegate: 'd' }],
])('a plan with another %s is another plan', (_, over) => {
  expect(planning([PLANNED], over)).toEqual(refused('already-planned', { request: 2, asset: 'asset' }));
});

describe('a compressed ticket', () => {
  const revocable: MintEvent = { type: 'MintPlanned', data: { ...PLAN, delegate: 'delegate', compressed: { collection: 'collection' } } };

  it('keeps its leaf as long as it can be burned', () => {
    const completed = deciding([revocable, ...COMPRESSED.slice(1)], { type: 'CompleteMint', data: { ...COMPLETION, leaf: LEAF } });
    const minted = [revocable, ...COMPRESSED.slice(1), ...('events' in completed ? completed.events : [])];
    const burning: MintEvent = { type: 'MintRevokeSubmitted', data: { ...ATTEMPT, signature: 'burn-1' } };
    const death: MintEvent = { type: 'MintRevokeDied', data: DEATH };
    const folded = (more: readonly MintEvent[]) => [...minted, ...more].reduce<TicketMint | undefined>(evolve, undefined);
    expect(folded([])).toMatchObject({ state: 'minted', revocable: { leaf: LEAF } });
    expect(folded([burning])).toMatchObject({ state: 'revoking', leaf: LEAF });
    expect(folded([burning, death])).toMatchObject({ state: 'minted', revocable: { leaf: LEAF, dead: [{ attempt: 1 }] } });
  });
});
