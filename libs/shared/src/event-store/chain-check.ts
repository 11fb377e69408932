import { isFault } from '../kernel/fault.js';
import { sha256 } from '../kernel/hash.js';
import { decodeLink, type Head, type Link, NO_HEAD } from './commit.js';

/** One defect of the log, with its place in the stream. */
export interface Finding {
  readonly sequence: number;
  readonly subject: string;
  readonly what: string;
}

/** A subject's head as an earlier reader saw it: no successor in the log confirms the last commit. */
export type Witness = Pick<Head, 'version' | 'hash'>;

interface Followed extends Head {
  /** The previous commit is not the one that this commit names. One of the two was changed; the next commit shows which. */
  readonly doubted?: Head;
  /** This commit was found to be changed, so its successors cannot fit. */
  readonly found?: true;
}

/** The maximum of findings kept, earliest first, for a log that is broken everywhere; all findings are counted. */
const MAX_FINDINGS = 1_000;

/**
 * Follows the hash chain of every subject through a whole stream. For each break it reports the changed commit: the one that its
 * neighbours and witnesses do not confirm. Memory: one head per subject, and a bounded number of findings.
 */
export class ChainCheck {
  readonly findings: Finding[] = [];
  /** The number of findings, kept or not. */
  found = 0;
  private readonly subjects = new Map<string, Followed>();

  constructor(private readonly witnesses: ReadonlyMap<string, Witness> = new Map()) {}

  get subjectCount(): number {
    return this.subjects.size;
  }

  /** Checks one message, in stream order. */
  take(subject: string, sequence: number, bytes: Uint8Array): void {
    const before = this.subjects.get(subject) ?? NO_HEAD;
    this.subjects.set(subject, this.follow(before, subject, sequence, bytes));
  }

  /** After the last message: commits that are still in doubt, and commits missing at the ends. */
  end(): readonly Finding[] {
    for (const [subject, followed] of this.subjects) {
      const { doubted, sequence } = followed;
      if (doubted !== undefined) this.find(sequence, subject, `does not follow commit ${doubted.sequence}: one of the two was changed`);
    }
    for (const [subject, { version }] of this.witnesses) {
      const last = this.subjects.get(subject) ?? NO_HEAD;
      if (last.version < version)
        this.find(
          last.sequence,
          subject,
          `is the last of its subject, of version ${last.version}; version ${version} was seen and is missing`,
        );
    }
    return this.findings.sort((left, right) => left.sequence - right.sequence);
  }

  private follow(before: Followed, subject: string, sequence: number, bytes: Uint8Array): Followed {
    const commit = this.read(subject, sequence, bytes);
    if (commit === undefined) {
      this.settle(before, subject);
      return { version: before.version + 1, sequence, hash: sha256(bytes), found: true };
    }
    const head: Followed = { version: commit.version, sequence, hash: commit.hash };
    const witness = this.witnesses.get(subject);
    const confirmed = witness?.version === commit.version ? witness.hash === commit.hash : undefined;
    if (confirmed === false) {
      this.find(sequence, subject, `has the hash ${commit.hash}; ${witness?.hash} was seen`);
      return { ...head, found: true };
    }
    if (commit.version !== before.version + 1) return this.outOfTurn(before, commit, head);
    if (commit.previous === before.hash || before.found === true) {
      this.settle(before, subject);
      return head;
    }
    return this.broken(before, commit, head, confirmed === true);
  }

  /** The commit names another predecessor than the existing one. */
  private broken(before: Followed, commit: Link, head: Followed, confirmed: boolean): Followed {
    const { subject, sequence, previous } = commit;
    const stranger = `names ${previous || 'none'} as the commit before it`;
    if (before.doubted !== undefined) {
      this.find(before.sequence, subject, `fits neither commit ${before.doubted.sequence} before it nor commit ${sequence} after it`);
      return head;
    }
    if (before.sequence === 0) this.find(sequence, subject, `is the first of its subject and ${stranger}`);
    else if (confirmed) this.find(before.sequence, subject, `has the hash ${before.hash}; commit ${sequence} ${stranger}`);
    else return { ...head, doubted: before };
    return head;
  }

  private outOfTurn(before: Followed, commit: Link, head: Followed): Followed {
    const { subject, sequence, version, previous } = commit;
    this.settle(before, subject);
    const changed = previous === before.hash;
    const what = changed ? 'it was changed' : 'it is misplaced, or commits between them are missing';
    this.find(sequence, subject, `says version ${version} after version ${before.version}: ${what}`);
    return changed ? { ...head, version: before.version + 1, found: true } : head;
  }

  /** The successor confirms the commit `before`: if `before` did not fit its predecessor, the predecessor was changed. */
  private settle({ doubted, sequence }: Followed, subject: string): void {
    if (doubted !== undefined) this.find(doubted.sequence, subject, `has the hash ${doubted.hash}; commit ${sequence} names another`);
  }

  private read(subject: string, sequence: number, bytes: Uint8Array): Link | undefined {
    try {
      return decodeLink(subject, sequence, bytes);
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      const { code, context, cause } = thrown;
      const what = code === 'event-unknown' ? `${context.type}, which a later version wrote` : cause instanceof Error && cause.message;
      this.find(sequence, subject, `is no commit of its subject: ${what || 'unreadable'}`);
      return undefined;
    }
  }

  private find(sequence: number, subject: string, what: string): void {
    this.found += 1;
    if (this.findings.length < MAX_FINDINGS) this.findings.push({ sequence, subject, what });
  }
}
