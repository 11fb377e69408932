import type { Audit } from './check.js';

/** The 25 checks that the audit lists, and NFT-5, which it counts but does not list. */
export const BLOCKCHAIN_AUDIT: Audit = {
  service: 'blockchain',
  title: 'Blockchain service - 07 Idempotency Audit',
  sections: [
    {
      title: 'NFT Minting',
      checks: [
        ['NFT-1', 'unique key without time', 'ids are hashes of their fields'],
        ['NFT-2', 'the ticket id is in it', 'the subject of the command; body and subject must agree'],
        ['NFT-3', 'signature stored before retry', 'write ahead: MintSubmitted, then the send'],
        ['NFT-4', 'pending transactions monitored', 'what is submitted is looked at until it has a verdict'],
        ['NFT-5', 'metadata URI deterministic', 'made of tenant and ticket alone; what is served has the hash that was planned'],
        ['NFT-6', 'failure is not a timeout', 'confirmed, dead, or unknown; dead needs proof'],
        ['NFT-7', 'ticket updated atomically', 'rows and checkpoint in one transaction'],
        ['NFT-8', 'a duplicate returns the existing', 'the verdict in the log'],
      ],
    },
    {
      title: 'Ticket Purchase Flow',
      checks: [
        ['TP-1', 'Idempotency-Key header', 'the intake reads the key before anything is stored'],
        ['TP-2', 'key validated', 'one pattern; only its hash enters a subject'],
        ['TP-3', 'a duplicate returns the original', 'the stored bytes of the decision'],
        ['TP-4', 'atomic reservation', 'one commit under the expected version'],
        ['TP-5', 'recovery points tracked', 'moments on the order and its mints'],
        ['TP-6', 'resume from the last step', 'every step is in the log before the next one'],
        ['TP-7', 'tenant in the key', 'tenant and sale in every subject and hash; NATS accounts'],
        ['TP-8', '409 on concurrent', 'one message per subject in COMMANDS'],
        ['TP-9', '422 on mismatch', 'the fingerprint of the canonical request'],
      ],
    },
    {
      title: 'State-Changing Operations',
      checks: [
        ['SC-1', 'POST supports idempotency', 'one intake for every mutation'],
        ['SC-2', 'persistent storage', 'the decision is in the log, fsynced before the answer'],
        ['SC-3', 'atomic checks', 'the broker keeps one message per subject; one commit decides'],
        ['SC-4', 'replay header', 'set where stored bytes are answered, nowhere else'],
        ['SC-5', 'tenant scoped', 'subjects, accounts, row-level security'],
        ['SC-6', 'error responses not cached', 'only decisions hold a key'],
        ['SC-7', '5xx allows retry', 'an unknown outcome is looked up, or decided later under its key'],
        ['SC-8', '4xx requires a new key', 'a refusal is a decision'],
        ['SC-9', 'monitoring exists', 'metrics by kind of answer, alert rules'],
      ],
    },
  ],
};
