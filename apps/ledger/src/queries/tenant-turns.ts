interface Line {
  taken: number;
  readonly waiting: (() => void)[];
}

/** Bounds concurrent work of each tenant; further work of a tenant waits first in, first out. */
export class TenantTurns {
  private readonly lines = new Map<string, Line>();

  constructor(private readonly perTenant: number) {}

  /** Resolves when it is the caller's turn, with the function that ends the turn. */
  async take(tenant: string): Promise<() => void> {
    const line = this.lines.get(tenant) ?? { taken: 0, waiting: [] };
    this.lines.set(tenant, line);
    if (line.taken >= this.perTenant) await new Promise<void>((resolve) => line.waiting.push(resolve));
    else line.taken += 1;
    return () => this.end(tenant, line);
  }

  private end(tenant: string, line: Line): void {
    const next = line.waiting.shift();
    if (next === undefined) line.taken -= 1;
    else next(); // the turn passes on
    if (line.taken === 0) this.lines.delete(tenant);
  }
}
