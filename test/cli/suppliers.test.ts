import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { auditCommand } from '../../src/cli/audit.js';
import { suppliersCommands } from '../../src/cli/suppliers.js';
import type { OpenStore } from '../../src/cli/types.js';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/development.js';
import { testCertsDir } from '../support/gateway.js';
import { memoryStore } from '../support/memoryStore.js';
import { runCommand } from '../support/runCommand.js';
import { eachStore } from '../support/stores.js';

describe('posthorn suppliers', () => {
  let store: OpenStore;
  let certificate = '';
  const run = (now: Date, ...args: readonly string[]) =>
    runCommand(
      (program) => suppliersCommands(program, () => Promise.resolve(store), { now: () => now }),
      'suppliers',
      ...args,
    );

  before(async () => {
    certificate = (await ensureDevelopmentPki(testCertsDir)).identities.utskrift.files.certificate;
  });
  beforeEach(() => {
    store = { ...memoryStore(), close: () => Promise.resolve() };
  });

  it('registers a supplier with its certificate and lists it', async () => {
    const added = await run(new Date(), 'add', '984661185', 'Trykkeriet', 'UTSKRIFT', certificate);
    expect([added.code, added.err]).to.deep.equal([0, '']);
    const [row] = await store.reads.suppliers();
    expect(row).to.include({ organisasjonsnummer: '984661185', navn: 'Trykkeriet', rolle: 'UTSKRIFT' });
    expect((await run(new Date(), 'list')).out).to.match(/984661185 +UTSKRIFT +Trykkeriet +20\d\d-/);
  });

  it('refuses a wrong number, an unknown role, a file without certificate and an expired one, and stores nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'posthorn-suppliers-'));
    const noCertificate = join(folder, 'letter.txt');
    await writeFile(noCertificate, 'Dear supplier');
    const farFuture = new Date('2080-01-01T00:00:00Z');
    const now = new Date();
    const runs = [
      await run(now, 'add', '984661186', 'Trykkeriet', 'UTSKRIFT', certificate),
      await run(now, 'add', '984661185', 'Trykkeriet', 'TELEFAKS', certificate),
      await run(now, 'add', '984661185', 'Trykkeriet', 'UTSKRIFT', noCertificate),
      await run(now, 'add', '984661185', 'Trykkeriet', 'UTSKRIFT', join(folder, 'missing.pem')),
      await run(farFuture, 'add', '984661185', 'Trykkeriet', 'UTSKRIFT', certificate),
    ];
    await rm(folder, { recursive: true });
    expect(runs.map((r) => r.code)).to.deep.equal([2, 2, 1, 1, 1]);
    expect(runs.every((r) => r.err !== '')).to.equal(true);
    expect(await store.reads.suppliers()).to.deep.equal([]);
  });
});

describe('posthorn audit', () => {
  const hash = (id: string): Buffer => Buffer.alloc(16, id);
  const event = (operasjon: string, ...ids: readonly string[]) => ({
    at: new Date('2026-03-02T12:00:00Z'),
    correlationId: `correlation of ${operasjon}`,
    organisasjon: '310000035',
    paaVegneAv: '310000019',
    operasjon,
    personer: Buffer.concat(ids.map(hash)),
  });

  eachStore((database) => {
    it('shows the newest look-ups, and those that concern one person', async () => {
      const store = await database.open();
      for (const e of [event('First', 'a', 'b'), event('Second', 'c'), event('Third')]) {
        await store.unitOfWork((tx) => tx.appendEvent(e));
      }
      const audit = async (...args: readonly string[]): Promise<string[]> => {
        const open = () => Promise.resolve({ ...store, close: () => Promise.resolve() });
        const { out } = await runCommand(
          (program) => auditCommand(program, open, (id) => Promise.resolve(hash(id))),
          'audit',
          ...args,
        );
        return out
          .split('\n')
          .slice(1, -1)
          .map((line) => line.split(/ {2,}/).slice(1, 5).join(' '));
      };
      expect(await audit()).to.deep.equal([
        'Third 310000035 310000019 0',
        'Second 310000035 310000019 1',
        'First 310000035 310000019 2',
      ]);
      expect(await audit('--last', '1')).to.deep.equal(['Third 310000035 310000019 0']);
      expect(await audit('--person', 'b')).to.deep.equal(['First 310000035 310000019 2']);
      expect(await audit('--person', 'd')).to.deep.equal([]);
    });
  });
});
