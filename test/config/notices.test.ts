import { inspect } from 'node:util';
import { expect } from 'chai';
import { ConfigError, loadConfig, type Config } from '../../src/config.js';

const load = (environment: Record<string, string>): Config => loadConfig(environment, () => true);
/** Names of what is wrong, without the prefix. */
function wrong(environment: Record<string, string>): string[] {
  try {
    load(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ variable }) => variable.replace('POSTHORN_', ''));
    throw error;
  }
  return [];
}

const smtp = { POSTHORN_SMTP_HOST: 'mail.example', POSTHORN_SMTP_FROM: 'varsel@kommune.example' };
const sms = { POSTHORN_SMS_URL: 'https://sms.example/send' };

describe('config: notices', () => {
  it('go nowhere unless a server is named', () => {
    const { smtpHost, smsUrl, smtpTls, smtpPort } = load({});
    expect([smtpHost, smsUrl, smtpTls, smtpPort]).to.deep.equal([undefined, undefined, 'starttls', 587]);
    expect(wrong({ ...smtp, ...sms })).to.deep.equal([]);
  });

  it('are read, and secrets are never printed', () => {
    const config = load({
      ...smtp,
      ...sms,
      POSTHORN_SMTP_USER: 'u',
      POSTHORN_SMTP_PASSWORD: 'mail-secret',
      POSTHORN_SMS_TOKEN: 'sms-secret',
      POSTHORN_SMS_SUCCESS: '202, 200:messages.0.status=ok',
      POSTHORN_SMS_SENDER: 'Kommunen 1',
    });
    expect(config.smsSuccess).to.deep.equal([
      { status: 202, felt: null },
      { status: 200, felt: { sti: ['messages', '0', 'status'], verdi: 'ok' } },
    ]);
    expect([config.smtpPassword?.reveal(), config.smsToken?.reveal()]).to.deep.equal(['mail-secret', 'sms-secret']);
    expect(inspect(config) + JSON.stringify(config)).not.to.match(/mail-secret|sms-secret/);
    expect([config.smsSuccess, config.smsRefused].every(Object.isFrozen)).to.equal(true);
  });

  const account = { POSTHORN_SMTP_USER: 'u', POSTHORN_SMTP_PASSWORD: 'p' };
  const smsAccount = { POSTHORN_SMS_USER: 'u', POSTHORN_SMS_PASSWORD: 'p' };
  const broken: readonly (readonly [title: string, environment: Record<string, string>, names: readonly string[]])[] = [
    ['a mail server without an address to come from', { POSTHORN_SMTP_HOST: 'mail.example' }, ['SMTP_FROM']],
    ['no TLS to another machine', { ...smtp, POSTHORN_SMTP_TLS: 'off' }, ['SMTP_TLS']],
    [
      'no TLS to one that is only named so',
      { ...smtp, POSTHORN_SMTP_HOST: '127.example', POSTHORN_SMTP_TLS: 'off' },
      ['SMTP_TLS'],
    ],
    ['optional TLS', { ...smtp, POSTHORN_SMTP_TLS: 'optional' }, ['SMTP_TLS']],
    ['an address with a name', { ...smtp, POSTHORN_SMTP_FROM: 'K <k@kommune.example>' }, ['SMTP_FROM']],
    ['two addresses for answers', { ...smtp, POSTHORN_SMTP_REPLY_TO: 'a@b.no,c@d.no' }, ['SMTP_REPLY_TO']],
    ['an account without password', { ...smtp, POSTHORN_SMTP_USER: 'u' }, ['SMTP_USER']],
    ['a password without account', { ...smtp, POSTHORN_SMTP_PASSWORD: 'p' }, ['SMTP_PASSWORD']],
    ['a password file without account', { ...smtp, POSTHORN_SMTP_PASSWORD_FILE: '/p' }, ['SMTP_PASSWORD_FILE']],
    ['two passwords', { ...smtp, ...account, POSTHORN_SMTP_PASSWORD_FILE: '/p' }, ['SMTP_PASSWORD_FILE']],
    ['a DKIM key without selector', { ...smtp, POSTHORN_SMTP_DKIM_KEY: '/k' }, ['SMTP_DKIM_KEY']],
    ['a selector without key', { ...smtp, POSTHORN_SMTP_DKIM_SELECTOR: 'p1' }, ['SMTP_DKIM_SELECTOR']],
    [
      'a selector that is no name',
      { ...smtp, POSTHORN_SMTP_DKIM_SELECTOR: 'p 1', POSTHORN_SMTP_DKIM_KEY: '/k' },
      ['SMTP_DKIM_SELECTOR'],
    ],
    ['a port that is none', { ...smtp, POSTHORN_SMTP_PORT: '0' }, ['SMTP_PORT']],
    ['an address with a password in it', { POSTHORN_SMS_URL: 'https://u:p@sms.example/' }, ['SMS_URL']],
    ['a template that is no JSON', { ...sms, POSTHORN_SMS_BODY: 'to={number}&text={text}' }, ['SMS_BODY']],
    ['a template without the text', { ...sms, POSTHORN_SMS_BODY: '{"to":"{number}"}' }, ['SMS_BODY']],
    ['a template with an unknown name', { ...sms, POSTHORN_SMS_BODY: '["{number}","{text}","{fnr}"]' }, ['SMS_BODY']],
    ['{sender} without a sender', { ...sms, POSTHORN_SMS_BODY: '["{number}","{text}","{sender}"]' }, ['SMS_SENDER']],
    ['a sender that is too long', { ...sms, POSTHORN_SMS_SENDER: 'x'.repeat(12) }, ['SMS_SENDER']],
    ['an account without password by SMS', { ...sms, POSTHORN_SMS_USER: 'u' }, ['SMS_USER']],
    ['a password without account by SMS', { ...sms, POSTHORN_SMS_PASSWORD: 'p' }, ['SMS_PASSWORD']],
    ['a password file without account by SMS', { ...sms, POSTHORN_SMS_PASSWORD_FILE: '/p' }, ['SMS_PASSWORD_FILE']],
    ['two passwords by SMS', { ...sms, ...smsAccount, POSTHORN_SMS_PASSWORD_FILE: '/p' }, ['SMS_PASSWORD_FILE']],
    ['an account and a token', { ...sms, ...smsAccount, POSTHORN_SMS_TOKEN: 't' }, ['SMS_TOKEN']],
    ['an account and a token in a file', { ...sms, ...smsAccount, POSTHORN_SMS_TOKEN_FILE: '/t' }, ['SMS_TOKEN_FILE']],
    ['two tokens', { ...sms, POSTHORN_SMS_TOKEN: 't', POSTHORN_SMS_TOKEN_FILE: '/t' }, ['SMS_TOKEN_FILE']],
    ['a header that ends its line', { ...sms, POSTHORN_SMS_KEY_HEADER: 'X: y' }, ['SMS_KEY_HEADER']],
    ['an answer that is no status', { ...sms, POSTHORN_SMS_SUCCESS: '200,ok' }, ['SMS_SUCCESS']],
    ['an answer without a value', { ...sms, POSTHORN_SMS_REFUSED: '200:status' }, ['SMS_REFUSED']],
    [
      'all at once',
      { POSTHORN_SMTP_HOST: 'm.example', POSTHORN_SMTP_TLS: 'off', ...sms, POSTHORN_SMS_USER: 'u' },
      ['SMTP_FROM', 'SMTP_TLS', 'SMS_USER'],
    ],
  ];
  for (const [title, environment, names] of broken)
    it(`refuse ${title}`, () => expect(wrong(environment)).to.deep.equal(names));

  it('may go without TLS to this machine, and by a form or a token', () => {
    for (const host of ['127.0.0.1', '127.0.0.53', '::1', 'localhost'])
      expect(wrong({ ...smtp, POSTHORN_SMTP_HOST: host, POSTHORN_SMTP_TLS: 'off' }), host).to.deep.equal([]);
    const form = { POSTHORN_SMS_FORMAT: 'form', POSTHORN_SMS_BODY: 'to={number}&text={text}' };
    expect(wrong({ ...sms, ...form, POSTHORN_SMS_TOKEN_FILE: '/t' })).to.deep.equal([]);
    expect(wrong({ ...smtp, ...account, ...sms, ...smsAccount })).to.deep.equal([]);
    expect(wrong({ ...sms, POSTHORN_SMS_SENDER: '+4722222222' })).to.deep.equal([]);
  });
});
