import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { TrustedProxies } from './client-address.js';
import { Connections } from './connections.js';

/** A partial socket. It reports its end later than requested, as a real one does. */
class Wire extends EventEmitter {
  destroyed = false;

  constructor(readonly remoteAddress: string | undefined) {
    super();
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    queueMicrotask(() => this.emit('close'));
  }
}

class Port {
  closed = 0;
  private readonly server = new EventEmitter();
  readonly connections: Connections;

  constructor(total: number, each: number, proxies = '') {
    this.connections = new Connections({ total, each }, TrustedProxies.of(proxies), () => {
      this.closed += 1;
    });
    this.connections.watch(this.server as unknown as Server);
  }

  connect(address: string | undefined): Wire {
    const wire = new Wire(address);
    this.server.emit('connection', wire);
    return wire;
  }

  identify(wire: Wire, tenant: string): boolean {
    return this.connections.identify(wire as unknown as Socket, tenant);
  }
}

const openOf = (wires: readonly Wire[]): boolean[] => wires.map(({ destroyed }) => !destroyed);
const NOTHING = { open: 0, anonymous: 0, addresses: 0, tenants: 0 };

describe('connections', () => {
  it('[L13] of one address are closed for its next one, oldest first, and those of others stay', () => {
    const port = new Port(100, 2);
    const flood = Array.from({ length: 5 }, () => port.connect('192.0.2.1'));
    const other = port.connect('192.0.2.2');
    expect(openOf([...flood, other])).toEqual([false, false, false, true, true, true]);
    expect([port.connections.counts.open, port.closed]).toEqual([3, 3]);
  });

  it('[L13] of many addresses that fill the process are closed too, oldest first', () => {
    const port = new Port(3, 2);
    const flood = Array.from({ length: 3 }, (_, index) => port.connect(`192.0.2.${index}`));
    const caller = port.connect('198.51.100.1');
    expect(openOf([...flood, caller])).toEqual([false, true, true, true]);
  });

  it('[L13] with an API key are kept, and a new one is closed if there is no other', () => {
    const port = new Port(100, 2);
    const kept = [port.connect('192.0.2.1'), port.connect('192.0.2.1')];
    expect(kept.map((wire) => port.identify(wire, 'demo'))).toEqual([true, true]);
    expect(openOf([port.connect('192.0.2.1'), ...kept])).toEqual([false, true, true]);
    expect(openOf([port.connect('192.0.2.2')])).toEqual([true]);
  });

  it('[L13] of one tenant are bounded like those of one address, from however many addresses', () => {
    const port = new Port(100, 2);
    const wires = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address) => port.connect(address));
    expect(wires.map((wire) => port.identify(wire, 'demo'))).toEqual([true, true, false]);
    expect(wires.map((wire) => port.identify(wire, 'demo'))).toEqual([true, true, false]); // a second request on the same connection
    wires[0]?.emit('close');
    expect(port.identify(wires[2] as Wire, 'demo')).toBe(true);
  });

  it('of a trusted proxy are not counted as those of one client, and stay', () => {
    const port = new Port(4, 1, '10.0.0.0/8');
    const proxied = [port.connect('10.0.0.1'), port.connect('10.0.0.1'), port.connect('::ffff:10.0.0.1')];
    const flood = [port.connect('192.0.2.1'), port.connect('192.0.2.2')];
    expect(openOf([...proxied, ...flood])).toEqual([true, true, true, false, true]);
  });

  it('that ended before they were registered are not counted', () => {
    const port = new Port(2, 1);
    expect(port.connect(undefined).destroyed).toBe(true);
    expect(port.connections.counts).toEqual(NOTHING);
  });

  it('[L13] are removed when they end, so that more can follow than may be open at once', () => {
    const port = new Port(2, 1);
    for (let turn = 0; turn < 10; turn++) {
      const wire = port.connect('192.0.2.1');
      if (turn % 2 === 0) port.identify(wire, 'demo');
      expect(wire.destroyed).toBe(false);
      wire.emit('close');
    }
    expect([port.connections.counts, port.closed]).toEqual([NOTHING, 0]);
  });

  it('are within every bound after any history, and counted exactly', async () => {
    const step = fc.record({
      what: fc.constantFrom('connect', 'connect', 'identify', 'end'),
      address: fc.nat({ max: 3 }),
      which: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const port = new Port(6, 3);
        const wires: Wire[] = [];
        for (const { what, address, which } of steps) {
          const wire = wires[which % Math.max(1, wires.length)];
          if (what === 'connect') wires.push(port.connect(`192.0.2.${address}`));
          else if (wire !== undefined && !wire.destroyed && what === 'identify') port.identify(wire, `tenant-${which % 2}`);
          else wire?.destroy();
          await Promise.resolve();
          const open = wires.filter(({ destroyed }) => !destroyed);
          expect(port.connections.counts.open).toBe(open.length);
          expect(open.length).toBeLessThanOrEqual(6);
          for (const one of [0, 1, 2, 3])
            expect(open.filter(({ remoteAddress }) => remoteAddress === `192.0.2.${one}`).length).toBeLessThanOrEqual(3);
        }
        for (const wire of wires) wire.destroy();
        await Promise.resolve();
        expect(port.connections.counts).toEqual(NOTHING);
      }),
    );
  });
});
