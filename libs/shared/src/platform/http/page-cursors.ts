import { canonicalJson, type Json } from '../../kernel/canonical.js';
import { sha256 } from '../../kernel/hash.js';
import { Sealed } from './sealed.js';

/** The key of the last row of a page. */
export type RowKey = readonly (string | number)[];

/**
 * The cursors of one query. Rows contain stream sequences, which would reveal other tenants' volume, so a cursor is sealed and valid
 * only for this query of this tenant.
 */
export class PageCursors {
  private readonly sealed: Sealed;

  /** @param question the operation and its parameters without page size and cursor */
  constructor(cursorKey: string, epoch: string, question: Json) {
    this.sealed = new Sealed(cursorKey, sha256(canonicalJson([epoch, question])), 'page ');
  }

  seal(row: RowKey): string {
    return this.sealed.seal(Buffer.from(JSON.stringify(row)));
  }

  open(cursor: string): RowKey | undefined {
    const plain = this.sealed.open(cursor);
    return plain === undefined ? undefined : (JSON.parse(plain.toString('utf8')) as RowKey);
  }
}
