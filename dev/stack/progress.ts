const REDRAW_MS = 100; // smooth to the eye, cheap for the processor
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Shows each step and its duration: one line a step, with a spinner in front on a terminal. */
export class Progress {
  private readonly running = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private frame = 0;

  constructor(private readonly out: NodeJS.WriteStream = process.stdout) {}

  /** Runs one step. Its line appears when the step has succeeded or failed; steps may run concurrently. */
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

  /** Prints a line above the spinner. */
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
