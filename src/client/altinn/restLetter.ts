import type { Altinnbrev } from '../../domain/altinn.js';
import type { Dokument } from '../../domain/forsendelse.js';
import { limits } from '../../limits.js';

/* The JSON of Altinn 3 Correspondence, as its OpenAPI has it. */

/** A recipient, or a sender. */
export const urn = (nummer: string): string =>
  nummer.length === 9 ? `urn:altinn:organization:identifier-no:${nummer}` : `urn:altinn:person:identifier-no:${nummer}`;

const kort = (text: string, size: number): string => [...text].slice(0, size).join('');

/** Characters of names. */
const NAVN = 255;

/** `InitializeAttachmentExt`. @param reference unique among the attachments of the letter */
export const attachmentJson = (d: Dokument, resourceId: string, sender: string, reference: string) => ({
  resourceId,
  fileName: kort(d.filnavn, NAVN),
  displayName: kort(d.tittel, NAVN),
  isEncrypted: false,
  sendersReference: reference,
  sender: urn(sender),
});

/** `InitializeCorrespondenceNotificationExt`: by e-mail where there is an address, else by SMS; again after seven days where it must be. */
function notificationJson(varsel: NonNullable<Altinnbrev['varsel']>, emne: string) {
  const [subject, epost, sms] = [
    kort(emne, limits.altinnSubject),
    kort(varsel.epost, limits.altinnEmail),
    kort(varsel.sms, limits.altinnSms),
  ];
  const channel = varsel.bareSms === true ? 'Sms' : 'EmailPreferred';
  return {
    notificationTemplate: 'CustomMessage',
    notificationChannel: channel,
    emailSubject: subject,
    emailBody: epost,
    emailContentType: 'Plain',
    smsBody: sms,
    sendReminder: varsel.gjentas,
    ...(varsel.gjentas && {
      reminderNotificationChannel: channel,
      reminderEmailSubject: subject,
      reminderEmailBody: epost,
      reminderEmailContentType: 'Plain',
      reminderSmsBody: sms,
    }),
  };
}

/** `InitializeCorrespondencesExt`. @param id the idempotency key, and the sender's reference */
export const correspondenceJson = (
  brev: Altinnbrev,
  resourceId: string,
  id: string,
  attachments: readonly string[],
) => ({
  correspondence: {
    resourceId,
    sendersReference: id,
    messageSender: kort(brev.avsender, NAVN),
    content: {
      language: brev.tekster.spraak,
      messageTitle: brev.tittel,
      messageSummary: brev.tekster.sammendrag,
      messageBody: brev.tekster.brevtekst,
    },
    ...(brev.varsel !== null && { notification: notificationJson(brev.varsel, brev.tekster.emne) }),
    ignoreReservation: brev.trossReservasjon,
    isConfirmationNeeded: false,
    isConfidential: brev.taushetsbelagt,
  },
  recipients: [urn(brev.mottaker)],
  existingAttachments: attachments,
  idempotentKey: id,
});
