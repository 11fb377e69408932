export const COMMITMENTS = ['processed', 'confirmed', 'finalized'] as const;
export type Commitment = (typeof COMMITMENTS)[number];

/** How many slots behind the open one a commitment looks. */
export type CommitmentDepths = Readonly<Record<Commitment, number>>;
