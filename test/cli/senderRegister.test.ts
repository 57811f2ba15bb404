import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { sendersCommands } from '../../src/cli/senders.js';
import { accessFor, certificateAllowed } from '../../src/domain/access.js';
import type { Store } from '../../src/store/index.js';
import { makeChain } from '../support/pki.js';
import { runCommand } from '../support/runCommand.js';
import { eachStore } from '../support/stores.js';

const now = new Date('2026-03-31T08:00:00Z');
const [old, successor, stranger] = ['310000019', '310000027', '310000035'];

describe('the sender register', () => {
  eachStore((database) => {
    let directory: string;
    let store: Store;
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), 'posthorn-register-'));
      store = await database.open();
      await run('add', old, 'Gamleby kommune', '--sector', 'KOMMUNE');
      await run('add', successor, 'Nyby kommune – Ođđa gielda');
      await run('allow', old, 'FORSENDELSE');
    });
    after(() => rm(directory, { recursive: true }));

    const run = (...args: readonly string[]) =>
      runCommand(
        (program) => sendersCommands(program, async () => ({ ...store, close: async () => {} }), { now: () => now }),
        'senders',
        ...args,
      );
    const file = async (name: string, content: string | Buffer): Promise<string> => {
      const path = join(directory, name);
      await writeFile(path, content);
      return path;
    };
    const data = () => store.reads.senders();
    const one = async (nummer = old) => (await data()).organisasjoner.find((o) => o.organisasjonsnummer === nummer);

    it('R-64: imports a list of names, tells what is odd, and grants nothing', async () => {
      const list = await file(
        'list.txt',
        'Nyby kommune – Ođđa gielda\nTørsby kommune\u00a0\nTØRSBY kommune\nÅsåå kommune\n',
      );
      const { out, err } = await run('import', list);
      expect(out).to.equal('4 lines: 3 names are new, 0 were there.\n');
      expect(err.trimEnd().split('\n')).to.deep.equal([
        'line 2: "Tørsby kommune" has a no-break space, which is kept as an ordinary one',
        'line 3: "TØRSBY kommune" stands in the list already, and is left out',
        'line 4: "Åsåå kommune" may be misspelt',
      ]);
      expect((await run('import', list)).out).to.equal('4 lines: 0 names are new, 3 were there.\n');
      expect((await run('agencies')).out.split('\n').slice(0, 3)).to.have.members([
        `${successor} Nyby kommune – Ođđa gielda`,
        '-         Tørsby kommune',
        '-         Åsåå kommune',
      ]);
      expect((await data()).rettigheter).to.have.length(1);
      expect((await run('import', await file('latin1.txt', Buffer.from('Bø', 'latin1')))).code).to.equal(1);
    });

    it('private senders are refused, and what kind of body a sender is stays', async () => {
      const { code, err } = await run('add', stranger, 'Butikken AS', '--sector', 'PRIVAT');
      expect([code, err]).to.deep.equal([1, 'Only public bodies send here: a private one is no sender.\n']);
      expect(await one(stranger)).to.equal(undefined);
      await run('add', old, 'Gamleby kommune');
      expect((await one())?.sektor).to.equal('KOMMUNE');
    });

    it('a new certificate and the old one overlap for as long as is said', async () => {
      const [first, second] = [7n, 8n].map((serial) => new X509Certificate(makeChain({ leaf: { serial } }).leaf));
      await run('add', old, 'Gamleby kommune', '--certificate', await file('a.pem', String(first)));
      const rotated = await run('rotate', old, await file('b.pem', String(second)), '--overlap', '10');
      expect(rotated.out).to.contain('1 before it end at 2026-04-10T08:00:00.000Z');
      const end = Date.parse('2026-04-10T08:00:00Z');
      const allowed = async (certificate: X509Certificate | undefined, at: number) => {
        const fingerprint = certificate?.fingerprint256.replaceAll(':', '').toLowerCase() ?? '';
        return certificateAllowed(await data(), old, fingerprint, new Date(at));
      };
      expect([await allowed(first, end - 1), await allowed(first, end)]).to.deep.equal([true, false]);
      expect([await allowed(second, end - 1), await allowed(second, end)]).to.deep.equal([true, true]);
      expect((await run('rotate', stranger, join(directory, 'b.pem'))).code).to.equal(1);
      expect((await run('rotate', old, await file('no.pem', 'no'))).err).to.contain('holds no certificate');
    });

    it('R-64: a merger ends the old organisation and keeps its history', async () => {
      const from = new Date('2026-12-31T23:00:00Z');
      const merge = (...args: readonly string[]) => run('merge', ...args);
      expect((await merge(old, old)).code).to.equal(2);
      expect((await merge(old, stranger)).err).to.contain(`${stranger} is not registered`);
      expect((await merge(stranger, old)).err).to.contain(`${stranger} is not registered`);
      const done = await merge(old, successor, '--from', '2027-01-01');
      expect(done.out).to.equal(`${old} has gone over into ${successor}.\n`);
      expect(await one()).to.include({ navn: 'Gamleby kommune', etterfoelger: successor });
      const access = async (at: number) => accessFor(await data(), old, old, 'FORSENDELSE', new Date(at));
      expect([await access(from.getTime() - 1), await access(from.getTime())]).to.deep.equal(['granted', 'denied']);
      expect((await data()).rettigheter).to.have.length(1);
      expect((await run('list')).out).to.contain(`Gamleby kommune (into ${successor})`);
      expect((await run('add', old, 'Gamleby')).err).to.contain('has gone over into another');
      expect((await merge(old, successor, '--from', '2030-01-01')).code).to.equal(0);
      expect((await one())?.til).to.deep.equal(from);
    });
  });
});
