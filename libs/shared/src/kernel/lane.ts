/** Lets so many run at once; the others wait in line. With a longest time, who takes longer gives its place to the next, and runs on. */
export class Lane {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly width: number,
    private readonly longestMs?: number,
  ) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.width) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running += 1;
    let hasPlace = true;
    const leave = (): void => {
      if (hasPlace) this.passOn();
      hasPlace = false;
    };
    const timer = this.longestMs === undefined ? undefined : setTimeout(leave, this.longestMs);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      leave();
    }
  }

  private passOn(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.running -= 1;
    else next(); // takes over this place
  }
}
