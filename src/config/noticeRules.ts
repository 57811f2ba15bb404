import { isIP } from 'node:net';
import { erSmsfelt, felterI, lesSmsmal } from '../domain/smsmal.js';
import { demandedBy, overTls, type Rule } from './rule.js';
import { variable, type Config, type Key } from './settings.js';

/** What must not be set beside each other. */
const notBoth = (key: Key, other: Key): Rule => ({
  key,
  needs: [key, other],
  broken: (config) => config[key] !== undefined && config[other] !== undefined,
  problem: `is set, and ${variable(other)} too`,
  fix: 'Set one of them.',
});

/** What is nothing without one of the others. */
const needs = (key: Key, others: readonly Key[], fix: string): Rule => ({
  key,
  needs: [key, ...others],
  broken: (config) => config[key] !== undefined && others.every((other) => config[other] === undefined),
  problem: `is set, but not ${others.map(variable).join(' or ')}`,
  fix,
});

/** An account has one password, and a password has an account. */
const account = (at: 'smtp' | 'sms'): readonly Rule[] => {
  const [user, password, file] = [`${at}User`, `${at}Password`, `${at}PasswordFile`] as const;
  return [
    needs(user, [password, file], 'Set its password, or name a file with it.'),
    needs(password, [user], 'Name the account, or remove it.'),
    needs(file, [user], 'Name the account, or remove it.'),
    notBoth(file, password),
  ];
};

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

const demandedBySmtp = demandedBy('smtpHost');

const smtpRules: readonly Rule[] = [
  demandedBySmtp('smtpFrom', () => true, 'Name the address that notices come from.'),
  {
    key: 'smtpTls',
    needs: ['smtpTls', 'smtpHost'],
    broken: ({ smtpTls, smtpHost }) => smtpTls === 'off' && smtpHost !== undefined && !isLoopback(smtpHost),
    problem: 'is off, and POSTHORN_SMTP_HOST is not this machine; who is written to would cross the network in clear',
    fix: 'Set it to starttls or implicit.',
  },
  ...account('smtp'),
  needs('smtpDkimSelector', ['smtpDkimKey'], 'Set both, or neither.'),
  needs('smtpDkimKey', ['smtpDkimSelector'], 'Set both, or neither.'),
];

const malfelter = ({ smsBody }: Config): readonly string[] => [...felterI(smsBody)];

const smsRules: readonly Rule[] = [
  {
    key: 'smsBody',
    needs: ['smsBody', 'smsFormat'],
    broken: ({ smsBody, smsFormat }) => lesSmsmal(smsFormat, smsBody) === undefined,
    problem: 'is no JSON object, which POSTHORN_SMS_FORMAT=json needs',
    fix: 'Correct it, or set POSTHORN_SMS_FORMAT to form.',
  },
  {
    key: 'smsBody',
    needs: ['smsBody'],
    broken: (config) => !['number', 'text'].every((felt) => malfelter(config).includes(felt)),
    problem: 'does not name both {number} and {text}',
    fix: 'Put both where the gateway wants them.',
  },
  {
    key: 'smsBody',
    needs: ['smsBody'],
    broken: (config) => !malfelter(config).every(erSmsfelt),
    problem: 'names in braces what is none of {number}, {text}, {id} and {sender}',
    fix: 'Remove it.',
  },
  {
    key: 'smsSender',
    needs: ['smsSender', 'smsBody'],
    broken: (config) => config.smsSender === undefined && malfelter(config).includes('sender'),
    problem: 'is missing, but POSTHORN_SMS_BODY names {sender}',
    fix: 'Set it, or leave {sender} out.',
  },
  ...account('sms'),
  notBoth('smsTokenFile', 'smsToken'),
  notBoth('smsToken', 'smsUser'),
  notBoth('smsTokenFile', 'smsUser'),
];

/** Hold in every mode. */
export const noticeRules: readonly Rule[] = [...smtpRules, ...smsRules];

/** Hold in production. */
export const noticeProduction: readonly Rule[] = [overTls('smsUrl')];
