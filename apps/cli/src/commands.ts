import type { Command } from 'commander';

type Add = (program: Command) => void;

/** One module of commands: their names, and how it is loaded. */
interface Commands {
  readonly names: readonly string[];
  readonly load: () => Promise<Add>;
}

/** For each heading of the help, its commands in their order. */
type Groups = readonly (readonly [heading: string, commands: readonly Commands[]])[];

export const SELLERS = 'For sellers (HTTP_URL and ADMIT_API_KEY, as in .admit/stack.env):';
const OPERATORS = 'For operators (NATS_URL, NATS_USER and NATS_PASSWORD, as in .admit/env/operator.env):';

export const GROUPS: Groups = [
  [
    SELLERS,
    [
      { names: ['sale'], load: async () => (await import('./commands/sale.js')).addSaleCommands },
      { names: ['buy'], load: async () => (await import('./commands/buy.js')).addBuyCommand },
      { names: ['order', 'ticket'], load: async () => (await import('./commands/order.js')).addOrderCommands },
      { names: ['watch'], load: async () => (await import('./commands/watch.js')).addWatchCommand },
      { names: ['status'], load: async () => (await import('./commands/status.js')).addStatusCommand },
      { names: ['webhooks'], load: async () => (await import('./commands/webhooks.js')).addWebhooksCommands },
    ],
  ],
  [
    OPERATORS,
    [
      { names: ['provision'], load: async () => (await import('./commands/provision.js')).addProvisionCommand },
      { names: ['replay'], load: async () => (await import('./commands/replay.js')).addReplayCommand },
      { names: ['refunds'], load: async () => (await import('./commands/refunds.js')).addRefundsCommand },
      { names: ['doctor'], load: async () => (await import('./commands/doctor.js')).addDoctorCommand },
      { names: ['tenant'], load: async () => (await import('./commands/tenant.js')).addTenantCommands },
      { names: ['dead'], load: async () => (await import('./commands/dead.js')).addDeadCommands },
      { names: ['receipt'], load: async () => (await import('./commands/receipt.js')).addReceiptCommands },
      { names: ['log'], load: async () => (await import('./commands/log.js')).addLogCommands },
      { names: ['ledger'], load: async () => (await import('./commands/ledger.js')).addLedgerCommands },
      { names: ['reconcile'], load: async () => (await import('./commands/reconcile.js')).addReconcileCommand },
      { names: ['payments'], load: async () => (await import('./commands/payments.js')).addPaymentsCommands },
      { names: ['mint'], load: async () => (await import('./commands/mint.js')).addMintCommands },
      { names: ['nats'], load: async () => (await import('./commands/nats.js')).addNatsCommands },
      { names: ['dev'], load: async () => (await import('./commands/dev.js')).addDevCommands },
    ],
  ],
];

/**
 * Adds the command `asked`, or all if none has this name, as for help. Loading the modules of all commands costs as much processor time
 * as a command that is done in a second.
 */
export async function addCommands(program: Command, asked: string | undefined): Promise<void> {
  const isKnown = GROUPS.some(([, commands]) => commands.some(({ names }) => names.some((name) => name === asked)));
  for (const [heading, commands] of GROUPS) {
    program.commandsGroup(heading);
    for (const { names, load } of commands) {
      if (isKnown && !names.some((name) => name === asked)) continue;
      const add = await load();
      add(program);
    }
  }
}
