import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadConfig } from '../../src/config.js';
import { leaseFor } from '../../src/sending/lease.js';
import { svarutUpstreamOf, type UpstreamDeps } from '../../src/sending/svarutUpstream.js';
import { memoryPayloads } from '../support/memoryPayloads.js';
import { konto, startSvarUtDouble, type SvarUtDouble } from '../support/svarutUpstream.js';

const P = 'POSTHORN_SVARUT_UPSTREAM_';

describe('sending, a SvarUt upstream', () => {
  let dir: string;
  let double: SvarUtDouble;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'posthorn-svarut-'));
    double = await startSvarUtDouble();
  });
  after(async () => {
    await double.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const file = async (text: string): Promise<string> => {
    const name = join(dir, 'given');
    await writeFile(name, text);
    return name;
  };
  const deps = (environment: Record<string, string>): UpstreamDeps => ({
    config: loadConfig(environment, () => true),
    payloads: memoryPayloads(),
    clock: { now: () => new Date() },
    databehandler: {} as UpstreamDeps['databehandler'],
    store: {
      overleveringer: {
        begynn: async () => {},
        forfalte: async () => [],
        sett: async () => {},
        sistSpurt: async () => undefined,
        haster: async () => {},
      },
    },
  });
  const account = () => ({ [`${P}URL`]: double.url, [`${P}USER`]: konto.bruker });

  it('there is none unless one is named', async () => {
    expect(await svarutUpstreamOf(deps({}))).to.equal(undefined);
  });

  it('reads the password from the first line of its file', async () => {
    const given = await file(`${konto.passord}\r\nwhat it is for\n`);
    const made = await svarutUpstreamOf(deps({ ...account(), [`${P}PASSWORD_FILE`]: given, [`${P}POLL`]: '7' }));
    expect(await made?.oppstroem.statuser([])).to.deep.equal({ type: 'ja', verdi: [] });
    expect(made).to.deep.include({ pause: 7_000, kanaler: ['UTSKRIFT', 'ALTINN'] });
    expect(made?.kilder.map(({ navn, pause }) => [navn, pause])).to.deep.equal([['svarut-upstream', 7_000]]);
  });

  const error = async (environment: Record<string, string>): Promise<string> =>
    String(await svarutUpstreamOf(deps(environment)).catch((e: unknown) => e));

  it('refuses an empty file of a password, and a file of a certificate that holds none, with what to do', async () => {
    const empty = await file('\n');
    expect(await error({ ...account(), [`${P}PASSWORD_FILE`]: empty })).to.contain('Write the password there');
    const changes = { [`${P}PASSWORD`]: 'p', [`${P}CERTIFICATE`]: empty };
    expect(await error({ ...account(), ...changes })).to.contain('POSTHORN_SVARUT_UPSTREAM_CERTIFICATE');
  });

  it('a job is held longer than a letter may be on its way, and never shorter than without an upstream', () => {
    const leaseWith = (changes: Record<string, string>) =>
      leaseFor(loadConfig({ ...account(), [`${P}PASSWORD`]: 'p', ...changes }), 60_000);
    expect(leaseFor(loadConfig({ [`${P}TIMEOUT`]: '900' }), 60_000)).to.equal(60_000);
    expect(leaseWith({ [`${P}TIMEOUT`]: '1' })).to.equal(60_000);
    expect(leaseWith({})).to.equal(60_000);
    expect(leaseWith({ [`${P}TIMEOUT`]: '51' })).to.equal(61_000);
  });
});
