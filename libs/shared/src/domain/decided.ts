import type { Json } from '../kernel/canonical.js';
import type { KeyHash } from '../kernel/ids.js';

/**
 * The record of a decision, in the same commit as its effects: the next `emitted` events are its result. The fold of a subject maps
 * `keyHash` to this record. So a known key is answered and not decided again, as long as the log exists.
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
    /** Status and body of the caller's response; the body is stored text and is not rendered again. */
    readonly status: number;
    readonly body: string;
    readonly emitted: number;
  };
};
