import { jetstreamManager } from '@nats-io/jetstream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OrderId, TicketId } from '#shared/kernel/ids.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { startMinter } from '../../apps/minter/src/start.js';
import { waitFor } from '../../dev/processes/wait.js';
import { Caller, type Heard } from '../harness/caller.js';
import { MinterStage, mintCommand, newWallet } from './minter-stage.js';
import { startSelling } from './selling.js';
import { Stage } from './stage.js';

const PATIENCE_MS = 60_000;
const PAUSED_MS = 600_000;
const REACTOR = 'mint-requests';

export interface Sold {
  readonly sale: string;
  readonly order: string;
  readonly ticket: string;
  /** Its provider's report. */
  readonly payment: object;
}

/** A broker, a chain, the purchase app and a tenant that sells; minters come from the test. */
export class RefundStage extends Stage {
  minting!: MinterStage;
  demo!: Caller;
  private purchase!: NestFastifyApplication;
  private readonly minters: Awaited<ReturnType<typeof startMinter>>[] = [];

  constructor(private readonly name: string) {
    super();
  }

  override async open(): Promise<void> {
    this.minting = await this.standOn(new MinterStage(this.name));
    this.purchase = await startSelling(this.minting.server);
    this.onClose(() => this.purchase.close());
    this.onClose(() => this.stopMinters());
    this.demo = await this.keep(Caller.of(this.minting.server, 'demo'));
  }

  /** The state that a kill after `change` was committed leaves: nothing that follows from it is published; then another process takes over. */
  async diesBeforeItPublishes(change: () => Promise<unknown>): Promise<void> {
    const { consumers } = await jetstreamManager(this.minting.admin);
    await consumers.pause('EVENTS', REACTOR, new Date(Date.now() + PAUSED_MS));
    await change();
    await this.purchase.close();
    await consumers.resume('EVENTS', REACTOR); // an app refuses a consumer that is paused
    this.purchase = await startSelling(this.minting.server);
  }

  async startMinter(): Promise<void> {
    this.minters.push(await startMinter(readEnvironment(this.minting.environment), createLogger('minter', 'silent')));
  }

  async stopMinters(): Promise<void> {
    for (const minter of this.minters.splice(0)) await minter.close();
  }

  /** An order of one seat, paid for, whose ticket is asked to be minted. */
  async soldAndAsked(sale: string, terms: object = {}): Promise<Sold> {
    await this.demo.open(sale, { seats: ['A-1'] }, { payment: 'webhook', ...terms });
    return this.sellAgain(sale, 'first');
  }

  async sellAgain(sale: string, key: string): Promise<Sold> {
    const placed = await this.demo.place(sale, { units: ['A-1'] }, key);
    expect(placed.status).toBe(201);
    const order = `${placed.body.order}`;
    const ticket = `${(placed.body.tickets as { ticket: string }[])[0]?.ticket}`;
    const payment = { sale, order, payment: `pay-${key}`, amount: '5000', currency: 'EUR' };
    await this.demo.ask('payment.confirm', payment, `paid-${key}`);
    const minted = await this.demo.ask('ticket.mint', { sale, tickets: [ticket], wallet: newWallet() }, `mint-${key}`);
    expect(minted.status).toBe(200);
    return { sale, order, ticket, payment };
  }

  refund({ sale, order }: Sold, key: string, more: object = {}): Promise<Heard> {
    return this.demo.ask('order.refund', { sale, order, ...more }, key);
  }

  /** As a broker that hands out a command which was carried out long ago. */
  async askToMintOnceMore({ sale, order, ticket }: Sold): Promise<void> {
    const command = mintCommand(sale, 'A-1', { order: order as OrderId, ticket: ticket as TicketId });
    await this.minting.ask(command, 'once more');
  }

  async ticket({ sale, ticket }: Sold): Promise<Heard['body']> {
    return (await this.demo.ask('ticket.get', { sale, ticket })).body;
  }

  until(sold: Sold, status: string): Promise<void> {
    const reached = async (): Promise<boolean> => (await this.ticket(sold)).status === status;
    return waitFor(reached, { what: `the ticket is ${status}`, timeoutMs: PATIENCE_MS });
  }

  untilOutstanding(commands: number): Promise<void> {
    const reached = async (): Promise<boolean> => (await this.minting.outstanding()) === commands;
    return waitFor(reached, { what: `${commands} commands lie with the minter`, timeoutMs: PATIENCE_MS });
  }

  /** The minter's events of a ticket, in order. */
  async story({ sale, ticket }: Sold): Promise<string> {
    const events = await this.minting.events(sale);
    return events.flatMap((event) => (event.data.ticket === ticket ? [event.type] : [])).join(' ');
  }
}
