import type { NamedValues } from './named-values.js';

/** Named values in this process's memory; lost when the process ends. */
export class MemoryValues implements NamedValues {
  private readonly values = new Map<string, { readonly bytes: Uint8Array; readonly revision: number }>();
  private revision = 0;

  async get(name: string): Promise<{ readonly bytes: Uint8Array; readonly revision: number } | undefined> {
    return this.values.get(name);
  }

  async bytes(name: string): Promise<Uint8Array | undefined> {
    return this.values.get(name)?.bytes;
  }

  async put(name: string, bytes: Uint8Array, after?: number): Promise<boolean> {
    if (after !== undefined && (this.values.get(name)?.revision ?? 0) !== after) return false;
    this.revision += 1;
    this.values.set(name, { bytes, revision: this.revision });
    return true;
  }

  /** The first name that begins with `prefix` and was last written after this position, in stream order. */
  async next(prefix: string, after: number): Promise<{ readonly name: string; readonly place: number } | undefined> {
    let first: { readonly name: string; readonly place: number } | undefined;
    for (const [name, { revision: place }] of this.values)
      if (place > after && name.startsWith(prefix) && (first === undefined || place < first.place)) first = { name, place };
    return first;
  }
}
