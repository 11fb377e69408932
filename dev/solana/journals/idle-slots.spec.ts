import { withoutIdleSlots } from './idle-slots.js';

const slots = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `{"kind":"slot","slot":${from + index},"time":1790000000}\n`).join('');
const LANDED = '{"kind":"landed","slot":7,"signature":"…"}\n';
const HEADER = '{"format":1,"genesisHash":"…"}\n';

describe('the journal of an idle chain', () => {
  it('drops slots that no request can read, and keeps the newest and every transaction', () => {
    const journal = Buffer.from(HEADER + slots(1, 20_000) + LANDED + slots(20_000, 40_000) + LANDED + slots(40_000, 40_010));
    const shorter = withoutIdleSlots(journal)?.toString() ?? '';
    expect(shorter).toBe(HEADER + LANDED + slots(38_986, 40_000) + LANDED + slots(40_000, 40_010));
  });

  it('does not rewrite a small journal or a busy one', () => {
    expect(withoutIdleSlots(Buffer.from(HEADER + slots(1, 2_000)))).toBeNull();
    expect(withoutIdleSlots(Buffer.from(HEADER + slots(1, 20_000) + LANDED.repeat(40_000)))).toBeNull();
  });
});
