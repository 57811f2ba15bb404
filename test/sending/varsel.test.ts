import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import { loadConfig } from '../../src/config.js';
import type { Prisrad } from '../../src/domain/tariff.js';
import { createMetrics } from '../../src/http/metrics.js';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/development.js';
import type { DevelopmentPki } from '../../src/sandbox/pki/development.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.js';
import { SMS_PATH, smsoppsett } from '../../src/sandbox/varsel/sms.js';
import { smtpoppsett, startSmtp, type SmtpDouble } from '../../src/sandbox/varsel/smtp.js';
import { serverIdentity } from '../../src/sandbox/varsel/tls.js';
import { varselkonto } from '../../src/sandbox/varsel/varsler.js';
import { smsUtenPris, varselsenderOf } from '../../src/sending/varsel.js';
import { verifyDkim } from '../support/dkim.js';
import { testCertsDir } from '../support/gateway.js';
import { testKey } from '../support/pki.js';
import { epost, sms, utfallAv } from '../support/varsler.js';

const clock = { now: () => new Date() };
const sent = { type: 'sendt' };

const without = (settings: Record<string, string>, ...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));

describe('sending: what our own SMS cost', () => {
  const price = { plan: '', vare: 'SMS', leverandoer: null, fra: new Date(0), fraNummer: 1, oere: 39 } as const;
  const lists: readonly (readonly [string, readonly Prisrad[], boolean])[] = [
    ['an empty list', [], true],
    ['that of a mailbox', [{ ...price, leverandoer: '984661185' }], true],
    ['that of something else', [{ ...price, vare: 'AAPNINGSKVITTERING' }], true],
    ['their own', [price], false],
    ['nothing', [{ ...price, oere: 0 }], false],
  ];
  for (const [what, rows, missing] of lists)
    it(`R-58: ${what} is ${missing ? 'no' : 'a'} price`, async () => {
      const ledger = { prices: async () => rows };
      const [real, both] = [{ mode: 'production' }, { kanaler: new Set(['EPOST', 'SMS'] as const) }] as const;
      expect(await smsUtenPris(real, both, ledger)).to.equal(missing);
      expect(await smsUtenPris({ mode: 'development' }, both, ledger), 'to the sandbox').to.equal(false);
      expect(await smsUtenPris(real, { kanaler: new Set(['EPOST']) }, ledger), 'by e-mail').to.equal(false);
      expect(await smsUtenPris(real, null, ledger), 'by nobody').to.equal(false);
    });
});

/** What a notice in the sandbox looks like to those who ask it. */
interface Shown {
  readonly kanal: string;
  readonly til: string;
  readonly emne: string | null;
  readonly tekst: string;
}

describe('sending: the way out for notices, to the sandbox', function () {
  this.timeout(60_000);
  let pki: DevelopmentPki;
  let smtp: SmtpDouble;
  let sandbox: Sandbox;
  let dir: string;
  const metrics = createMetrics();
  before(async () => {
    pki = await ensureDevelopmentPki(testCertsDir);
    smtp = await startSmtp({ tls: await serverIdentity(pki), now: clock.now });
    const nowhere = { trayDir: 'never-used', brokerUrl: async () => undefined, lost: () => undefined };
    sandbox = await startSandbox(pki, 0, { ...nowhere, smtp });
    dir = await mkdtemp(join(tmpdir(), 'posthorn-notices-'));
  });
  after(async () => {
    await sandbox.close();
    await smtp.stop();
    await rm(dir, { recursive: true });
  });

  const settings = () => ({
    ...smtpoppsett(smtp, pki),
    POSTHORN_SMS_URL: sandbox.url + SMS_PATH,
    ...smsoppsett,
  });
  const opened = async (environment: Record<string, string>) =>
    varselsenderOf(loadConfig(environment), { clock, metrics });
  const control = async (method: string, query = ''): Promise<Response> =>
    fetch(`${sandbox.url}/control/notices${query}`, { method });
  const shown = async () => (await (await control('GET')).json()) as readonly Shown[];

  it('R-24: a gateway that is set up as the sandbox offers sends by both, and the sandbox shows what came', async () => {
    const ways = (await opened(settings()))!;
    expect([...ways.kanaler]).to.deep.equal(['EPOST', 'SMS']);
    expect([await utfallAv(ways, epost), await utfallAv(ways, sms)]).to.deep.equal([sent, sent]);
    const seen = (await shown()).map(({ kanal, til, emne, tekst }) => ({ kanal, til, emne, tekst }));
    expect(seen).to.deep.equal([
      { kanal: 'EPOST', til: epost.adresse, emne: epost.emne, tekst: epost.tekst },
      { kanal: 'SMS', til: '+4799990000', emne: null, tekst: sms.tekst },
    ]);

    expect((await control('POST', '?down=true')).status).to.equal(200);
    for (const varsel of [epost, sms]) expect(await utfallAv(ways, varsel)).to.have.property('code');
    expect((await control('POST', '?down=false')).status).to.equal(200);
    expect((await control('POST', '?down=1')).status).to.equal(400);
    expect(await utfallAv(ways, { ...epost, adresse: '550@example.com' })).to.have.property('type', 'avvist');
    expect(await utfallAv(ways, { ...sms, adresse: '40000422' })).to.have.property('type', 'avvist');
    expect((await shown()).length).to.equal(2);
    ways.close();

    const { body } = await metrics.exposition();
    for (const channel of ['EPOST', 'SMS'])
      for (const outcome of ['sent', 'refused', 'deferred'])
        expect(body).to.include(`posthorn_notices_total{channel="${channel}",outcome="${outcome}"} 1`);
  });

  it('takes passwords, a token and a DKIM key from files', async () => {
    const file = async (name: string, text: string): Promise<string> => {
      await writeFile(join(dir, name), text);
      return join(dir, name);
    };
    const password = await file('password', `${varselkonto.passord}\n`);
    const key = testKey('dkim').privateKey;
    const files = {
      ...without(settings(), 'POSTHORN_SMTP_PASSWORD', 'POSTHORN_SMS_PASSWORD'),
      POSTHORN_SMTP_PASSWORD_FILE: password,
      POSTHORN_SMS_PASSWORD_FILE: password,
      POSTHORN_SMTP_DKIM_SELECTOR: 'p1',
      POSTHORN_SMTP_DKIM_KEY: await file('dkim.pem', key.export({ format: 'pem', type: 'pkcs8' }) as string),
    };
    const ways = (await opened(files))!;
    expect([await utfallAv(ways, epost), await utfallAv(ways, { ...sms, id: 'by-file' })]).to.deep.equal([sent, sent]);
    expect(verifyDkim(smtp.mottatt.at(-1)!.octets, createPublicKey(key)).signature).to.equal(true);
    ways.close();

    const byToken = without(files, 'POSTHORN_SMS_USER', 'POSTHORN_SMS_PASSWORD_FILE');
    const token = (await opened({ ...byToken, POSTHORN_SMS_TOKEN_FILE: await file('token', 't') }))!;
    expect(await utfallAv(token, sms))
      .to.have.property('detail')
      .that.contains('HTTP 401');
    token.close();

    const problem = async (change: Record<string, string>): Promise<string> =>
      opened({ ...files, ...change }).then(
        () => 'none',
        (error: unknown) => String(error),
      );
    expect(await problem({ POSTHORN_SMTP_DKIM_KEY: password })).to.contain('POSTHORN_SMTP_DKIM_KEY names');
    expect(await problem({ POSTHORN_SMTP_PASSWORD_FILE: await file('empty', '\n') })).to.contain('is empty');
  });

  it('is none where nothing is configured, and one of two where one is', async () => {
    expect(await opened({})).to.equal(undefined);
    const ways = await opened({ POSTHORN_SMS_URL: sandbox.url + SMS_PATH, ...smsoppsett });
    expect([...ways!.kanaler]).to.deep.equal(['SMS']);
  });
});
