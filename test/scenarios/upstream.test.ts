import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { PATH as FORSENDELSE } from '../../src/contract/forsendelse/names.js';
import { prepareDevelopment } from '../../src/development.js';
import { startGateway } from '../../src/gateway.js';
import { BROKER_PATH } from '../../src/http/meldingsformidler.js';
import { createLog } from '../../src/log.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { openBackend } from '../store/support/backend.js';
import { belowConfig, belowEnvironment, startBelow, type Below } from '../support/below.js';
import { brev, hentKvitteringer, postadresse, sendBrev, testperson, type Stand } from '../support/forsendelser.js';
import { openDoors, startSending, type SendingWorld } from '../support/sending.js';

const is =
  (tilstand: string) =>
  (stand: Stand): boolean =>
    stand.tilstand === tilstand;
const types = (stand: Stand): string[] => stand.hendelser.map((h) => h.type);

/** Two Posthorns: letters go by the one below to the one above, which is its broker. */
describe('sending a letter by a broker upstream', function () {
  this.timeout(60_000);
  let folder: string;
  let above: SendingWorld;
  let below: Below;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-above-'));
    above = await startSending(`sqlite:${join(folder, 'above.db')}`);
    below = await startBelow(new URL(BROKER_PATH, above.url).href);
  });
  after(async () => {
    await below.stop();
    await above.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const accepted = async (letter: ReturnType<typeof brev>, by: Pick<Below, 'url'> = below): Promise<string> => {
    const svar = await sendBrev(by.url, letter);
    expect(svar.status, svar.text).to.equal(200);
    return letter.eksternRef;
  };
  const lettersOf = async (ref: string) => above.lettersIn((await below.stored(ref)).konversasjonsId);
  const onPaper = (changes: Partial<ReturnType<typeof brev>> = {}) =>
    brev('reserved', { mottaker: { id: testperson('reserved').personidentifikator, postadresse }, ...changes });

  const letters = [
    ['digipost', 'digipost', () => brev('digipost'), ['SENDT', 'LEVERING']],
    ['e-Boks', 'eboks', () => brev('e-boks'), ['SENDT', 'LEVERING']],
    ['print', 'utskrift', () => onPaper(), ['SENDT', 'MOTTAK', 'LEVERING']],
  ] as const;
  for (const prioritet of ['PRIORITERT', 'NORMAL'] as const) {
    for (const [what, provider, letter, expected] of letters) {
      it(`R-37, R-39: ${what}, ${prioritet}: one letter, and its receipts come home`, async () => {
        const one = { ...letter(), prioritet };
        const ref = await accepted(one);
        const stand = await below.until(ref, is('LEVERT'));
        expect(types(stand)).to.include.members([...expected]);
        expect(stand.leverandoer).to.equal(identities[provider].organisasjonsnummer);
        const [found, ...more] = await lettersOf(ref);
        expect(more).to.deep.equal([]);
        expect(found?.provider).to.equal(provider);
        const [document] = found?.letter.documents ?? [];
        expect(document?.innhold.equals(Buffer.from(one.hoveddokument.innhold))).to.equal(true);
        expect((await hentKvitteringer(below.url, 100, prioritet)).all('eksternRef')).to.include(ref);
      });
    }
  }

  it('R-22, R-36, R-46: openings, notices that failed and paper that came back come home too', async () => {
    const aapningskvittering = { begrunnelse: 'Fristen løper fra åpning' };
    const opened = await accepted(brev('d-number', { aapningskvittering }));
    const notice = await accepted(brev('digipost', { tittel: 'Vedtak, notice failed' }));
    const { hoveddokument, utskrift, ...rest } = onPaper();
    const returned = await accepted({
      ...rest,
      hoveddokument: { ...hoveddokument, filnavn: 'returned mail.pdf' },
      utskrift: { ...utskrift, retur: 'MAKULERING_MED_MELDING' },
    });
    await below.until(opened, is('LEVERT'));
    await above.control('POST', `open/${testperson('d-number').personidentifikator}?level=3`);
    await below.until(opened, is('AAPNET'));
    const stand = await below.until(notice, (s) => types(s).filter((t) => t === 'VARSLINGFEILET').length === 2);
    expect(stand.tilstand).to.equal('LEVERT');
    await below.until(returned, is('RETURNERT'));
  });

  it('what has come home is confirmed: nothing waits for us at the broker any more', async () => {
    const backend = await openBackend(`sqlite:${join(folder, 'above.db')}`);
    try {
      const waiting = () =>
        backend.read((db) => db.selectFrom('mpc_receipt').select('nr').execute()).then((rows) => rows.length);
      const end = Date.now() + 10_000;
      while ((await waiting()) > 0 && Date.now() < end) await sleep(100);
      expect(await waiting()).to.equal(0);
    } finally {
      await backend.close();
    }
  });

  it('an installation without a key store of the broker starts, is ready, says nothing of that key, and is nobody’s broker', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'posthorn-alone-'));
    const config = belowConfig(new URL(BROKER_PATH, above.url).href, dataDir);
    await prepareDevelopment(config);
    const gateway = await startGateway(config, createLog({ level: 'error', stream: process.stderr }));
    try {
      const get = async (path: string) => fetch(new URL(path, gateway.url));
      const ready = (await (await get('/health/ready')).json()) as { checks: { name: string }[] };
      const keys = ready.checks.map(({ name }) => name).filter((name) => name.startsWith('key '));
      expect(keys).to.deep.equal(['key oppslagstjenesten', 'key databehandler']);
      expect((await get(`${FORSENDELSE}?wsdl`)).status).to.equal(200);
      expect((await fetch(new URL(BROKER_PATH, gateway.url), { method: 'POST', body: '' })).status).to.equal(404);
    } finally {
      await gateway.close(100);
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it('two processes on one database ask in turns, and each receipt is one event', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'posthorn-two-'));
    const url = new URL(BROKER_PATH, above.url).href;
    const one = await startBelow(url, belowEnvironment(url, dataDir));
    const { loadConfig } = await import('../../src/config.js');
    const other = await openDoors(loadConfig(belowEnvironment(url, dataDir)), above.pki, { now: () => new Date() });
    try {
      const refs = await Promise.all(Array.from({ length: 6 }, () => accepted(brev('digipost'), one)));
      for (const ref of refs) {
        const stand = await one.until(ref, is('LEVERT'));
        expect(types(stand).filter((type) => type === 'LEVERING')).to.have.length(1);
      }
    } finally {
      await other.close();
      await one.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it('SECURITY 86: an upstream that signs with another certificate is not believed, and the letter waits', async () => {
    const certificate = belowEnvironment('', '')['POSTHORN_CERTS_DIR'];
    const wary = await startBelow(new URL(BROKER_PATH, above.url).href, {
      POSTHORN_SDP_UPSTREAM_CERTIFICATES: join(certificate ?? '', 'digipost.cert.pem'),
    });
    try {
      const ref = await accepted(brev('digipost'), wary);
      const stand = await wary.until(ref, (s) => types(s).includes('FORSOEK_UTSATT'));
      expect(stand.hendelser.find((h) => h.type === 'FORSOEK_UTSATT')?.kode).to.equal('UNVERIFIABLE');
      expect(stand.tilstand).to.equal('MOTTATT');
    } finally {
      await wary.stop();
    }
  });
});
