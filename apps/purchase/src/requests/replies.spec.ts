import type { NatsConnection } from '@nats-io/transport-node';
import { Replies } from './replies.js';

const ANSWER = { status: 201, body: '{}' };
/** Longer than any test, and only a little memory. */
const [LONG_MS, SHORT_MS] = [60_000, 1];

const onNothing = (): Replies =>
  new Replies({ subscribe: () => undefined, publish: () => undefined } as unknown as NatsConnection, 'purchase');

describe('[L13] a waiting request', () => {
  it('is removed when it is answered, in time or twice', async () => {
    const replies = onNothing();
    const { subject, answer, forget } = replies.expect(LONG_MS);
    expect(replies.count).toBe(1);
    replies.send(subject, ANSWER);
    replies.send(subject, ANSWER);
    forget();
    expect([await answer, replies.count]).toEqual([ANSWER, 0]);
  });

  it('is removed when no answer arrives in time', async () => {
    const replies = onNothing();
    const { answer } = replies.expect(SHORT_MS);
    expect([await answer, replies.count]).toEqual([undefined, 0]);
  });

  it('is removed when its caller cancels', async () => {
    const replies = onNothing();
    const { answer, forget } = replies.expect(LONG_MS);
    forget();
    expect([await answer, replies.count]).toEqual([undefined, 0]);
  });
});
