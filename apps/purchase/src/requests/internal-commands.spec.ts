import type { SaleId, TenantId } from '#shared/kernel/ids.js';
import { type Answer, problemAnswer, refusalAnswer } from './answer.js';
import { type Command, internalCommand } from './command.js';
import type { Stored } from './inbox.js';
import { InternalCommands } from './internal-commands.js';

const expiry = internalCommand({ tenant: 'demo' as TenantId, sale: 'gala' as SaleId }, 'sale.sweep', 'sweep:1', {});

/** The result for a reactor, given how its command was stored and answered. */
async function response(stored: Stored, answer: Answer | undefined): Promise<{ decided: boolean; sent: Command[]; forgotten: number }> {
  const sent: Command[] = [];
  let forgotten = 0;
  const inbox = {
    enqueue: async (command: Command) => {
      sent.push(command);
      return stored;
    },
  };
  const replies = {
    expect: () => ({
      subject: '_INBOX.purchase.1',
      answer: Promise.resolve(answer),
      forget: () => {
        forgotten += 1;
      },
    }),
  };
  return { decided: await new InternalCommands(inbox, replies).isDecided(expiry), sent, forgotten };
}

it.each<[string, Answer]>([
  ['it changed something, or nothing', { status: 200, body: '{}' }],
  ['it was refused', refusalAnswer({ code: 'sale-closed' })],
  ['it is a dead letter, which an operator sends again', problemAnswer('dead-lettered')],
])('[L6] a command of a reactor is decided when the decider answers: %s', async (_, answer) => {
  expect(await response('stored', answer)).toEqual({
    decided: true,
    sent: [{ ...expiry, reply: '_INBOX.purchase.1' }],
    forgotten: 1,
  });
});

it.each<[Stored, Answer | undefined]>([
  ['stored', undefined],
  ['duplicate', { status: 200, body: '{}' }],
  ['refused', { status: 200, body: '{}' }],
  ['unknown', { status: 200, body: '{}' }],
])('[L6] a command that is %s is not decided without an answer: COMMANDS may lose it', async (stored, answer) => {
  expect(await response(stored, answer)).toMatchObject({ decided: false, forgotten: 1 });
});
