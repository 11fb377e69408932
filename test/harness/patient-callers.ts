import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Replies } from '../../apps/purchase/src/requests/replies.js';

/** Longer than any test. */
const LONG_MS = 600_000;

/** The callers of this app wait for a decision for as long as it takes: thousands of them do so together on however slow a machine. */
export function patientCallers(app: NestFastifyApplication): void {
  const replies = app.get(Replies, { strict: false });
  const expectReply = replies.expect.bind(replies);
  replies.expect = () => expectReply(LONG_MS);
}
