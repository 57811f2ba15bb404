import { expect } from 'chai';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { ensureDevelopmentPki } from '../../../src/sandbox/pki/development.js';
import { startSmtp, type SmtpDouble } from '../../../src/sandbox/varsel/smtp.js';
import { serverIdentity } from '../../../src/sandbox/varsel/tls.js';
import { varselkonto } from '../../../src/sandbox/varsel/varsler.js';
import { testCertsDir } from '../../support/gateway.js';

const good: SendMailOptions = {
  from: 'a@posthorn.example',
  to: 'kari@example.com',
  subject: 'Brev',
  text: 'Brev',
  html: '<p>Brev</p>',
  headers: { 'Auto-Submitted': 'auto-generated' },
};

describe('sandbox/varsel: the mail server', function () {
  this.timeout(30_000);
  let smtp: SmtpDouble;
  let send: (mail: SendMailOptions, account?: { user: string; pass: string } | null) => Promise<string>;
  const account = { user: varselkonto.bruker, pass: varselkonto.passord };
  before(async () => {
    const tls = await serverIdentity(await ensureDevelopmentPki(testCertsDir));
    smtp = await startSmtp({ tls, now: () => new Date() });
    send = (mail, auth = account) =>
      createTransport({
        host: '127.0.0.1',
        port: smtp.port,
        tls: { rejectUnauthorized: false },
        ...(auth !== null && { auth }),
      })
        .sendMail(mail)
        .then(
          () => 'taken',
          ({ response = '' }: { response?: string }) => response,
        );
  });
  after(() => smtp.stop());

  it('takes a notice', async () => {
    expect(await send(good)).to.equal('taken');
    expect(smtp.mottatt.map(({ til, emne, tekst }) => [til, emne, tekst])).to.deep.equal([
      ['kari@example.com', 'Brev', 'Brev'],
    ]);
  });

  const refused: readonly (readonly [title: string, change: SendMailOptions, response: string])[] = [
    ['R-16: a national id in the text', { text: 'Til 158190 10029' }, '554 5.6.0'],
    ['R-16: a national id in the HTML', { html: '<p>15819010029</p>' }, '554 5.6.0'],
    ['R-16: a national id in the subject', { subject: 'Brev til 15819010029' }, '554 5.6.0'],
    ['a mail without HTML', { html: '' }, '554 5.6.0'],
    ['a mail without a subject', { subject: '' }, '554 5.6.0'],
    ['a mail that does not say that a machine wrote it', { headers: {} }, '554 5.6.0'],
    ['an attachment', { attachments: [{ filename: 'a.txt', content: 'a' }] }, '554 5.6.0'],
    ['a mail that is too large', { text: 'x '.repeat(200_000) }, '552'],
    ['an address that is refused', { to: '550@example.com' }, '550 5.1.1 <550@example.com>'],
    ['an address that is busy', { to: '450.kari@example.com' }, '450 4.2.1 <450.kari@example.com>'],
  ];
  for (const [title, change, response] of refused)
    it(`refuses ${title}`, async () => {
      const { length } = smtp.mottatt;
      expect(await send({ ...good, ...change })).to.match(new RegExp(`^${response.replaceAll('.', '\\.')}`));
      expect(smtp.mottatt).to.have.length(length);
    });

  it('knows one account, and takes nothing from others', async () => {
    expect(await send(good, { ...account, pass: 'x' })).to.match(/^535 /);
    expect(await send(good, null)).to.match(/^530 /);
    smtp.behaviour.down = true;
    expect(await send(good)).to.match(/^421 /);
    delete smtp.behaviour.down;
  });
});
