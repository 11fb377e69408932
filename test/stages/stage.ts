import { temporaryFolder } from '../../dev/processes/temporary.js';

/** Real servers, on a machine that does much else. */
const STARTS_SERVERS_MS = 180_000;

type Part = { close(): Promise<unknown> } | { stop(): Promise<unknown> };
type Close = () => Promise<unknown> | unknown;

/** The resources of a file's tests. The last opened is closed first, also if opening a later one failed. */
export class Stage {
  private readonly closing: Close[] = [];

  /** Open before the first test of its file, closed after the last. */
  static forTests<S extends Stage, Given extends unknown[]>(this: new (...given: Given) => S, ...given: Given): S {
    const stage = new this(...given);
    beforeAll(() => stage.open(), STARTS_SERVERS_MS);
    afterAll(() => stage.close());
    return stage;
  }

  async open(): Promise<void> {
    // Nothing is there but what tests keep on it.
  }

  async close(): Promise<void> {
    for (const close of this.closing.splice(0).reverse()) await close();
  }

  onClose(close: Close): void {
    this.closing.push(close);
  }

  /** Keeps a resource open as long as the stage. */
  async keep<T extends Part>(opening: Promise<T>): Promise<T> {
    const part = await opening;
    this.onClose(() => ('close' in part ? part.close() : part.stop()));
    return part;
  }

  /** Opens another stage below this one, which is closed after it. */
  async standOn<S extends Stage>(other: S): Promise<S> {
    this.onClose(() => other.close());
    await other.open();
    return other;
  }

  /** A new and empty folder, removed with the stage. */
  folder(name: string): string {
    const { path, remove } = temporaryFolder(name);
    this.onClose(remove);
    return path;
  }
}
