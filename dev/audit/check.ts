/** The two audits that this service answers, each the last word on a service before it. */
export type Service = 'minting' | 'blockchain';

/** One check as its audit asks for it: the id in a test's title, what it means here, and what holds it in the code. */
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
  /** How a title names it: `minting IK4`. */
  readonly tag: string;
  readonly id: string;
  readonly means: string;
  readonly guard: string;
}

/** The ids are unique over both lists, so a check is known by its id's own list, wherever an audit counts it. */
const listOf = (id: string): Service => (/^(?:NFT|TP|SC)-/.test(id) ? 'blockchain' : 'minting');

export const checksOf = ({ checks }: Section): readonly Check[] =>
  checks.map(([id, means, guard]) => ({ tag: `${listOf(id)} ${id}`, id, means, guard }));

/** The tags that a test's full title carries: `[minting IK4] [blockchain TP-3] answers …`. */
export const tagsIn = (title: string): readonly string[] =>
  [...title.matchAll(/\[((?:minting|blockchain) [A-Z]+-?\d+)\]/g)].map((found) => found[1] ?? '');
