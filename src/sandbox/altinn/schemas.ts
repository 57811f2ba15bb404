import { z } from 'zod';

/* What Altinn 3 takes, as its OpenAPI has it: members that it does not name are refused. */

const text = z.string();
const nullish = <T extends z.ZodType>(type: T) => type.nullish();
const date = z.iso.datetime({ offset: true });
/** In one case, for UUIDs are the same in any. */
const uuid = z.uuid().toLowerCase();
const reference = text.min(1).max(4096);
const resourceId = text.min(1).max(255);
const name = nullish(text.max(255));

export const initializeAttachment = z.strictObject({
  resourceId,
  fileName: name,
  displayName: name,
  isEncrypted: z.boolean().optional(),
  checksum: nullish(text),
  sendersReference: reference,
  sender: text.min(1),
});

const channel = z.enum(['Email', 'Sms', 'EmailPreferred', 'SmsPreferred', 'EmailAndSms']);
const contentType = z.enum(['Plain', 'Html']);
const subject = nullish(text.max(128));
const email = nullish(text.max(1024));
const sms = nullish(text.max(160));

const notification = z.strictObject({
  notificationTemplate: z.enum(['CustomMessage', 'GenericAltinnMessage']),
  emailSubject: subject,
  emailBody: email,
  emailContentType: contentType.optional(),
  smsBody: sms,
  sendReminder: z.boolean().optional(),
  reminderEmailSubject: subject,
  reminderEmailBody: email,
  reminderEmailContentType: contentType.optional(),
  reminderSmsBody: sms,
  notificationChannel: channel.optional(),
  reminderNotificationChannel: channel.optional(),
  sendersReference: nullish(text),
  requestedSendTime: nullish(date),
});
export type Notification = z.infer<typeof notification>;

const content = z.strictObject({
  language: nullish(text),
  messageTitle: nullish(text),
  messageSummary: nullish(text),
  messageBody: nullish(text),
});

export const initializeCorrespondences = z.strictObject({
  correspondence: z.strictObject({
    resourceId,
    sender: nullish(text),
    sendersReference: reference,
    messageSender: nullish(text.max(256)),
    content: content.optional(),
    requestedPublishTime: nullish(date),
    allowSystemDeleteAfter: nullish(date),
    dueDateTime: nullish(date),
    propertyList: nullish(z.record(text, text)),
    notification: notification.optional(),
    ignoreReservation: nullish(z.boolean()),
    isConfirmationNeeded: z.boolean().optional(),
    isConfidential: z.boolean().optional(),
  }),
  recipients: z.array(text),
  existingAttachments: nullish(z.array(uuid)),
  idempotentKey: nullish(uuid),
});
export type InitializeCorrespondences = z.infer<typeof initializeCorrespondences>;

/** Milliseconds. */
const moment = date.transform((at) => Date.parse(at)).optional();

/** How letters are looked for. */
export const listQuery = z.object({
  resourceId: text.optional(),
  sendersReference: text.optional(),
  from: moment,
  to: moment,
  role: z.enum(['Recipient', 'Sender', 'RecipientAndSender']).optional(),
  status: z
    .enum([
      'Initialized',
      'ReadyForPublish',
      'Published',
      'Fetched',
      'Read',
      'Replied',
      'Confirmed',
      'PurgedByRecipient',
      'PurgedByAltinn',
      'Archived',
      'Reserved',
      'Failed',
      'AttachmentsDownloaded',
    ])
    .optional(),
});
