import { type Command, Option } from 'commander';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import type { AdmitClient, ChangeWebhook, Deliveries, Outcome, Webhook } from '../../../../libs/client/src/index.js';
import { withExitCodes } from '../operator.js';
import { everyPage, forSellers, listIn, type SellerOptions, send } from '../seller.js';
import { factsOf, tableOf } from '../table.js';

interface Endpoint extends SellerOptions {
  readonly url?: string;
  readonly types?: readonly string[];
  readonly allTypes?: true;
}

type Ask<T> = (client: AdmitClient, endpoint: string) => Promise<Outcome<T>>;

/** Changes of an endpoint are idempotent. */
const REPEAT = 'It may have been done. Repeat the command; `npx admit webhooks ls` shows what is there.';
const SECRET_LOST =
  'It may have been done, and its secret is answered once. Check `npx admit webhooks ls`; `npx admit webhooks rotate` makes another secret.';
const DONE_TWICE = 'It may have been done. Repeated, it is done twice.';

/** `admit webhooks …` */
export function addWebhooksCommands(program: Command): void {
  const webhooks = withExitCodes(program.command('webhooks').description('endpoints that events are sent to, and their deliveries'));
  const ofEndpoint = (name: string, description: string, example = `webhooks ${name} crm`): Command =>
    forSellers(webhooks.command(name).argument('<endpoint>', 'its name').description(description), example);
  forSellers(webhooks.command('ls').description('list the endpoints'), 'webhooks ls').action(list);
  ofEndpoint('add', 'add an endpoint; its secret is answered once', 'webhooks add crm https://crm.example/admit --types OrderConfirmed')
    .argument('<url>', 'https, at a public address')
    .option('--types <types>', 'events that are sent, with commas between them (default: all)', listIn)
    .action((endpoint: string, url: string, options: Endpoint) => {
      const ask = (client: AdmitClient) => client.addWebhook({ endpoint, url, ...typesOf(options) });
      return send(options, { ask, shown: endpointText, ifUnknown: SECRET_LOST });
    });
  ofEndpoint('change', 'change the URL or the types of an endpoint', 'webhooks change crm --all-types')
    .option('--url <url>', 'https, at a public address')
    .option('--types <types>', 'events that are sent, with commas between them', listIn)
    .addOption(new Option('--all-types', 'send every event').conflicts('types'))
    .action(change);
  ofEndpoint('rotate', 'make another secret; for a day deliveries are signed by both').action(
    asked((client, endpoint) => client.rotateWebhook({ endpoint }), endpointText, SECRET_LOST),
  );
  ofEndpoint('test', 'send a test event once; deliveries shows its result').action(
    asked((client, endpoint) => client.testWebhook({ endpoint }), factsOf, DONE_TWICE),
  );
  ofEndpoint('deliveries', 'show how far the events of each sale are delivered; exit code 1 when some were set aside').action(deliveries);
  ofEndpoint('redeliver', 'send events again that were set aside', 'webhooks redeliver crm evt_4k…')
    .argument('[event]', 'one of them (default: all)')
    .action((endpoint: string, event: string | undefined, options: SellerOptions) => {
      const ask = (client: AdmitClient) => client.redeliverWebhook({ endpoint, ...(event !== undefined && { event }) });
      return send(options, {
        ask,
        shown: ({ events }) => `sent again: ${events.join(' ') || 'nothing was set aside'}`,
        ifUnknown: DONE_TWICE,
      });
    });
  ofEndpoint('remove', 'remove an endpoint and its waiting events').action(
    asked(
      (client, endpoint) => client.removeWebhook({ endpoint }),
      ({ endpoint }) => `${endpoint} is removed`,
      REPEAT,
    ),
  );
}

const asked =
  <T>(ask: Ask<T>, shown: (value: T) => string, ifUnknown: string) =>
  (endpoint: string, options: SellerOptions): Promise<void> =>
    send(options, { ask: (client) => ask(client, endpoint), shown, ifUnknown });

const list = (options: SellerOptions): Promise<void> =>
  send(options, {
    ask: (client) => client.webhooks({}),
    shown: ({ endpoints }) =>
      endpoints.length === 0
        ? 'there is no endpoint'
        : tableOf(
            ['endpoint', 'url', 'types', 'changed'],
            endpoints.map(({ endpoint, url, types, changedAt }) => [endpoint, url, types?.join('\n') ?? 'all', changedAt]),
          ),
  });

function change(endpoint: string, options: Endpoint): Promise<void> {
  const { url, allTypes } = options;
  const body: ChangeWebhook = { endpoint, ...(url !== undefined && { url }), ...(allTypes ? { types: null } : typesOf(options)) };
  return send(options, { ask: (client) => client.changeWebhook(body), shown: endpointText, ifUnknown: REPEAT });
}

/** The service validates them, and lists what is allowed. */
const typesOf = ({ types }: Endpoint): { readonly types?: NonNullable<ChangeWebhook['types']> } =>
  types === undefined ? {} : { types: types as NonNullable<ChangeWebhook['types']> };

const endpointText = ({ endpoint, url, types, secret }: Webhook): string =>
  factsOf({ endpoint, url, types: types?.join(' ') ?? 'all', secret: secret && `${secret}   shown once: store it` });

function deliveries(endpoint: string, options: SellerOptions): Promise<void> {
  const ask = async (client: AdmitClient): Promise<Outcome<Deliveries>> => {
    const answer = await everyPage((place) => client.webhookDeliveries({ endpoint, ...place }));
    if (answer.outcome !== 'done') return answer;
    const { next: _, ...first } = answer.value[0] as Deliveries;
    return { ...answer, value: { ...first, sales: answer.value.flatMap(({ sales }) => sales) } };
  };
  return send(options, { ask, shown: deliveriesText, exit: ({ dead }) => (dead.length === 0 ? EXIT.ok : EXIT.findings) });
}

type Attempt = NonNullable<Deliveries['tested']>;
const attemptText = ({ type, at, status, error }: Attempt): string => `${type} ${at}: ${status ?? error ?? 'no answer'}`;

function deliveriesText({ endpoint, tested, sales, dead }: Deliveries): string {
  const facts = factsOf({ endpoint, test: tested && attemptText(tested), 'set aside': dead.length });
  const state = tableOf(
    ['sale', 'delivered', 'failures', 'next attempt', 'last'],
    sales.map((one) => [one.sale, one.delivered, one.failures, one.nextAttemptAt, one.last && attemptText(one.last)]),
  );
  const aside = tableOf(
    ['event', 'sale', 'attempts', 'last'],
    dead.map(({ event, sale, attempts, last }) => [event, sale, attempts, attemptText(last)]),
  );
  return [facts, ...(sales.length > 0 ? [state] : []), ...(dead.length > 0 ? [aside] : [])].join('\n');
}
