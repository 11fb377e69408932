/**
 * Commands on their way to the broker at once; the rest waits in this process. Without a bound a crowd moves as one wave, and the broker
 * idles while that is decided and answered; so one half is stored while the other is decided. With 8 the way is half empty.
 */
const AT_ONCE = 32;
/** A broker that answers this slowly is not kept busy by waiting for it: the next goes out, and each has its own time limit. */
const LONGEST_TURN_MS = 50;

/** Lets so many go on at once, the others in the order of their coming. No turn is kept for long. */
export class Turns {
  private taken = 0;
  private readonly next: (() => void)[] = [];

  /** Resolves when it is the caller's turn. What it resolves to ends the turn, as does time. */
  async take(): Promise<() => void> {
    if (this.taken >= AT_ONCE) await new Promise<void>((resolve) => this.next.push(resolve));
    else this.taken += 1;
    let ended = false;
    const end = (): void => {
      clearTimeout(timer);
      if (ended) return;
      ended = true;
      const next = this.next.shift();
      if (next === undefined) this.taken -= 1;
      else next(); // the turn passes on
    };
    const timer = setTimeout(end, LONGEST_TURN_MS);
    return end;
  }
}
