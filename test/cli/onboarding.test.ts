import { expect } from 'chai';
import { sendersCommands } from '../../src/cli/senders.js';
import type { Store } from '../../src/store/index.js';
import { runCommand } from '../support/runCommand.js';
import { eachStore } from '../support/stores.js';

const now = new Date('2026-03-31T08:00:00Z');
const [state, municipality, other] = ['310000043', '310000027', '310000051'] as const;
const sectors = { STAT: state, KOMMUNE: municipality, ANNEN_OFFENTLIG: other } as const;

describe('cli/senders: onboarding on a database', () => {
  eachStore((database) => {
    let store: Store;
    before(async () => {
      store = await database.open();
    });

    const run = (...args: string[]) =>
      runCommand(
        (program) => sendersCommands(program, async () => ({ ...store, close: async () => {} }), { now: () => now }),
        'senders',
        ...args,
      );

    it('R-63: given bodies of each sector, when they are added, then a state body must, the others may, all are to tell of the choice, and the next process knows them', async () => {
      const told = new Map<string, string[]>();
      for (const [sector, org] of Object.entries(sectors))
        told.set(org, (await run('add', org, `EKSEMPEL ${sector}`, '--sector', sector)).out.trim().split('\n'));
      expect(told.get(state)?.[1]).to.match(/^\[ \] A state body must use digital mail/);
      expect(told.get(municipality)?.[1]).to.match(/^\[ \] The circular does not bind municipalities/);
      expect(told.get(other)?.join()).not.to.match(/must use digital mail/);
      for (const list of told.values()) expect(list.join()).to.contain('theirs to choose');
      const { organisasjoner } = await (await database.open()).reads.senders();
      for (const [sektor, organisasjonsnummer] of Object.entries(sectors))
        expect(organisasjoner.find((o) => o.organisasjonsnummer === organisasjonsnummer)).to.include({ sektor });
    });
  });
});
