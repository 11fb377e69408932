import { waitFor } from '../../dev/processes/wait.js';
import { newWallet } from '../stages/minter-stage.js';
import { RefundStage, type Sold } from '../stages/refund-stage.js';

/** A mint that was requested before its payment was disputed, through the purchase app, the broker, the minter and the chain. */

const PATIENCE_MS = 60_000;
const stage = RefundStage.forTests('disputed-mints');
const REVOCABLE = { tickets: 'revocable' };

async function dispute({ payment }: Sold, status: 'opened' | 'won' | 'lost', key: string): Promise<void> {
  const answer = await stage.demo.ask('payment.disputed', { ...payment, dispute: 'dp_1', status }, key);
  expect(answer.status).toBe(200);
}
const isFree = async ({ sale }: Sold): Promise<boolean> => {
  const { units } = (await stage.demo.ask('sale.get', { sale })).body as { units?: { available: number } };
  return units?.available === 1;
};

it('waits while the dispute is open, continues when it is won, and is revoked when it is lost', async () => {
  const [won, lost, over] = [
    await stage.soldAndAsked('won', REVOCABLE),
    await stage.soldAndAsked('lost', REVOCABLE),
    await stage.soldAndAsked('over', REVOCABLE),
  ];
  for (const sold of [won, lost, over]) await dispute(sold, 'opened', `opened-${sold.sale}`);
  await dispute(over, 'won', 'won-over');
  await stage.untilOutstanding(4); // one was requested, held and resumed
  await stage.startMinter();
  await stage.untilOutstanding(0);
  expect(await Promise.all([won, lost, over].map((sold) => stage.story(sold)))).toEqual([
    'MintPlanned',
    'MintPlanned',
    'MintPlanned MintSubmitted MintCompleted',
  ]);
  expect(await stage.demo.ask('ticket.mint', { sale: 'won', tickets: [won.ticket], wallet: newWallet() }, 'asked')).toMatchObject({
    status: 409,
    body: { code: 'payment-disputed' },
  });

  await stage.stopMinters();
  await dispute(won, 'won', 'won-won');
  await dispute(lost, 'lost', 'lost-lost');
  await stage.untilOutstanding(2);
  await stage.startMinter();
  await stage.until(won, 'minted');
  await waitFor(() => isFree(lost), { what: 'the unit is free again', timeoutMs: PATIENCE_MS });
  await stage.untilOutstanding(0);
  expect(await Promise.all([won, lost].map((sold) => stage.story(sold)))).toEqual([
    'MintPlanned MintSubmitted MintCompleted',
    'MintPlanned MintCancelled',
  ]);
});

it('[L2] is resumed once if the purchase app dies between commit and publish, and the broker delivers a duplicate', async () => {
  const sold = await stage.soldAndAsked('cut', REVOCABLE);
  await dispute(sold, 'opened', 'opened-cut');
  await stage.startMinter();
  await stage.untilOutstanding(0); // held: it ends without an attempt
  await stage.diesBeforeItPublishes(() => dispute(sold, 'won', 'won-cut'));
  await stage.until(sold, 'minted');
  await stage.askToMintOnceMore(sold);
  await stage.untilOutstanding(0);
  expect(await stage.story(sold)).toBe('MintPlanned MintSubmitted MintCompleted');
});

it.each([
  ['lost', 'MintPlanned MintCancelled'],
  ['won', 'MintPlanned MintSubmitted MintCompleted'],
] as const)('[L2] ends as decided if the purchase app dies after the commit that a dispute is %s', async (status, story) => {
  const sold = await stage.soldAndAsked(`cut-${status}`, REVOCABLE);
  await dispute(sold, 'opened', `opened-cut-${status}`);
  await stage.diesBeforeItPublishes(() => dispute(sold, status, `${status}-cut`));
  await stage.startMinter();
  await waitFor(async () => (await stage.story(sold)) === story, { what: `the ticket's events are ${story}`, timeoutMs: PATIENCE_MS });
  await stage.untilOutstanding(0);
  expect(await stage.story(sold)).toBe(story);
});
