import type { CommandDecided } from '#shared/domain/decided.js';
import type { Recorded } from '#shared/domain/recorded.js';
import { expireHolds } from '#shared/domain/sale/orders/expire-holds.js';
import type { Sale } from '#shared/domain/sale/sale.js';
import { operation } from '../operations/operations.js';
import { type Answer, refusalAnswer } from '../requests/answer.js';
import type { Command } from '../requests/command.js';

export interface Decided {
  readonly answer: Answer;
  readonly events: readonly Recorded[];
}

/**
 * Decides one command and applies it to the sale, after the events that are due at this time. The decision's record comes first, its events
 * follow. An internal command that changes nothing leaves no record. The record and the command's events have its trace context; events
 * caused by time have none.
 */
export function decideCommand(sale: Sale, command: Command, storedAt: number, version: number): Decided {
  const at = Math.max(sale.clock, storedAt);
  sale.clock = at; // a refusal moves the clock too: later events are not earlier than it
  const { decide, view, status } = operation(command.operation);
  const overdue = expireHolds(sale, at);
  for (const event of overdue) sale.evolve(event, at, version);
  const decision = decide(sale, command, at);
  const effects = 'events' in decision ? decision.events : [];
  for (const event of effects) sale.evolve(event, at, version);
  const answer = 'events' in decision ? { status, body: JSON.stringify(view(sale, command, version)) } : refusalAnswer(decision.refusal);
  const emitted = [...overdue, ...effects];
  if (command.namespace === 'internal' && emitted.length === 0) return { answer, events: [] };
  const trace = { at, ...(command.traceparent !== undefined && { traceparent: command.traceparent }) };
  const record = { ...recordOf(command, answer, emitted.length), ...trace };
  return { answer, events: [record, ...overdue.map((event) => ({ ...event, at })), ...effects.map((event) => ({ ...event, ...trace }))] };
}

function recordOf(
  { operation: name, key, keyHash, fingerprint, request }: Command,
  { status, body }: Answer,
  emitted: number,
): CommandDecided {
  const outcome = status < 400 ? 'accepted' : 'refused';
  return { type: 'CommandDecided', data: { operation: name, key, keyHash, fingerprint, request, outcome, status, body, emitted } };
}
