import { NO_HEAD } from '#shared/event-store/commit.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { fingerprint, type Json } from '#shared/kernel/canonical.js';
import { type KeyNamespace, keyHash, type SaleId, type TenantId } from '#shared/kernel/ids.js';
import { decideCommand } from '../../apps/purchase/src/deciding/decide.js';
import { SaleAggregate } from '../../apps/purchase/src/deciding/sale-aggregate.js';
import type { OperationName } from '../../apps/purchase/src/operations/operations.js';
import type { Answer } from '../../apps/purchase/src/requests/answer.js';
import { type Command, encodeCommand } from '../../apps/purchase/src/requests/command.js';
import type { Log } from './selling.js';

/** A command as an earlier version stored it: it knew none of the checks of today, and took a key as it came. */
export function takenBefore(operation: OperationName, key: string, request: object, namespace: KeyNamespace = 'api'): Command {
  const { sale } = request as { readonly sale: string };
  return {
    tenant: 'demo' as TenantId,
    sale: sale as SaleId,
    keyHash: keyHash(namespace, key),
    namespace,
    operation,
    key,
    fingerprint: fingerprint(operation, sale, request),
    request: request as Json,
    reply: '_INBOX.purchase.earlier',
  };
}

/** Decides a command and writes it to the log, as an earlier version did. @returns its answer */
export async function decidedBefore({ admin }: Pick<Log, 'admin'>, command: Command): Promise<Answer> {
  const store = await JetStreamEventStore.on(admin);
  const state = new SaleAggregate(saleSubject(command.tenant, command.sale));
  for await (const commit of store.read(state.subject, NO_HEAD)) state.apply(commit);
  const { answer, events } = decideCommand(state.sale, command, Date.now(), state.head.version + 1);
  if ((await store.append(state.subject, state.head, events)) === undefined) throw new Error('another writer appended meanwhile');
  return answer;
}

/** The bytes of a stored command. */
export const storedBefore = (command: Command): string => encodeCommand(command);
