import type { NamedValues } from './named-values.js';

/** Named values in this process's memory, gone when the process ends. */
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
}
