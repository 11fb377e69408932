import fc from 'fast-check';
import type { OrderId, TicketId, UnitId, Wallet } from '../../kernel/ids.js';
import { decideMint, type MintRequest } from './decide.js';
import type { MintEvent } from './events.js';
import { evolve, type TicketMint } from './ticket-mint.js';

const ticket = 'tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa' as TicketId;
const order = 'ord_aaaaaaaaaaaaaaaaaaaaaaaaaa' as OrderId;
const unit = 'A-1' as UnitId;
const few = fc.integer({ min: 1, max: 4 });
const wallet = fc.constantFrom('wallet-1', 'wallet-2') as fc.Arbitrary<Wallet>;
const asset = fc.constantFrom('asset-1', 'asset-1', 'asset-1', 'asset-2');
const text = fc.constantFrom('a', 'b');

const plan: fc.Arbitrary<MintRequest> = fc
  .record({ asset, wallet, request: few, salt: text, delegate: fc.constantFrom({}, {}, { delegate: 'd' }) })
  .map(({ delegate, ...some }) => ({
    type: 'PlanMint' as const,
    data: {
      ...some,
      ...delegate,
      ticket,
      order,
      unit,
      base: 'b',
      seed: 's',
      program: 'p',
      genesisHash: 'g',
      name: 'n',
      symbol: 's',
      uri: 'u',
      memo: 'm',
    },
  }));
const submission: fc.Arbitrary<MintRequest> = fc.record({ attempt: few, signature: text }).map(({ attempt, signature }) => ({
  type: 'SubmitAttempt' as const,
  data: { ticket, attempt, signature: `${signature}-${attempt}`, transaction: 'AQ==', blockhash: 'h', lastValidBlockHeight: 1 },
}));
const completion: fc.Arbitrary<MintRequest> = fc.record({ asset, wallet }).map((some) => ({
  type: 'CompleteMint' as const,
  data: { ...some, ticket, order, unit, signature: 'a-1', slot: '1', supply: '1', holder: null },
}));
const command: fc.Arbitrary<MintRequest> = fc.oneof(
  plan,
  submission,
  completion,
  few.map((attempt) => ({ type: 'BuryAttempt' as const, data: { ticket, attempt, reason: 'expired', evidence: {} } })),
  few.map((request) => ({ type: 'FailMint' as const, data: { ticket, request, reason: 'program-refused' } })),
  fc.constantFrom({ type: 'CancelMint' as const, data: { ticket, order, unit } }),
  asset.map((asset) => ({ type: 'VoidMint' as const, data: { ticket, order, unit, asset } })),
);

function run(commands: readonly MintRequest[]): { log: MintEvent[]; mint: TicketMint | undefined } {
  const log: MintEvent[] = [];
  let mint: TicketMint | undefined;
  for (const each of commands) {
    const decision = decideMint(mint, each);
    if ('refusal' in decision) continue;
    for (const event of decision.events) {
      mint = evolve(mint, event); // throws if the decider accepts a command that the aggregate forbids
      log.push(event);
    }
  }
  return { log, mint };
}

/** Random commands alone rarely create an asset, so half of the runs begin with a planned mint. */
const begun = fc.oneof(fc.constant([]), fc.tuple(plan, submission, completion));
const commands = fc.tuple(begun, fc.array(command, { maxLength: 60 })).map(([first, then]) => [...first, ...then]);

describe('any sequence of commands', () => {
  it('never leaves two attempts alive, and numbers them without gaps', () => {
    fc.assert(
      fc.property(commands, (asked) => {
        let live = 0;
        let last = 0;
        for (const event of run(asked).log) {
          if (event.type === 'MintSubmitted') {
            expect(event.data.attempt).toBe(last + 1);
            last = event.data.attempt;
            live += 1;
          }
          if (event.type === 'MintAttemptDied' || event.type === 'MintCompleted') live -= 1;
          expect(live === 0 || live === 1).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('mints at most once, at the address of the first plan, and then only becomes void, once', () => {
    let voided = 0;
    fc.assert(
      fc.property(commands, (asked) => {
        const { log } = run(asked);
        const planned = log.flatMap((event) => (event.type === 'MintPlanned' ? [event.data.asset] : []));
        expect(new Set(planned).size).toBeLessThanOrEqual(1);
        const at = log.findIndex(({ type }) => type === 'MintCompleted');
        if (at === -1) return;
        const isBurnable = log.some(({ type, data }) => type === 'MintPlanned' && 'delegate' in data);
        expect(log.slice(at + 1).map(({ type }) => type)).toEqual(log.length > at + 1 && !isBurnable ? ['MintVoided'] : []);
        expect(log[at]?.data).toMatchObject({ asset: planned[0] });
        if (log.at(-1)?.type === 'MintVoided') voided += 1;
      }),
      { numRuns: 1_000, seed: 20_277 },
    );
    expect(voided).toBeGreaterThan(10);
  });

  it('plans again only after a failure, and only for a later request', () => {
    fc.assert(
      fc.property(commands, (asked) => {
        let open = false;
        let request = 0;
        for (const event of run(asked).log) {
          if (event.type === 'MintPlanned') {
            expect(open).toBe(false);
            expect(event.data.request).toBeGreaterThan(request);
            open = true;
            request = event.data.request;
          }
          if (event.type === 'MintFailed') {
            open = false;
            request = Math.max(request, event.data.request);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('accepts a repeated command, and does nothing', () => {
    fc.assert(
      fc.property(commands, command, (asked, last) => {
        const { mint } = run(asked);
        const decision = decideMint(mint, last);
        if ('refusal' in decision) return;
        const after = decision.events.reduce<TicketMint | undefined>(evolve, mint);
        expect(decideMint(after, last)).toEqual({ events: [] });
      }),
      { numRuns: 1_000 },
    );
  });
});
