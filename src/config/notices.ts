import type { Smssvar } from '../domain/smsmal.js';
import { optional, row } from './rows.js';
import { kinds } from './values.js';

const frozen = (...svar: readonly Smssvar[]): readonly Smssvar[] => Object.freeze(svar);
const status = (code: number): Smssvar => Object.freeze({ status: code, felt: null });
const mail = 'Use an address such as post@kommune.example.';

/** A secret, and the file that may hold it instead. */
const secret = (meaning: string, word: string) => ({
  given: optional(kinds.secret, { meaning, fix: `Set it to the ${word}.`, secret: true }),
  file: optional(kinds.text, {
    meaning: `File that holds that ${word} instead`,
    fix: `Name a readable file with the ${word} on its first line.`,
    files: true,
  }),
});
const password = secret('Password of that account', 'password');
const token = secret('Bearer token, where there is no account', 'token');

/** The mail server that notices by e-mail go to. */
const smtp = {
  smtpHost: optional(kinds.host, {
    shown: 'none: no notice goes by e-mail from here',
    meaning: 'Mail server that takes the notices that Posthorn sends itself',
    fix: 'Use its name, which its certificate must have too, or remove it.',
  }),
  smtpPort: row(kinds.whole(1, 65535), () => 587, {
    meaning: 'Its port; 465 as a rule for `implicit`',
    fix: 'Use 587 or 465.',
  }),
  smtpTls: row(kinds.oneOf('starttls', 'implicit', 'off'), () => 'starttls' as const, {
    meaning:
      'TLS from the second word (`starttls`) or the first (`implicit`), always demanded; `off` to a server on this machine only',
    fix: 'Set it to starttls or implicit.',
  }),
  smtpCa: optional(kinds.text, {
    shown: 'those that node has',
    meaning: 'Authorities that its certificate may be of, PEM file',
    fix: 'Name a PEM file.',
    files: true,
  }),
  smtpUser: optional(kinds.text, { meaning: 'Our account there', fix: 'Use the name that was given to you.' }),
  smtpPassword: password.given,
  smtpPasswordFile: password.file,
  smtpFrom: optional(kinds.epostadresse, {
    meaning: 'Address that notices come from, and that hears of those that do not arrive',
    fix: mail,
  }),
  smtpReplyTo: optional(kinds.epostadresse, { meaning: 'Address that answers go to', fix: mail }),
  smtpDkimSelector: optional(kinds.host, {
    shown: 'none: notices are not signed here',
    meaning: 'Selector of the DKIM key, below the domain of POSTHORN_SMTP_FROM',
    fix: 'Use the name before ._domainkey in the DNS.',
  }),
  smtpDkimKey: optional(kinds.text, {
    meaning: 'DKIM private key, PEM file',
    fix: 'Name a readable PEM file.',
    files: true,
  }),
};

/** The gateway that notices by SMS go to. */
const sms = {
  smsUrl: optional(kinds.publicUrl, {
    shown: 'none: no notice goes by SMS from here',
    meaning:
      'Where a gateway takes the SMS that Posthorn sends itself, by POST; nothing else is asked, and no redirect followed',
    fix: 'Use its whole address, such as https://host/sms, or remove it.',
  }),
  smsFormat: row(kinds.oneOf('json', 'form'), () => 'json' as const, {
    meaning: 'What it is sent: JSON, or a form',
    fix: 'Set it to json or form.',
  }),
  smsBody: row(kinds.text, () => '{"to":"{number}","text":"{text}","id":"{id}"}', {
    meaning:
      'Template of that, as `to={number}&text={text}` for a form: `{number}` (E.164) and `{text}`, and where wanted `{id}` of the notice and `{sender}`',
    fix: 'Put {number} and {text} where the gateway wants them, and {id} and {sender} where it knows them.',
  }),
  smsSender: optional(kinds.smsSender, {
    meaning: 'As whom an SMS is shown, for `{sender}`',
    fix: 'Use a name of at most 11 letters and digits, or a number.',
  }),
  smsUser: optional(kinds.text, {
    meaning: 'Our account there, by HTTP Basic',
    fix: 'Use the name that was given to you, or a token instead.',
  }),
  smsPassword: password.given,
  smsPasswordFile: password.file,
  smsToken: token.given,
  smsTokenFile: token.file,
  smsKeyHeader: row(kinds.headerName, () => 'Idempotency-Key', {
    meaning: 'Header with the id of the notice, the same in each attempt',
    fix: 'Use the name that the gateway has for it.',
  }),
  smsIdempotent: row(kinds.yesNo, () => true, {
    meaning:
      'Whether the gateway sends one SMS of one such id; `false`: what it may have taken is not handed over again',
    fix: 'Set it to false where the gateway does not promise that.',
  }),
  smsSuccess: row(kinds.smssvar, () => frozen(status(200), status(201), status(202)), {
    shown: '200,201,202',
    meaning:
      'Answers that say that an SMS was taken: statuses, or `STATUS:member=value` of its JSON, as `200:messages.0.status=sent`',
    fix: 'List answers such as 200,202 or 200:status=ok.',
  }),
  smsRefused: row(kinds.smssvar, () => frozen(status(400), status(422)), {
    shown: '400,422',
    meaning:
      'Answers that say that the number is wrong, in the same form, asked first; any other answer is tried again',
    fix: 'List answers such as 422 or 200:status=invalid.',
  }),
};

/** The way out for notices that Posthorn sends itself. */
export const notices = { ...smtp, ...sms };
