import type { Commit } from '#shared/event-store/commit.js';
import { CAPPED_MS, SpendingCaps } from './spending-caps.js';

let time = 1_000_000;
const now = (): number => time;
const capsOf = (perMinute: number, perTenantMinute: number) =>
  new SpendingCaps({ MINT_CAP_PER_MINUTE: perMinute, MINT_CAP_TENANT_PER_MINUTE: perTenantMinute }, now);
const submitted = (tenant: string, ...tickets: string[]) =>
  ({
    subject: `ev.${tenant}.mint.gala`,
    events: tickets.map((ticket) => ({ type: 'MintSubmitted', data: { ticket, attempt: 1 }, at: time })),
  }) as unknown as Commit;

describe('the spending cap of a minute', () => {
  it('holds in total, and allows more when the minute is over', () => {
    const caps = capsOf(2, 10);
    caps.reserve('demo', 'a', 1);
    caps.reserve('acme', 'b', 1);
    expect(() => caps.reserve('demo', 'c', 1)).toThrow(expect.objectContaining({ code: 'spending-capped', kind: 'retryable' }));
    expect(caps.reached).toBe(true);
    time += CAPPED_MS + 1;
    caps.reserve('demo', 'c', 1);
    expect(caps.reached).toBe(false);
  });

  it('holds for one tenant, without effect on another', () => {
    const caps = capsOf(10, 1);
    caps.reserve('demo', 'a', 1);
    expect(() => caps.reserve('demo', 'b', 1)).toThrow(expect.objectContaining({ code: 'spending-capped' }));
    caps.reserve('acme', 'c', 1);
  });

  it('is counted from the log, delivered once or twice, whichever minter signed', () => {
    const caps = capsOf(3, 10);
    caps.note(submitted('demo', 'a', 'b'));
    caps.note(submitted('demo', 'a', 'b'));
    caps.reserve('demo', 'a', 1); // is in the log already
    caps.reserve('demo', 'c', 1);
    expect(() => caps.reserve('demo', 'd', 1)).toThrow(expect.objectContaining({ code: 'spending-capped' }));
  });

  it('does not count earlier attempts in the log', () => {
    const caps = capsOf(1, 1);
    const old = submitted('demo', 'a');
    time += CAPPED_MS;
    caps.note(old);
    caps.reserve('demo', 'b', 1);
  });
});
