/** A machine with other work may stand still for seconds in one try; in three it does not each time. */
const TRIES = 3;

/**
 * How long an action takes, in milliseconds: the shortest of up to three tries. A try that is shorter than the bound is the last.
 *
 * @param act may return its own measurement; otherwise its whole time counts
 */
export async function leastMs(boundMs: number, act: (round: number) => Promise<number | undefined>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < TRIES && least >= boundMs; round++) {
    const began = performance.now();
    const measured = await act(round);
    least = Math.min(least, measured ?? performance.now() - began);
  }
  return least;
}
