import type { Json } from '../kernel/canonical.js';
import type { KeyHash } from '../kernel/ids.js';

/**
 * The record of a decision, in the same commit as its effects: the next `emitted` events are what the command did.
 * The fold of a subject maps `keyHash` to this, so a known key is answered and never decided again, for as long as the log lives.
 */
export type CommandDecided = {
  readonly type: 'CommandDecided';
  readonly data: {
    readonly operation: string;
    readonly key: string;
    readonly keyHash: KeyHash;
    readonly fingerprint: string;
    readonly request: Json;
    readonly outcome: 'accepted' | 'refused';
    /** Status and body as the caller got them; the body is stored text, never rendered again. */
    readonly status: number;
    readonly body: string;
    readonly emitted: number;
  };
};
