import type { Audit } from './check.js';

/** 3.1 to 3.8 as the audit lists them (51 checks), and the one that it counts but does not list. */
export const MINTING_AUDIT: Audit = {
  service: 'minting',
  title: 'Minting service - 07 Idempotency Audit',
  sections: [
    {
      title: '3.1 Idempotency Key',
      checks: [
        ['IK1', 'a key is required on every mutation', 'the intake reads the key before anything is stored'],
        ['IK2', 'the key is validated before any look-up', 'one pattern; only its hash enters a subject'],
        ['IK3', 'the key is stored durably, with a fingerprint', 'CommandDecided in the commit, fsynced before the answer'],
        ['IK4', 'a duplicate returns the original', 'the stored bytes of the decision in the aggregate'],
        ['IK5', 'scoped to the tenant, retention published', 'tenant and sale in every subject and hash; the policy document'],
        ['IK6', 'natural key: ticket and tenant', 'one mint per ticket in the sale; one message per subject'],
        ['IK7', 'in progress blocks', 'one message per subject in COMMANDS: a copy gets 409'],
      ],
    },
    {
      title: '3.2 Database Upsert',
      checks: [
        ['UP1', 'the same event twice leaves one row', 'a batch starts at checkpoint + 1, or is passed over'],
        ['UP2', 'unique constraint', 'primary keys that begin with the tenant'],
        ['UP3', 'only what is newer is written', 'on conflict do update … where sequence <= excluded.sequence'],
        ['UP4', 'updated_at moves with a change, and only then', "the event's own time, never now()"],
        ['UP5', 'one round trip returns the rows', 'one unnest statement a table'],
        ['UP6', 'upsert in a transaction', 'rows and checkpoint in one transaction'],
      ],
    },
    {
      title: '3.3 Queue Job',
      checks: [
        ['QJ1', 'deterministic job id', 'ids are hashes of their fields; no clock, no chance'],
        ['QJ2', 'job deduplicated', 'Nats-Msg-Id, one message per subject, and the aggregate behind both'],
        ['QJ3', 'the key travels in the data', 'command, decision, ledger row, mint'],
        ['QJ4', 'a retry makes no duplicate', 'the decision in the aggregate; the state of the ticket'],
        ['QJ5', 'failed jobs marked', 'MintFailed and a dead letter, before the ack'],
        ['QJ6', 'completed jobs tracked', 'MintCompleted before the ack; a row in the ledger'],
        ['QJ7', 'job result cached', 'asset and signature in the log'],
      ],
    },
    {
      title: '3.4 Webhook',
      checks: [
        ['WI1', 'signature on the raw body', 'Standard Webhooks over the bytes as they came'],
        ['WI2', 'the event id is unique', 'the event id is the key, the payment is counted once in the aggregate'],
        ['WI3', 'checked with the effect', 'decision and effect are one commit; 503 until it is in the log'],
        ['WI4', 'status tracked', 'the payment on the order, and the refund due'],
        ['WI5', 'a duplicate answers 2xx', 'the answer of the first, for which a copy under way waits'],
        ['WI6', 'concurrent and out of order safe, for longer than retries', 'payments are facts that only grow; keys never end'],
      ],
    },
    {
      title: '3.5 NFT Minting',
      checks: [
        ['NM1', 'check before mint', 'where the ticket stands is read before each step'],
        ['NM2', 'status tracked', 'one event a transition'],
        ['NM3', 'status checked', 'the table of transitions in the mint decider'],
        ['NM4', 'in progress blocks', 'one live attempt a ticket, appended under the expected version'],
        ['NM5', 'existing returned', 'the verdict in the log'],
        ['NM6', 'signature stored before it is sent', 'write ahead: MintSubmitted with the bytes, then the send'],
        ['NM7', 'asset id stored', 'the planned address: event, chain and ledger'],
        ['NM8', 'partial failure', 'three verdicts, from the account alone'],
      ],
    },
    {
      title: '3.6 API Endpoint',
      checks: [
        ['AE1', 'POST idempotent', 'one intake for every mutation'],
        ['AE2', 'batch atomic', 'one decision, one commit'],
        ['AE3', 'partial status reported', "a status a ticket, from the minter's own log"],
        ['AE4', 'documented', 'documents made of the constants and schemas that hold it'],
        ['AE5', 'GET idempotent', 'reads have no way to write'],
      ],
    },
    {
      title: '3.7 Distributed Lock',
      checks: [
        ['DL1', 'exclusive section', 'append under the expected sequence: one wins'],
        ['DL2', 'key of tenant and ticket', 'subjects of their own; sales take turns'],
        ['DL3', 'holds longer than the work', 'the version is the fence: it has no time to run out'],
        ['DL4', 'released on crash', 'redelivery; who comes next reads how far it went'],
        ['DL5', 'contention handled', 'the loser reads on and decides again'],
        ['DL6', 'store failure fails closed', 'nothing is sent that is not in the log'],
      ],
    },
    {
      title: '3.8 Retry Safety',
      checks: [
        ['RS1', 'backoff', 'bounded delays with chance in them'],
        ['RS2', 'max tries', 'three refusals in a row, each proven dead'],
        ['RS3', 'retry count tracked', 'the attempt in the event, deliveries in the dead letter, a metric'],
        ['RS4', 'retried operations idempotent', 'checkpoint as the cursor; state of the ticket'],
        ['RS5', 'errors distinguished', 'a fault is retryable, terminal or unknown'],
        ['RS6', 'not retryable fails fast', 'terminal: dead letter at the first delivery'],
      ],
    },
    {
      title: 'Counted there, not listed',
      checks: [['TP-10', 'retention matches the business window', 'the log is the table of keys: a key holds while its sale exists']],
    },
  ],
};
