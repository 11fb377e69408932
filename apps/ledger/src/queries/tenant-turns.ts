interface Line {
  taken: number;
  readonly waiting: (() => void)[];
}

/** Lets so many of one tenant go on at once, its others in the order of their coming. */
export class TenantTurns {
  private readonly lines = new Map<string, Line>();

  constructor(private readonly perTenant: number) {}

  /** Resolves when it is the caller's turn, to what ends the turn. */
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
