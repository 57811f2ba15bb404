import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import type { SvarInnForsendelse, SvarInnTjeneste } from '../../../src/application/svarut/tjenester.js';
import { loadConfig } from '../../../src/config.js';
import { Failure } from '../../../src/errors.js';
import { createCallerReader } from '../../../src/http/caller.js';
import { createMetrics } from '../../../src/http/metrics.js';
import { createLog } from '../../../src/log.js';
import { writeZip } from '../../../src/package/zip.js';
import { ensureDevelopmentPki, type DevelopmentPki } from '../../../src/sandbox/pki/development.js';
import { fetchLetters, type MunicipalityOptions } from '../../../src/sandbox/municipality/municipality.js';
import { encryptCms } from '../../../src/security/cms.js';
import { parseCertificate } from '../../../src/security/x509.js';
import { startEdge, type TestEdge } from '../../http/edge.js';
import { collect, once } from '../../package/support.js';
import { testCertsDir } from '../../support/gateway.js';
import { svarutDocument, svarutOrder } from '../../support/svarutOrder.js';

const sha256 = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');
const files = [
  ['hoved.pdf', Buffer.from('%PDF hoved')],
  ['vedlegg.xml', Buffer.from('<v/>')],
] as const;

describe('sandbox/municipality', () => {
  let pki: DevelopmentPki;
  let gateway: TestEdge;
  let dir: string;
  let packages: Map<string, Buffer>;
  let letters: SvarInnForsendelse[];
  let said: unknown[][];
  let failures: unknown[];

  const encrypted = (octets: Buffer, { certificate }: { readonly certificate: Buffer } = pki.identities.sender2) =>
    collect(encryptCms(once(octets), octets.length, parseCertificate(certificate)));

  async function packed(names: readonly (readonly [string, Buffer])[] = files): Promise<Buffer> {
    const sources = names.map(([navn, octets]) => ({ navn, open: () => once(octets) }));
    return encrypted(await collect(writeZip(sources, new Date('2026-11-10T08:00:00Z'))));
  }

  async function letter(id: string, tittel = 'Vedtak', octets?: Buffer): Promise<void> {
    const dokumenter = files.map(([filnavn, content]) =>
      svarutDocument({ filnavn, innhold: { ref: '', size: content.length, sha256: sha256(content) } }),
    );
    letters.push({
      id,
      dato: new Date(),
      bestilling: svarutOrder({ tittel, dokumenter }),
      avsender: { organisasjonsnummer: '310000019', navn: 'Testkommunen' },
    });
    packages.set(id, octets ?? (await packed()));
  }

  const tjeneste: SvarInnTjeneste = {
    hentNye: async () => letters,
    hent: async (_brukernavn, id) => {
      const pakke = packages.get(id);
      const forsendelse = letters.find((l) => l.id === id);
      if (pakke === undefined || forsendelse === undefined) throw new Failure('SVARUT_UNKNOWN_ID', id, { id });
      return { forsendelse, pakke: { ref: id, size: pakke.length, sha256: sha256(pakke) } };
    },
    kvitterMottak: async (...args) => void said.push(['kvitterMottak', ...args]),
    mottakFeilet: async (...args) => void said.push(['mottakFeilet', ...args]),
  };

  const options = (change: Partial<MunicipalityOptions> = {}): MunicipalityOptions => ({
    konto: async () => ({ url: `${gateway.url}/tjenester/svarinn`, brukernavn: 'kommunen', passord: 'p' }),
    identity: pki.identities.sender2,
    dir,
    waiting: new Set(),
    failed: (error) => failures.push(error),
    ...change,
  });

  before(async () => {
    pki = await ensureDevelopmentPki(testCertsDir);
    const metrics = createMetrics();
    const callerOf = createCallerReader(loadConfig({ POSTHORN_PORT: '0' }));
    const log = createLog({ level: 'error', stream: new PassThrough().resume() });
    const payloads = { get: (ref: string) => once(packages.get(ref) ?? Buffer.alloc(0)) };
    const door = async () => ({ brukernavn: 'kommunen', organisasjonsnummer: '310000027' });
    const svarinn = { tjeneste, payloads, door, plainPasswords: true, callerOf, metrics, log };
    gateway = await startEdge({ app: { metrics, svarinn } });
  });
  after(() => gateway.edge.close(0));
  beforeEach(async () => {
    packages = new Map();
    [letters, said, failures] = [[], [], []];
    dir = await mkdtemp(join(tmpdir(), 'posthorn-municipality-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('opens what waits with its own key, puts it into a folder, and says so', async () => {
    await letter('brev-1');
    expect(await fetchLetters(options())).to.deep.equal(['brev-1']);
    expect(await readdir(dir)).to.deep.equal(['brev-1']);
    for (const [name, octets] of files) expect(await readFile(join(dir, 'brev-1', name))).to.deep.equal(octets);
    expect(said).to.deep.equal([['kvitterMottak', 'kommunen', 'brev-1']]);
    expect(failures).to.deep.equal([]);
  });

  it('says why it does not take a letter in, once', async () => {
    await letter('a', 'Vedtak [vent]');
    await letter('b', 'Vedtak [avvis]');
    const once_ = options();
    expect(await fetchLetters(once_)).to.deep.equal([]);
    expect(await fetchLetters(once_)).to.deep.equal([]);
    expect(said).to.deep.equal([
      ['mottakFeilet', 'kommunen', 'a', 'The archive is closed for the moment', false],
      ['mottakFeilet', 'kommunen', 'b', 'The archive does not take such letters', true],
    ]);
  });

  it('acknowledges nothing that it cannot open, or that is not what the list says, and goes on to the next', async () => {
    await letter('other key', '', await encrypted(Buffer.from('x'), pki.identities.sender));
    await letter('other file', '', await packed([files[0], ['vedlegg.xml', Buffer.from('<w/>')]]));
    await letter('other order', '', await packed([files[1], files[0]]));
    await letter('good');
    expect(await fetchLetters(options())).to.deep.equal(['good']);
    expect(failures.length).to.equal(3);
    expect(await readdir(dir)).to.deep.equal(['good']);
  });

  it('does nothing while nobody knows where the gateway is', async () => {
    await letter('brev-1');
    expect(await fetchLetters(options({ konto: async () => undefined }))).to.deep.equal([]);
    expect(said).to.deep.equal([]);
  });

  it('says what the gateway said against it', async () => {
    const konto = { url: `${gateway.url}/tjenester/ukjent`, brukernavn: 'x', passord: 'y' };
    const error = await fetchLetters(options({ konto: async () => konto })).catch((e: unknown) => e);
    expect(error).to.be.instanceOf(Failure).and.have.property('code', 'UPSTREAM_FAULT');
    const gone = { ...konto, url: 'http://127.0.0.1:1/x' };
    const unreached = await fetchLetters(options({ konto: async () => gone })).catch((e: unknown) => e);
    expect(unreached).to.be.instanceOf(Failure).and.have.property('code', 'UPSTREAM_UNREACHABLE');
  });
});
