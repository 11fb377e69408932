import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ROUTES } from '../../apps/ledger/src/http/routes.js';
import type { HttpCaller, HttpHeard } from '../harness/http-caller.js';
import { HttpCaller as Shop } from '../harness/http-caller.js';
import { RunningLedger } from '../harness/ledger-app.js';
import { Log, startSelling } from '../harness/selling.js';

const STARTS_SERVERS_MS = 180_000;
type Item = Readonly<Record<string, string>>;

let log: Log;
let purchase: NestFastifyApplication;
let ledger: RunningLedger;
let shop: Shop;
let demo: HttpCaller;
let acme: HttpCaller;

beforeAll(async () => {
  log = await Log.start('ledger-queries');
  purchase = await startSelling(log.server);
  ledger = await RunningLedger.start(log.server);
  [shop, demo, acme] = [await Shop.of(purchase, 'demo'), await ledger.caller('demo'), await ledger.caller('acme')];
  await shop.open('gala', { quota: 10 });
  await shop.place('gala', { quantity: 2 }, 'first');
  await shop.place('gala', { quantity: 1, buyer: 'b-2' }, 'second');
  await ledger.reaches((await log.lastSequences()).EVENTS ?? 0);
}, STARTS_SERVERS_MS);
afterAll(async () => {
  await ledger?.stop();
  await purchase?.close();
  await log?.stop();
});

const items = ({ body }: HttpHeard, name: string): Item[] => body[name] as Item[];

describe('the ledger over HTTP', () => {
  it('answers every row with its shape, and says how far it is', async () => {
    for (const { path, answer } of ROUTES) {
      const heard = await demo.get(path);
      expect([path, heard.status]).toEqual([path, 200]);
      answer.parse(heard.body);
      expect(heard.headers.get('Ledger-Position')).toBe(heard.body.position);
    }
  });

  it('tells the balances of a sale', async () => {
    const heard = await demo.get('/v1/ledger/balances?sale=gala');
    const tickets = items(heard, 'balances').filter(({ unitOfAccount }) => unitOfAccount === 'tickets:gala');
    expect(Object.fromEntries(tickets.map(({ account, amount }) => [account, amount]))).toEqual({
      opened: '10',
      held: '0',
      available: '7',
      sold: '3',
    });
    expect(items(await acme.get('/v1/ledger/balances?sale=gala'), 'balances')).toEqual([]);
  });
});
