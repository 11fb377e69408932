import type { NatsConnection } from '@nats-io/transport-node';
import { Module } from '@nestjs/common';
import { JetStreamValues } from '#shared/event-store/jetstream/jetstream-values.js';
import { LookupNames } from '#shared/platform/lookups/lookup-names.js';
import { PaymentIndex } from '#shared/platform/lookups/payment-index.js';
import { NATS } from '#shared/platform/messaging/nats.module.js';
import { LOOKUPS_BUCKET } from '#shared/platform/topology/streams.js';
import { SaleList } from './sale-list.js';

const VALUES = Symbol('values of the bucket of lookups');

/** Secondary indexes of the log, written by reactors. Decisions never read them. */
@Module({
  providers: [
    { provide: VALUES, inject: [NATS], useFactory: (connection: NatsConnection) => JetStreamValues.on(connection, LOOKUPS_BUCKET) },
    { provide: PaymentIndex, inject: [VALUES], useFactory: (values: JetStreamValues) => new PaymentIndex(values) },
    {
      provide: SaleList,
      inject: [VALUES, NATS],
      useFactory: async (values: JetStreamValues, connection: NatsConnection) => new SaleList(values, await LookupNames.on(connection)),
    },
  ],
  exports: [PaymentIndex, SaleList],
})
export class LookupsModule {}
