import type { Notification } from './schemas.js';
import type { Wrong } from './types.js';

/* The texts that a notice by each channel needs (3002…3007 of the OpenAPI). */

type Channel = NonNullable<Notification['notificationChannel']>;
type Text = string | null | undefined;

interface Notice {
  readonly subject: Text;
  readonly email: Text;
  readonly sms: Text;
}

interface Need {
  readonly of: readonly (keyof Notice)[];
  /** Of the notice, and of its reminder. */
  readonly codes: readonly [number, number];
  readonly texts: string;
  readonly kind: string;
}

const email: Need = { of: ['subject', 'email'], codes: [3002, 3003], texts: 'email body and subject', kind: 'email' };
const sms: Need = { of: ['sms'], codes: [3004, 3005], texts: 'SMS body', kind: 'SMS' };
const either: Need = {
  of: ['subject', 'email', 'sms'],
  codes: [3006, 3007],
  texts: 'email body, subject and SMS body',
  kind: 'preferred',
};

const needs: Readonly<Record<Channel, readonly Need[]>> = {
  Email: [email],
  Sms: [sms],
  EmailAndSms: [email, sms],
  EmailPreferred: [either],
  SmsPreferred: [either],
};

function lackIn(channel: Channel, notice: Notice, reminder: 0 | 1): Wrong | undefined {
  const lack = needs[channel].find(({ of }) => of.some((name) => !notice[name]));
  if (lack === undefined) return undefined;
  const which = reminder === 1 ? 'reminder ' : '';
  return [
    400,
    lack.codes[reminder],
    `${which}${lack.texts} must be provided when sending ${which}${lack.kind} notices`,
  ];
}

/** What is missing of a notice and of its reminder; a channel that is not told is e-mail, and the reminder's the notice's. */
export function notificationFault(n: Notification): Wrong | undefined {
  if (n.notificationTemplate !== 'CustomMessage') return undefined;
  const channel = n.notificationChannel ?? 'Email';
  const wrong = lackIn(channel, { subject: n.emailSubject, email: n.emailBody, sms: n.smsBody }, 0);
  if (wrong !== undefined || n.sendReminder !== true) return wrong;
  const again = { subject: n.reminderEmailSubject, email: n.reminderEmailBody, sms: n.reminderSmsBody };
  return lackIn(n.reminderNotificationChannel ?? channel, again, 1);
}
