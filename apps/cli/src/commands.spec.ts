import { Command } from 'commander';
import { addCommands, GROUPS } from './commands.js';

const namesIn = (program: Command): string[] => program.commands.map((command) => command.name());
const all = GROUPS.flatMap(([, commands]) => commands);

describe('the commands of admit', () => {
  it.each(all.map((commands) => [commands.names.join(', '), commands] as const))('%s: are those that the module adds', async (_, {
    names,
    load,
  }) => {
    const program = new Command();
    const add = await load();
    add(program);
    expect(namesIn(program)).toEqual(names);
  });

  it('are all added for help, and for a name that no command has', async () => {
    const names = all.flatMap((commands) => commands.names);
    for (const asked of [undefined, '--help', 'help', '-v', 'sales']) {
      const program = new Command();
      await addCommands(program, asked);
      expect(namesIn(program)).toEqual(names);
    }
  });

  it('are those of one module if the first word names one of them, under their heading', async () => {
    for (const [heading, commands] of GROUPS)
      for (const { names } of commands)
        for (const asked of names) {
          const program = new Command();
          await addCommands(program, asked);
          expect(namesIn(program)).toEqual(names);
          expect(program.commands.map((command) => command.helpGroup())).toEqual(names.map(() => heading));
        }
  });
});
