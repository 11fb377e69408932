/** The two services that were audited before this one; each audit is answered here. */
export type Service = 'minting' | 'blockchain';

/** One check: the id that test titles carry, the meaning of the check in this service, and the code that implements it. */
export type Row = readonly [id: string, means: string, guard: string];

export interface Section {
  readonly title: string;
  readonly checks: readonly Row[];
}

export interface Audit {
  readonly service: Service;
  readonly title: string;
  readonly sections: readonly Section[];
}

export interface Check {
  /** The tag in test titles: `minting IK4`. */
  readonly tag: string;
  readonly id: string;
  readonly means: string;
  readonly guard: string;
}

/** Ids are unique across both lists, so the id alone tells the list of a check, whichever audit counts it. */
const listOf = (id: string): Service => (/^(?:NFT|TP|SC)-/.test(id) ? 'blockchain' : 'minting');

export const checksOf = ({ checks }: Section): readonly Check[] =>
  checks.map(([id, means, guard]) => ({ tag: `${listOf(id)} ${id}`, id, means, guard }));

/** In the title of a test, or of its suite: it runs with compressed tickets, so it shows nothing of Token-2022. */
const COMPRESSED = '[compressed]';
export const isCompressed = (title: string): boolean => title.includes(COMPRESSED);

/** The checks on minting that are shown for each kind of asset. */
export const isOfBothKinds = ({ id }: Pick<Check, 'id'>): boolean => /^NM\d/.test(id);

/** The tags in a test's full title: `[minting IK4] [blockchain TP-3] answers …`. */
export const tagsIn = (title: string): readonly string[] =>
  [...title.matchAll(/\[((?:minting|blockchain) [A-Z]+-?\d+)\]/g)].map((found) => found[1] ?? '');

/** The same with the laws: what a guard holds is a check or a law, `[L13] …`. A guard of compressed tickets holds `compressed NM8`. */
export const guardedIn = (title: string): readonly string[] => {
  const tags = [...tagsIn(title), ...[...title.matchAll(/\[(L\d+)\]/g)].map((found) => found[1] ?? '')];
  return isCompressed(title) ? tags.map(compressedTag) : tags;
};

/** `minting NM8` → `compressed NM8`; `L2` → `compressed L2`. */
export const compressedTag = (tag: string): string => `compressed ${tag.split(' ').at(-1)}`;
