/** The state of an account at one moment; null when the account is absent. */
export interface AccountImage {
  readonly lamports: bigint;
  readonly owner: string;
  readonly executable: boolean;
  readonly data: Uint8Array;
}

export interface AccountSink {
  set(address: string, image: AccountImage | null): void;
}

/** Account storage: the virtual machine, or a map in front of it while the journal is read. */
export interface AccountStore extends AccountSink {
  get(address: string): AccountImage | null;
}

/** The accounts of one transaction at one moment. */
export type Images = ReadonlyMap<string, AccountImage | null>;

export function sameImage(a: AccountImage | null, b: AccountImage | null): boolean {
  if (a === null || b === null) return a === b;
  return a.lamports === b.lamports && a.owner === b.owner && a.executable === b.executable && Buffer.compare(a.data, b.data) === 0;
}

/** Reads fall through to the store below; writes stay here until `flush`, so an account written a thousand times is set once. */
export class OverlayAccounts implements AccountStore {
  private readonly written = new Map<string, AccountImage | null>();

  constructor(private readonly below: AccountStore) {}

  get(address: string): AccountImage | null {
    const written = this.written.get(address);
    return written === undefined ? this.below.get(address) : written;
  }

  set(address: string, image: AccountImage | null): void {
    this.written.set(address, image);
  }

  flush(): number {
    for (const [address, image] of this.written) this.below.set(address, image);
    return this.written.size;
  }
}
