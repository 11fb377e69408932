import { Injectable } from '@nestjs/common';
import { ACK, type Delivery, type Settlement } from '#shared/consumer/delivery.js';
import type { Reactor } from '#shared/platform/messaging/consumer.js';
import { LookupReactor } from './lookup-reactor.js';
import { MintRequestReactor } from './mint-request-reactor.js';

/** The reactors on commits of sales. They share a consumer, so that each commit is delivered once for all of them; it comes again until all are done. */
@Injectable()
export class SaleReactors implements Reactor {
  private readonly all: readonly Reactor[];

  constructor(mintRequests: MintRequestReactor, lookups: LookupReactor) {
    this.all = [mintRequests, lookups];
  }

  async handle(delivery: Delivery): Promise<Settlement> {
    const settlements = await Promise.all(this.all.map((reactor) => reactor.handle(delivery)));
    return settlements.find(({ kind }) => kind !== 'ack') ?? ACK;
  }
}
