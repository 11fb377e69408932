import { Module } from '@nestjs/common';
import { reacts } from '#shared/platform/messaging/consumer.js';
import { LookupsModule } from '../lookups/lookups.module.js';
import { RequestsModule } from '../requests/requests.module.js';
import { HoldExpiryReactor } from './hold-expiry-reactor.js';
import { LookupReactor } from './lookup-reactor.js';
import { MintRequestReactor } from './mint-request-reactor.js';
import { MintResultReactor } from './mint-result-reactor.js';

/** Commits or timers that a process pulls at once. */
const maxMessages = 32;

/**
 * Turns events and timers into mint requests and commands. A message is acknowledged when its mint requests are stored on MINTS, and when its
 * commands are decided: COMMANDS may lose what it has stored.
 */
@Module({
  imports: [RequestsModule, LookupsModule],
  providers: [
    MintRequestReactor,
    LookupReactor,
    MintResultReactor,
    HoldExpiryReactor,
    reacts({ stream: 'EVENTS', durable: 'mint-requests', maxMessages }, MintRequestReactor),
    reacts({ stream: 'EVENTS', durable: 'lookups', maxMessages }, LookupReactor),
    reacts({ stream: 'EVENTS', durable: 'mint-news', maxMessages }, MintResultReactor),
    reacts({ stream: 'TIMERS', durable: 'sweeps', maxMessages }, HoldExpiryReactor),
  ],
})
export class ReactorsModule {}
