// Another Nest service that sells through admit-one with Nest's own ClientProxy. Settings: `. .admit/stack.env`.
import 'reflect-metadata';
import { headers } from '@nats-io/transport-node';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type ClientProxy, ClientsModule, NatsRecordBuilder, Transport } from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';

const { NATS_URL = '', NATS_USER = '', NATS_PASSWORD = '', ADMIT_TENANT = '', SALE = `example-${Date.now()}` } = process.env;
const ADMIT = 'ADMIT';

class BoxOfficeModule {}
Module({
  imports: [
    ClientsModule.register([
      { name: ADMIT, transport: Transport.NATS, options: { servers: NATS_URL, user: NATS_USER, pass: NATS_PASSWORD } },
    ]),
  ],
})(BoxOfficeModule);

/** What admit-one answers with a status from 400 on arrives as an exception of this form. */
interface Problem {
  readonly status: number;
  readonly code: string;
}

const service = await NestFactory.createApplicationContext(BoxOfficeModule, { logger: ['error'] });
const admit = service.get<ClientProxy>(ADMIT);

/** The pattern is the whole subject. The key is a header of the record; a retry sends the same record again. */
function ask<Answer>(operation: string, body: object, key: string): Promise<Answer> {
  const head = headers();
  head.set('Idempotency-Key', key);
  const record = new NatsRecordBuilder(body).setHeaders(head).build();
  return firstValueFrom(admit.send<Answer>(`admit.${ADMIT_TENANT}.${operation}`, record));
}

interface Order {
  readonly order: string;
  readonly status: string;
}
const terms = { name: 'Example', units: { quota: 10 }, price: { amount: '5000', currency: 'EUR' }, payment: 'none', mint: 'on-request' };
await ask('sale.open', { sale: SALE, ...terms }, `open-${SALE}`);
const cart = { sale: SALE, buyer: 'b-1', quantity: 2 };
const first = await ask<Order>('order.place', cart, `cart-1-${SALE}`);
const again = await ask<Order>('order.place', cart, `cart-1-${SALE}`);
process.stdout.write(`${first.order} ${first.status}, again ${again.order}\n`);

const refused = await ask<Order>('order.place', { ...cart, quantity: 9 }, `cart-2-${SALE}`).catch((problem: Problem) => problem);
process.stdout.write(`${'code' in refused ? `${refused.status} ${refused.code}` : 'sold'}\n`);
await service.close();
