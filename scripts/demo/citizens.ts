import { Command } from 'commander';
import { CommandError } from '../../src/cli/output.js';
import { sandboxCommands } from '../../src/cli/sandbox.js';
import { statementCommands } from '../../src/cli/statement.js';
import { loadConfig } from '../../src/config.js';
import { readRun } from '../../src/run.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { openStore } from '../../src/store/index.js';
import type { Instance } from './instance.js';

/** `posthorn sandbox`, `statement` and `savings` in this process: a new one would take longer to start than a letter is under way. */
export interface Citizens {
  /** @returns all that the command wrote, also when it could not be done */
  run(...args: readonly string[]): Promise<string>;
  /** The same of `posthorn statement` and `posthorn savings`. */
  bill(...args: readonly string[]): Promise<string>;
}

export function citizens({ dataDir, env }: Instance): Citizens {
  const open = () => openStore({ url: loadConfig(env).databaseUrl.reveal() });
  const run = async (...args: readonly string[]): Promise<string> => {
    let written = '';
    const write = (text: string): void => void (written += text);
    const program = new Command('posthorn').exitOverride().configureOutput({ writeOut: write, writeErr: write });
    statementCommands(program, open);
    sandboxCommands(program, {
      sandboxUrl: async () => (await readRun(dataDir))?.sandbox.url,
      start: () => Promise.reject(new CommandError('The demo has its sandbox.')),
      open,
      clock: { now: () => new Date() },
      isProduction: () => false,
      suppliers: { digipost: identities.digipost.organisasjonsnummer, eboks: identities.eboks.organisasjonsnummer },
    });
    await program.parseAsync(args, { from: 'user' }).catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
      write(error.message);
    });
    return written.trim();
  };
  return { run: (...args) => run('sandbox', ...args), bill: run };
}
