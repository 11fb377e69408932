/** What one check of a receipt showed. `unknown`: the node could not tell, which says nothing against the receipt. */
export interface Finding {
  readonly outcome: 'holds' | 'differs' | 'unknown';
  /** The member of the receipt, or what stands on the chain. */
  readonly about: string;
  readonly says: string;
}

export const holds = (about: string, says: string): Finding => ({ outcome: 'holds', about, says });
export const differs = (about: string, says: string): Finding => ({ outcome: 'differs', about, says });
export const unknown = (about: string, says: string): Finding => ({ outcome: 'unknown', about, says });
export const sameOr = (about: string, same: boolean, whereSame: string, otherwise: string): Finding =>
  same ? holds(about, whereSame) : differs(about, otherwise);

export type ReceiptVerdict = 'valid' | 'not valid' | 'not known';

/** One thing that differs is enough; what nobody could tell is not taken for true. */
export function verdictOn(findings: readonly Finding[]): ReceiptVerdict {
  if (findings.some(({ outcome }) => outcome === 'differs')) return 'not valid';
  return findings.some(({ outcome }) => outcome === 'unknown') ? 'not known' : 'valid';
}
