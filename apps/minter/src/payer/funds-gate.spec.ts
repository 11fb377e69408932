import { pino } from 'pino';
import { MemoryChain } from '../chains/memory.js';
import { FundsGate } from './funds-gate.js';

const silent = pino({ level: 'silent' });
const settled = async (promise: Promise<unknown>): Promise<boolean> => {
  const waiting = Symbol('waiting');
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(waiting)])) !== waiting;
};

async function gateWith(mints: bigint, outstanding = 0) {
  const chain = new MemoryChain();
  const { perMint } = await chain.funds();
  chain.balance = perMint * mints;
  return { chain, perMint, gate: new FundsGate(chain, silent, { count: outstanding }) };
}

describe('the funds gate', () => {
  it('admits a mint that the payer can pay for in addition to those in flight', async () => {
    const { gate } = await gateWith(20n, 5);
    expect(await gate.run(async () => 'signed')).toBe('signed');
    expect(gate.paused).toBe(false);
  });

  it('holds back mints beyond the payer’s balance, and continues by itself when there are funds', async () => {
    const { gate, chain, perMint } = await gateWith(20n, 10);
    const held = gate.run(async () => 'signed');
    expect(await settled(held)).toBe(false);
    expect(gate.paused).toBe(true);
    chain.balance = perMint * 100n;
    expect(await held).toBe('signed');
    expect(gate.paused).toBe(false);
  });

  it('counts those being signed now', async () => {
    const { gate } = await gateWith(12n); // two more than the margin
    let release: () => void = () => undefined;
    const work = () => new Promise<void>((resolve) => (release = resolve));
    const inside = [gate.run(work), gate.run(work)];
    await settled(Promise.all(inside));
    const third = gate.run(async () => 'signed');
    expect(await settled(third)).toBe(false);
    release();
    expect(await third).toBe('signed');
  });

  it('counts a crowd that waited for the same reading', async () => {
    const { gate } = await gateWith(12n);
    let inside = 0;
    const hold = () => new Promise<void>(() => (inside += 1));
    for (let number = 0; number < 50; number += 1) void gate.run(hold);
    await settled(gate.run(hold));
    expect(inside).toBe(2);
    expect(gate.paused).toBe(true);
  });

  it('requests an airdrop on a development chain', async () => {
    const { gate, chain, perMint } = await gateWith(0n);
    chain.replenish = async () => {
      chain.balance = perMint * 1_000n;
      return true;
    };
    expect(await gate.run(async () => 'signed')).toBe('signed');
  });

  it('passes on the fault when the balance is unknown', async () => {
    const { gate, chain } = await gateWith(20n);
    chain.funds = () => Promise.reject(new Error('unreachable'));
    await expect(gate.run(async () => 'signed')).rejects.toThrow('unreachable');
  });
});
