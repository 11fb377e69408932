export interface CrashCase {
  readonly kind: string;
  readonly seed: number;
  readonly tickets: number;
  /** Appends of a minter that was overtaken, refused by the log. */
  readonly refusedAppends: number;
}

/** The output of a crash run: one line for every passed case, and the sums at the end. The short form prints nothing. */
export class CrashTally {
  private readonly cases: CrashCase[] = [];
  private readonly startedAt = performance.now();

  constructor(
    private readonly planned: number,
    private readonly aloud: boolean,
  ) {}

  /** To be called once it is shown that every ticket of the case has one asset. */
  ended(one: CrashCase): void {
    this.cases.push(one);
    const { kind, seed, tickets, refusedAppends } = one;
    const place = `${this.cases.length}/${this.planned}, ${this.seconds()} s`;
    this.say(`${place}  ${kind}, ${seed}: ${tickets} tickets, ${tickets} assets, ${refusedAppends} late appends refused`);
  }

  sumUp(): void {
    for (const kind of new Set(this.cases.map((one) => one.kind))) {
      const cases = this.cases.filter((one) => one.kind === kind);
      const tickets = sum(cases, (one) => one.tickets);
      const refused = sum(cases, (one) => one.refusedAppends);
      this.say(`${kind}: ${cases.length} times, ${tickets} tickets, ${tickets} assets, ${refused} late appends refused`);
    }
    this.say(`${this.cases.length} of ${this.planned} cases ended well in ${this.seconds()} s`);
  }

  private seconds(): number {
    return Math.round((performance.now() - this.startedAt) / 1_000);
  }

  private say(line: string): void {
    if (this.aloud) process.stderr.write(`${line}\n`);
  }
}

const sum = (cases: readonly CrashCase[], of: (one: CrashCase) => number): number => cases.reduce((all, one) => all + of(one), 0);
