import { canonicalJson, type Json } from '#shared/kernel/canonical.js';
import { sha256 } from '#shared/kernel/hash.js';
import { Sealed } from '#shared/platform/http/sealed.js';

/** The key of a row: where a page ended. */
export type RowKey = readonly (string | number)[];

/**
 * Where a page of one question ended. Rows carry numbers of the stream, which would tell a tenant how much all others sell: so a cursor is
 * sealed, and good for this question of this tenant alone.
 */
export class PageCursors {
  private readonly sealed: Sealed;

  /** @param question the operation and everything it was asked but how much and from where */
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
