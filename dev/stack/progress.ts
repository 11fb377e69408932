const REDRAW_MS = 100; // smooth to the eye, nothing to the processor
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Shows what is being done and how long it took: one line a step, with a turning sign in front while a person watches. */
export class Progress {
  private readonly running = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private frame = 0;

  constructor(private readonly out: NodeJS.WriteStream = process.stdout) {}

  /** Runs one step. Its line appears when it is done, or failed; steps may run side by side. */
  async step<T>(title: string, work: () => Promise<T>, detail?: (result: T) => string): Promise<T> {
    const startedAt = performance.now();
    this.begin(title, startedAt);
    try {
      const result = await work();
      const more = detail === undefined ? '' : ` · ${detail(result)}`;
      this.finish(title, `✓ ${title} (${seconds(startedAt)})${more}`);
      return result;
    } catch (error) {
      this.finish(title, `✗ ${title} (${seconds(startedAt)})`);
      throw error;
    }
  }

  /** A line of its own, above whatever is being drawn. */
  readonly say = (line: string): void => {
    this.erase();
    this.out.write(`${line}\n`);
    this.draw();
  };

  private begin(title: string, startedAt: number): void {
    this.running.set(title, startedAt);
    if (!this.out.isTTY || this.timer !== undefined) return;
    this.timer = setInterval(() => this.redraw(), REDRAW_MS);
    this.timer.unref();
  }

  private finish(title: string, line: string): void {
    this.running.delete(title);
    if (this.running.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    this.say(line);
  }

  private redraw(): void {
    this.frame = (this.frame + 1) % FRAMES.length;
    this.erase();
    this.draw();
  }

  private draw(): void {
    const [oldest] = this.running.values();
    if (!this.out.isTTY || oldest === undefined) return;
    const line = `${FRAMES[this.frame]} ${[...this.running.keys()].join(', ')} … ${seconds(oldest)}`;
    this.out.write(line.slice(0, Math.max(this.out.columns - 1, 20)));
  }

  private erase(): void {
    if (this.out.isTTY) this.out.write('\r\x1b[K');
  }
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
