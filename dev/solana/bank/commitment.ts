export const COMMITMENTS = ['processed', 'confirmed', 'finalized'] as const;
export type Commitment = (typeof COMMITMENTS)[number];

/** How many slots each commitment lags behind the open slot. */
export type CommitmentDepths = Readonly<Record<Commitment, number>>;
