import { pino } from 'pino';
import { ACK, type Delivery, type Settlement } from '#shared/consumer/delivery.js';
import { WebhookWork } from './webhook-work.js';

const SALES = 20;
const turned = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Work whose turns for endpoints named `slow` of tenant acme end when the test says so. */
class Turns {
  readonly begun: (() => void)[] = [];
  readonly settlements = new Map<string, Settlement>();
  readonly work: WebhookWork;

  constructor() {
    const run = (tenant: string, endpoint: string): Promise<Settlement> =>
      tenant === 'acme' && endpoint === 'slow' ? new Promise((resolve) => this.begun.push(() => resolve(ACK))) : Promise.resolve(ACK);
    const tenants = { active: () => ({}) as never };
    this.work = new WebhookWork({ run }, { run: async () => ACK }, tenants, pino({ level: 'silent' }), new AbortController());
  }

  async ask(...whose: string[]): Promise<void> {
    for (let sale = 0; sale < SALES; sale++)
      for (const subject of whose.map((one) => `hook.${one}.sale-${sale}`))
        this.work.take({ subject, working: () => undefined, settle: (one) => void this.settlements.set(subject, one) } as Delivery);
    await turned();
  }

  of(whose: string): Settlement[] {
    return [...this.settlements].filter(([subject]) => subject.startsWith(`hook.${whose}.`)).map(([, settlement]) => settlement);
  }

  stop(): Promise<void> {
    const stopping = this.work.stop();
    for (const end of this.begun.splice(0)) end();
    return stopping;
  }
}

it('[L13] an endpoint that does not answer delays no other endpoint of its tenant, and no other tenant', async () => {
  const turns = new Turns();
  await turns.ask('acme.slow', 'acme.quick', 'demo.slow');
  const settled = ['acme.slow', 'acme.quick', 'demo.slow'].map((whose) => turns.of(whose).length);
  await turns.stop();
  expect(settled).toEqual([0, SALES, SALES]);
});

it('an endpoint is sent a few sales at a time, and what had not begun when the process ends goes to another', async () => {
  const turns = new Turns();
  await turns.ask('acme.slow');
  const begun = turns.begun.length;
  await turns.stop();
  expect([begun > 0, begun < SALES / 2]).toEqual([true, true]);
  expect(turns.of('acme.slow').map(({ kind }) => kind)).toEqual([...Array(begun).fill('ack'), ...Array(SALES - begun).fill('nak')]);
});
