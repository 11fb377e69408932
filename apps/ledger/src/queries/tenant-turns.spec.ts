import { TenantTurns } from './tenant-turns.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("[L13] a tenant's turns", () => {
  it('are limited at once, in request order, whatever another tenant has', async () => {
    const turns = new TenantTurns(2);
    const taken: string[] = [];
    const ends: (() => void)[] = [];
    for (const name of ['demo-1', 'demo-2', 'demo-3', 'acme-1'])
      void turns.take(name.slice(0, 4)).then((end) => {
        taken.push(name);
        ends.push(end);
      });
    await settled();
    expect(taken).toEqual(['demo-1', 'demo-2', 'acme-1']);
    ends[0]?.();
    await settled();
    expect(taken.at(-1)).toBe('demo-3');
  });

  it('pass on when they end, one after the other, when more wait than may run', async () => {
    const turns = new TenantTurns(2);
    for (let turn = 0; turn < 10; turn++) (await turns.take('demo'))();
    const both = await Promise.all([turns.take('demo'), turns.take('demo')]);
    expect(both).toHaveLength(2);
  });
});
