/** SQL conditions with every value as a parameter, never as part of the text. */
export class Conditions {
  private readonly all: string[] = [];

  /** @param values parameters of the whole statement, which may have several lists of conditions */
  constructor(readonly values: unknown[] = []) {}

  /** A parameter for a value. */
  value(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  equal(column: string, value: unknown): this {
    return value === undefined ? this : this.and(`${column} = ${this.value(value)}`);
  }

  /** Rows after a given row in the order of these columns. */
  behind(columns: readonly string[], row: readonly unknown[] | undefined): this {
    if (row === undefined) return this;
    return this.and(`(${columns.join(', ')}) > (${row.map((value) => this.value(value)).join(', ')})`);
  }

  and(sql: string): this {
    this.all.push(sql);
    return this;
  }

  get where(): string {
    return this.all.length === 0 ? '' : `where ${this.all.join(' and ')}`;
  }
}
