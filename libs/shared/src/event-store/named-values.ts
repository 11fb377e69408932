/** The newest value of each name. Every method throws `Fault('log-unreachable')` when the store does not respond. */
export interface NamedValues {
  get(name: string): Promise<{ readonly bytes: Uint8Array; readonly revision: number } | undefined>;

  /** The bytes from any replica, which may not be the newest. Three times as fast for large values. */
  bytes(name: string): Promise<Uint8Array | undefined>;

  /** @param after the expected revision of the value (0: no value); absent: any revision. @returns false when the revision differs */
  put(name: string, bytes: Uint8Array, after?: number): Promise<boolean>;
}
