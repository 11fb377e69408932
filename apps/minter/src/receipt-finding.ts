/** The result of one check of a receipt. `unknown`: the node could not answer, which does not count against the receipt. */
export interface Finding {
  readonly outcome: 'holds' | 'differs' | 'unknown';
  /** The member of the receipt, or the fact on the chain. */
  readonly about: string;
  readonly says: string;
}

export const holds = (about: string, says: string): Finding => ({ outcome: 'holds', about, says });
export const differs = (about: string, says: string): Finding => ({ outcome: 'differs', about, says });
export const unknown = (about: string, says: string): Finding => ({ outcome: 'unknown', about, says });
export const sameOr = (about: string, same: boolean, whereSame: string, otherwise: string): Finding =>
  same ? holds(about, whereSame) : differs(about, otherwise);

export type ReceiptVerdict = 'valid' | 'not valid' | 'not known';

/** One difference makes a receipt not valid; an unknown result never counts as valid. */
export function verdictOn(findings: readonly Finding[]): ReceiptVerdict {
  if (findings.some(({ outcome }) => outcome === 'differs')) return 'not valid';
  return findings.some(({ outcome }) => outcome === 'unknown') ? 'not known' : 'valid';
}
