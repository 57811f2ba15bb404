import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { SMTPServerOptions } from 'smtp-server';
import { epostvei, type Smtpserver } from '../../../src/channels/varsel/epost.js';
import { smtpUtfall, type Smtpfeil } from '../../../src/channels/varsel/smtpUtfall.js';
import type { Varselvei } from '../../../src/channels/varsel/vei.js';
import type { Varsel } from '../../../src/domain/varselPorts.js';
import { Failure } from '../../../src/errors.js';
import { limits } from '../../../src/limits.js';
import { ensureDevelopmentPki } from '../../../src/sandbox/pki/development.js';
import { startSmtp, type SmtpDouble } from '../../../src/sandbox/varsel/smtp.js';
import { serverIdentity, type TlsIdentity } from '../../../src/sandbox/varsel/tls.js';
import { varselkonto } from '../../../src/sandbox/varsel/varsler.js';
import { der } from '../../../src/security/der.js';
import { pem } from '../../../src/security/x509.js';
import { closedPort } from '../../client/stub.js';
import { verifyDkim } from '../../support/dkim.js';
import { testCertsDir } from '../../support/gateway.js';
import { failureOf, makeChain, testKey } from '../../support/pki.js';
import { alt, epost, utfallAv } from '../../support/varsler.js';

const dkimKey = testKey('dkim');
const leafKey = testKey('smtp server');
const leafPem = leafKey.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
const forOtherHost = {
  oid: '2.5.29.17',
  critical: false,
  value: der.sequence(der.element(0x82, Buffer.from('other.example.com'))),
};
const sent = { type: 'sendt' };
const later = Object.assign(new Error('later'), { responseCode: 451 });
const now = () => new Date();

describe('channels/varsel: e-mail', function () {
  this.timeout(60_000);
  let identity: TlsIdentity;
  let ca: string;
  let smtp: SmtpDouble;
  const opened: { close(): unknown }[] = [];
  before(async () => {
    const pki = await ensureDevelopmentPki(testCertsDir);
    identity = await serverIdentity(pki);
    ca = await readFile(pki.files.root, 'utf8');
    smtp = await startSmtp({ tls: identity, now });
  });
  afterEach(() => {
    delete smtp.behaviour.down;
    for (const one of opened.splice(0)) one.close();
  });
  after(() => smtp.stop());

  /** The way out to a server, as it is configured but for what a test changes. */
  const vei = async (changes: Partial<Smtpserver> = {}): Promise<Varselvei> => {
    const made = await epostvei({
      host: '127.0.0.1',
      port: smtp.port,
      tls: 'starttls',
      ca,
      konto: varselkonto,
      fra: 'varsel@posthorn.example',
      ...changes,
    });
    opened.push(made);
    return made;
  };
  const other = async (options: SMTPServerOptions): Promise<SmtpDouble> => {
    const made = await startSmtp({ tls: identity, now, options });
    opened.push({ close: () => made.stop() });
    return made;
  };
  const send = async (varsel: Partial<Varsel> = {}, changes: Partial<Smtpserver> = {}) =>
    utfallAv(await vei(changes), { ...epost, ...varsel });
  const failure = async (...args: Parameters<typeof send>): Promise<Failure> => {
    const utfall = await send(...args);
    if (utfall instanceof Failure) return utfall;
    throw new Error(`no failure but ${JSON.stringify(utfall)}`);
  };

  it('R-16, R-24: sends subject and text in all letters of Norway, plain and as HTML, and says that a machine did', async () => {
    const before = smtp.mottatt.length;
    expect(await send({}, { svarTil: 'post@posthorn.example' })).to.deep.equal(sent);
    const [mail, ...more] = smtp.mottatt.slice(before);
    expect(more).to.deep.equal([]);
    expect([mail?.til, mail?.emne, mail?.tekst]).to.deep.equal([epost.adresse, epost.emne, epost.tekst]);
    const { html, from, to, replyTo, headers } = mail!.epost;
    expect(html).to.include(
      '<p>Blåbærsyltetøy &lt;b&gt;&amp; &quot;dehálaš&quot; &#39;reive&#39;&lt;/b&gt;<br>Logge sisa.</p>',
    );
    expect(html).to.include('<html lang="se">').and.include(`<title>${epost.emne}</title>`);
    expect([from?.address, to?.[0]?.address, replyTo?.[0]?.address]).to.deep.equal([
      'varsel@posthorn.example',
      epost.adresse,
      'post@posthorn.example',
    ]);
    const header = (key: string) => headers.filter((h) => h.key === key).map((h) => h.value);
    expect(header('auto-submitted')).to.deep.equal(['auto-generated']);
    expect(header('message-id')).to.deep.equal(['<f1d3-0-EPOST@posthorn.example>']);
    expect(
      mail!.octets.every((octet) => octet < 128),
      'only ASCII is sent',
    ).to.equal(true);
    expect(smtp.brudd).to.deep.equal([]);
  });

  it('R-22: has the Message-ID of its notice in every attempt, and another for each notice', async () => {
    const before = smtp.mottatt.length;
    const way = await vei();
    const ider = ['a.b', 'a.b', 'a%2eb', 'b@x>\r\nBcc: b@example.com'];
    for (const id of ider) expect(await utfallAv(way, { ...epost, id })).to.deep.equal(sent);
    expect(smtp.mottatt.slice(before).map((m) => m.epost.messageId)).to.deep.equal([
      '<a%2eb@posthorn.example>',
      '<a%2eb@posthorn.example>',
      '<a%252eb@posthorn.example>',
      '<b%40x%3E%0D%0ABcc%3A%20b%40example%2ecom@posthorn.example>',
    ]);
    expect(smtp.mottatt.slice(before).every((m) => m.epost.bcc === undefined)).to.equal(true);
  });

  it('is signed by DKIM for the domain that it comes from, and every change breaks the signature', async () => {
    const privatNoekkel = dkimKey.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
    expect(await send({}, { dkim: { selektor: 'p1', privatNoekkel } })).to.deep.equal(sent);
    const { octets } = smtp.mottatt.at(-1)!;
    const key = createPublicKey(dkimKey.privateKey);
    const good = verifyDkim(octets, key);
    expect(good).to.deep.include({ domain: 'posthorn.example', selector: 'p1', body: true, signature: true });
    expect(good.signed).to.include.members(['from', 'to', 'subject', 'message-id', 'mime-version']);
    const altered = (from: string, to: string) =>
      verifyDkim(Buffer.from(octets.toString('latin1').replace(from, to)), key);
    expect(altered('Logge sisa', 'Logge olggos').body).to.equal(false);
    expect(altered('To: kari', 'To: ola').signature).to.equal(false);
    expect(verifyDkim(octets, testKey('another').publicKey).signature).to.equal(false);
  });

  it('goes by TLS from the first word, and without any to a server on this machine', async () => {
    const implicit = await other({ secure: true });
    expect(await send({}, { port: implicit.port, tls: 'implicit' })).to.deep.equal(sent);
    const clear = await other({ disabledCommands: ['STARTTLS', 'AUTH'], authOptional: true });
    expect(await send({}, { port: clear.port, tls: 'off', konto: undefined })).to.deep.equal(sent);
    expect([implicit.mottatt.length, clear.mottatt.length]).to.deep.equal([1, 1]);
  });

  it('SECURITY 111: sends nothing to a server whose certificate is not trusted, or that gives up TLS', async () => {
    const before = smtp.mottatt.length;
    const untrusted = await failure({}, { ca: undefined });
    expect([untrusted.code, untrusted.values['reason']]).to.deep.equal([
      'UPSTREAM_UNREACHABLE',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ]);
    const chain = makeChain({ leafKey, leaf: { extensions: [forOtherHost] } });
    const named = await other({
      cert: pem(chain.leaf, 'CERTIFICATE') + pem(chain.issuing, 'CERTIFICATE'),
      key: leafPem,
    });
    const otherHost = await failure({}, { port: named.port, ca: pem(chain.root, 'CERTIFICATE') });
    expect(otherHost.values['reason']).to.equal('ERR_TLS_CERT_ALTNAME_INVALID');
    const old = await other({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    expect((await failure({}, { port: old.port })).code).to.equal('UPSTREAM_UNREACHABLE');
    const stripped = await other({ disabledCommands: ['STARTTLS'], authOptional: true });
    for (const konto of [varselkonto, undefined])
      expect((await failure({}, { port: stripped.port, konto })).code).to.match(/^UPSTREAM_/);
    expect([smtp, named, old, stripped].map((one) => one.mottatt.length)).to.deep.equal([before, 0, 0, 0]);
  });

  it('R-22: tells an address that is wrong from one that may be right later', async () => {
    expect(await send({ adresse: '550@example.com' })).to.deep.equal({
      type: 'avvist',
      grunn: {
        nb: 'e-posttjeneren avviser adressen (RCPT TO 550 5.1.1)',
        en: 'the mail server refuses the address (RCPT TO 550 5.1.1)',
      },
    });
    expect((await failure({ adresse: '450@example.com' })).values['text']).to.equal(
      'the mail server does not take the notice now (RCPT TO 450 4.2.1)',
    );
  });

  it('waits for a server that is down, closes, or does not know our account', async () => {
    const down = await failure({}, { port: await closedPort() });
    expect([down.code, down.values['reason']]).to.deep.equal(['UPSTREAM_UNREACHABLE', 'ECONNREFUSED']);
    expect(down.values['text']).not.to.contain('127.0.0.1');
    expect(down.detail).to.contain('127.0.0.1:');
    const account = await failure({}, { konto: { ...varselkonto, passord: 'not-the-password' } });
    expect(account.values['text']).to.contain('(AUTH PLAIN 535 5.7.8)');
    smtp.behaviour.down = true;
    expect((await failure()).values['text']).to.contain('421');
    delete smtp.behaviour.down;
    expect(await send()).to.deep.equal(sent);
  });

  it('is given up when it is told to, and leaves the server to the next', async () => {
    const stop = new AbortController();
    const slow = await other({ onRcptTo: () => stop.abort() });
    const utfall = await utfallAv(await vei({ port: slow.port }), epost, stop.signal);
    expect(utfall).to.be.instanceOf(Failure).with.property('code', 'UPSTREAM_UNREACHABLE');
  });

  /** What becomes of a mail to a server that hangs up at a command, and how many reach it whole. */
  const hungUp = async (at: RegExp, changes: Partial<Smtpserver> = {}) => {
    let mails = 0;
    const answers: readonly (readonly [command: RegExp, answer: string])[] = [
      [/^EHLO /, '250 mail.example\r\n'],
      [/^(?:MAIL|RCPT) /, '250 ok\r\n'],
      [/^DATA\r\n$/, '354 go on\r\n'],
    ];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        const said = chunk.toString();
        if (said.endsWith('\r\n.\r\n')) mails++;
        if (at.test(said)) return void socket.destroy();
        const answer = answers.find(([command]) => command.test(said))?.[1];
        if (answer !== undefined) socket.write(answer);
      });
      socket.write('220 mail.example\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    opened.push(server);
    const { port } = server.address() as AddressInfo;
    const { code, values } = await failure({}, { port, tls: 'off', konto: undefined, ...changes });
    return { code, uvisst: values['uvisst'], mails };
  };

  it('R-17, R-22: is not sent again by itself when the answer is lost, for it may have arrived; it has not before all of it was sent', async () => {
    const privatNoekkel = dkimKey.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
    const code = 'UPSTREAM_UNREACHABLE';
    for (const changes of [{}, { dkim: { selektor: 'p1', privatNoekkel } }]) {
      expect(await hungUp(/\r\n\.\r\n$/, changes)).to.deep.equal({ code, uvisst: 'true', mails: 1 });
      for (const before of [/^EHLO /, /^MAIL /, /^RCPT /, /^DATA\r\n$/])
        expect(await hungUp(before, changes), String(before)).to.deep.equal({ code, uvisst: undefined, mails: 0 });
    }
    const refused = await other({
      onData: (stream, _session, done) => void stream.resume().on('end', () => done(later)),
    });
    expect((await failure({}, { port: refused.port })).values).to.not.have.property('uvisst');
  });

  it(`has at most ${limits.smtpConnections} connections to a server`, async () => {
    let most = 0;
    const waiting: (() => void)[] = [];
    const busy = await other({
      onRcptTo: (_address, _session, callback) => {
        waiting.push(callback);
        most = Math.max(most, waiting.length);
        if (waiting.length === limits.smtpConnections) for (const go of waiting.splice(0)) go();
      },
    });
    const way = await vei({ port: busy.port });
    const all = Array.from({ length: 2 * limits.smtpConnections }, () => utfallAv(way, epost));
    expect(await Promise.all(all)).to.deep.equal(all.map(() => sent));
    expect(most).to.equal(limits.smtpConnections);
  });

  it(`reads at most ${limits.smtpReplyBytes} octets of a reply that does not end`, async () => {
    const greeted = async (octets: number): Promise<string | undefined> => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', () => socket.end('554 no\r\n'));
        socket.write(`220-${'x'.repeat(octets - 4)}\r\n220 go on\r\n`);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      opened.push(server);
      return (await failure({}, { port: (server.address() as AddressInfo).port })).code;
    };
    const { smtpReplyBytes: most } = limits;
    expect([await greeted(most - 1), await greeted(most), await greeted(most + 1)]).to.deep.equal([
      'UPSTREAM_FAULT',
      'UPSTREAM_FAULT',
      'UPSTREAM_UNREACHABLE',
    ]);
  });

  it('SECURITY 117: neither the address, nor the text, nor the password stands in what is told of a failure', async () => {
    const told: string[] = [];
    for (const code of ['550', '552', '450', '599'])
      told.push(alt(await send({ adresse: `${code}.kari@example.com` })));
    told.push(alt(await send({}, { konto: { bruker: 'account-x', passord: 'password-x' } })));
    told.push(alt(await send({}, { ca: undefined })), alt(await send({}, { port: await closedPort() })));
    told.push(alt(await send({ tekst: 'Brev til 15819010029' })));
    smtp.behaviour.down = true;
    told.push(alt(await send()));
    expect(told.join('\n')).not.to.match(/kari|example\.com|Blåb|dehálaš|reive|password-x|account-x|15819010029/);
  });
});

describe('channels/varsel: what a mail server answers', () => {
  /** What the server said at a step, and whether that is final. */
  const table: readonly (readonly [command: string, response: string, final: boolean])[] = [
    ['RCPT TO', '550 5.1.1 <kari@example.com>: no such user', true],
    ['RCPT TO', '550 no such user', true],
    ['RCPT TO', '551 not here', true],
    ['RCPT TO', '552 5.2.2 full', true],
    ['RCPT TO', '553-5.1.3 bad\r\n553 5.1.3 address', true],
    ['RCPT TO', '501 5.1.3 bad address', true],
    ['RCPT TO', '555 syntax', true],
    ['RCPT TO', '556 5.1.10 takes no mail', true],
    ['RCPT TO', '554 5.7.1 relay access denied', false],
    ['RCPT TO', '550 5.7.1 blocked', false],
    ['RCPT TO', '530 5.7.0 must issue STARTTLS', false],
    ['RCPT TO', '503 5.5.1 bad sequence', false],
    ['RCPT TO', '550 5.3.2 system does not accept mail', false],
    ['RCPT TO', '450 4.2.1 later', false],
    ['RCPT TO', '451 5.1.1 says both', false],
    ['RCPT TO', '421 closing', false],
    ['DATA', '550 5.1.1 no such user', true],
    ['DATA', '554 refused', true],
    ['DATA', '554 5.7.1 spam', false],
    ['DATA', '451 later', false],
    ['DATA', '501 syntax', false],
    ['MAIL FROM', '550 5.1.8 sender refused', false],
    ['MAIL FROM', '553 sender refused', false],
    ['AUTH PLAIN', '535 5.7.8 no', false],
    ['CONN', '554 no', false],
  ];
  for (const [command, response, final] of table) {
    it(`R-22: ${command} → ${response.split('\r\n')[0]} is ${final ? 'final' : 'tried again'}`, () => {
      const feil: Smtpfeil = { code: 'EENVELOPE', command, response, responseCode: Number(response.slice(0, 3)) };
      if (final) expect(smtpUtfall(feil, 'mail:25').type).to.equal('avvist');
      else expect(failureOf(() => smtpUtfall(feil, 'mail:25')).code).to.equal('UPSTREAM_FAULT');
    });
  }
});
