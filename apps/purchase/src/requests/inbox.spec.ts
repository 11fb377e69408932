import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { internalCommand } from './command.js';
import { Inbox } from './inbox.js';

type Options = { readonly reply: string; readonly headers?: { get(name: string): string } };
type Deliver = (error: Error | null, message: Partial<Msg>) => void;
type Publish = (subject: string, options: Options, deliver: (data: string) => void) => void;

const command = {
  ...internalCommand({ tenant: 'demo', sale: 'gala' } as never, 'order.place', 'k-1', { sale: 'gala' }),
  namespace: 'api' as const,
  reply: '_INBOX.purchase.decided.1',
};

/** An inbox whose server is `publish`. */
async function inboxOn(publish: Publish): Promise<Inbox> {
  let callback: Deliver | undefined;
  const connection = {
    options: {},
    subscribe: (_: string, options: { readonly callback: Deliver }) => {
      callback = options.callback;
    },
    publish: (subject: string, _: string, options: Options) =>
      publish(subject, options, (data) => {
        const message = { subject: options.reply, data: new TextEncoder().encode(data), json: () => JSON.parse(data) };
        callback?.(null, message as Partial<Msg>);
      }),
  };
  return Inbox.on(connection as unknown as NatsConnection, 'purchase');
}

describe('a command that is enqueued', () => {
  it.each([
    ['stored', '{"stream":"COMMANDS","seq":7}'],
    ['duplicate', '{"stream":"COMMANDS","seq":7,"duplicate":true}'],
    ['refused', '{"error":{"code":503,"err_code":10077,"description":"maximum messages exceeded"},"stream":"COMMANDS","seq":0}'],
    ['unknown', ''],
  ])('is %s by the acknowledgement %s', async (stored, acknowledgement) => {
    const inbox = await inboxOn((_subject, _options, deliver) => deliver(acknowledgement));
    expect(await inbox.enqueue(command)).toBe(stored);
  });

  it('is unknown at once when the connection is closed', async () => {
    const inbox = await inboxOn(() => {
      throw new Error('closed');
    });
    expect(await inbox.enqueue(command)).toBe('unknown');
  });

  it('has a message id for the duplicate filter, unless a reactor sends it', async () => {
    const ids: (string | undefined)[] = [];
    const inbox = await inboxOn((subject, { headers }, deliver) => {
      ids.push(subject, headers?.get('Nats-Msg-Id'));
      deliver('{"stream":"COMMANDS","seq":7}');
    });
    await inbox.enqueue(command);
    await inbox.enqueue({ ...command, namespace: 'internal' });
    const subject = `cmd.demo.gala.${command.keyHash}`;
    expect(ids).toEqual([subject, `demo:gala:${command.keyHash}`, subject, undefined]);
  });

  it('gets the acknowledgement of its own message, whichever arrives first', async () => {
    const deliveries: (() => void)[] = [];
    const inbox = await inboxOn((_subject, { headers }, deliver) => {
      deliveries.unshift(() => deliver(`{"stream":"COMMANDS","seq":7,"duplicate":${headers === undefined}}`));
    });
    const both = [inbox.enqueue(command), inbox.enqueue({ ...command, namespace: 'internal' })];
    expect(deliveries).toHaveLength(2);
    for (const deliver of deliveries) deliver();
    expect(await Promise.all(both)).toEqual(['stored', 'duplicate']);
  });
});
