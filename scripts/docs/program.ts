import { Command } from 'commander';

/** The command line as the program builds it, without running it. */
export async function readProgram(): Promise<Command> {
  const run = Object.getOwnPropertyDescriptor(Command.prototype, 'parseAsync');
  const built: Command[] = [];
  Command.prototype.parseAsync = async function (this: Command) {
    built.push(this);
    return this;
  };
  try {
    await import('../../src/cli/main.js');
  } finally {
    if (run !== undefined) Object.defineProperty(Command.prototype, 'parseAsync', run);
  }
  const [program] = built;
  if (program === undefined) throw new Error('src/cli/main.ts builds no command line');
  return program;
}

/** One command that does something, with its words from the program's name on. */
export interface Leaf {
  readonly words: string;
  readonly command: Command;
}

/** Every command that does something, in the order of the program. */
export function leavesOf(command: Command, before = ''): Leaf[] {
  const words = `${before} ${command.name()}`.trim();
  if (command.commands.length === 0) return [{ words, command }];
  return command.commands.flatMap((child) => leavesOf(child, words));
}
