import { SEATS_PER_ORDER, SeatOrders } from './seat-orders.js';
import type { SeatOrder, Seller } from './seller.js';
import type { Answer } from './selling-stage.js';

const LOAD = { inFlight: 4, durationMs: 300, warmUpMs: 0 };

/** Sells in memory, correctly unless a test changes it. */
class MemorySeller implements Seller {
  readonly name = 'memory';
  readonly durability = 'none';
  readonly processes = {};
  readonly answers = new Map<string, Answer>();
  private readonly owners = new Map<string, string>();
  private readonly answered = new Set<string>();

  openSale(): Promise<void> {
    return Promise.resolve();
  }

  async place(sale: string, { key, units }: SeatOrder): Promise<Answer> {
    await new Promise((resolve) => setImmediate(resolve));
    const before = this.answers.get(key);
    if (before !== undefined) return this.again(before);
    const places = units.map((unit) => `${sale}/${unit}`);
    const isFree = places.every((place) => !this.owners.has(place));
    if (isFree) for (const place of places) this.owners.set(place, key);
    const answer = isFree ? { status: 201, text: key, replayed: false } : this.refused();
    this.answers.set(key, answer);
    this.answered.add(key);
    return answer;
  }

  async sold(sale: string): Promise<number> {
    return [...this.owners.keys()].filter((place) => place.startsWith(`${sale}/`)).length;
  }

  again(before: Answer): Answer {
    return { ...before, replayed: true };
  }

  refused(): Answer {
    return { status: 409, text: 'seat-taken', replayed: false };
  }
}

describe('orders of free seats', () => {
  it.each([1, 3])('sell over %d sales without an error, and count the sold seats', async (sales) => {
    const seller = new MemorySeller();
    const { count } = await new SeatOrders(seller, sales).sell(LOAD);
    expect(count).toBeGreaterThan(0);
    expect([...seller.answers.values()].filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(count);
  });

  it('end with an error if fewer seats are sold than were answered', async () => {
    class Losing extends MemorySeller {
      override async sold(sale: string): Promise<number> {
        return (await super.sold(sale)) - SEATS_PER_ORDER;
      }
    }
    await expect(new SeatOrders(new Losing()).sell(LOAD)).rejects.toThrow('seats are sold');
  });

  it('end with an error if a repeated key gets another answer', async () => {
    class Forgetting extends MemorySeller {
      override again(before: Answer): Answer {
        return { ...before, text: 'another' };
      }
    }
    await expect(new SeatOrders(new Forgetting()).sell(LOAD)).rejects.toThrow('answered a key again with another');
  });

  it('end with an error if sold seats are sold again', async () => {
    class Overselling extends MemorySeller {
      override refused(): Answer {
        return { status: 201, text: 'sold again', replayed: false };
      }
    }
    await expect(new SeatOrders(new Overselling()).sell(LOAD)).rejects.toThrow('answered an order for sold seats with 201');
  });
});
