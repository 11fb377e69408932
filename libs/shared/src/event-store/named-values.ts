/** Values by their names, the newest of each. Every method throws `Fault('log-unreachable')` when it is not answered. */
export interface NamedValues {
  get(name: string): Promise<{ readonly bytes: Uint8Array; readonly revision: number } | undefined>;

  /** The bytes that any copy has, which may not be the newest. Three times as fast for large ones. */
  bytes(name: string): Promise<Uint8Array | undefined>;

  /** @param after the revision that the value must still have (0: none); absent: whatever it has. @returns false where it has another */
  put(name: string, bytes: Uint8Array, after?: number): Promise<boolean>;
}
