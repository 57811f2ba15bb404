import { randomUUID } from 'node:crypto';
import { attachmentSvar, initializeAttachmentSvar, read } from './attachments.js';
import { notificationFault } from './notificationFault.js';
import { initializeCorrespondences, listQuery, type InitializeCorrespondences } from './schemas.js';
import { isKnown } from './tokens.js';
import {
  isOf,
  json,
  problem,
  type Altinnoppsett,
  type Altinntilstand,
  type Melding,
  type Spurt,
  type Svart,
  type Wrong,
} from './types.js';

/* The double of Altinn 3 Correspondence. Every request is held against the contract, and refused when it breaks it. */

const PATH = /^\/correspondence\/api\/v1\/(attachment|correspondence)(?:\/([^/]+)(\/[^/]*)?)?$/;
const URN = /^urn:altinn:(?:organization:identifier-no:(\d{9})|person:identifier-no:(\d{11}))$/;

const languages = new Set(['nb', 'nn', 'en']);

function contentFault({ correspondence: { content } }: InitializeCorrespondences): Wrong | undefined {
  if (content === undefined) return [400, 1019, 'The Content field must be provided for the correspondence'];
  const { language, messageTitle, messageBody, messageSummary } = content;
  if (!messageTitle) return [400, 1020, 'Message title cannot be empty'];
  if (!messageBody) return [400, 1021, 'Message body cannot be empty'];
  if (!messageSummary) return [400, 1022, 'Message summary cannot be empty'];
  if (/<[a-z/!]/i.test(messageTitle)) return [400, 1002, 'Message title must be plain text'];
  return languages.has(language ?? '') ? undefined : [400, 1023, 'Invalid language chosen'];
}

/** The documents that the letter names. */
const vedleggAv = ({ existingAttachments }: InitializeCorrespondences, { vedlegg }: Altinntilstand) =>
  (existingAttachments ?? []).map((id) => vedlegg.get(id));

function attachmentFault(asked: InitializeCorrespondences, tilstand: Altinntilstand): Wrong | undefined {
  const documents = vedleggAv(asked, tilstand);
  if (documents.includes(undefined)) return [400, 1007, 'Existing attachment not found'];
  const waits = documents.some((d) => d?.octets === null || (tilstand.looks.get(d?.id ?? '') ?? 0) > 0);
  if (waits) return [400, 1018, 'Attachment is not published'];
  return documents.some((d) => d?.resourceId !== asked.correspondence.resourceId)
    ? [400, 1017, 'The sender of the correspondence must be equal the sender of existing attachments']
    : undefined;
}

function recipientFault(asked: InitializeCorrespondences, oppsett: Altinnoppsett): Wrong | undefined {
  const [urn = '', ...more] = asked.recipients;
  const [, orgnr, fnr] = URN.exec(urn) ?? [];
  const id = orgnr ?? fnr;
  if (id === undefined || more.length > 0) return [400, null, 'Recipients: one urn'];
  if (oppsett.ukjente.has(id)) return [404, 1029, 'Could not find partyId for the following recipients'];
  const opted = oppsett.reserverte.has(id) && asked.correspondence.ignoreReservation !== true;
  return opted ? [422, 1030, 'Recipient has reserved themselves from public correspondences'] : undefined;
}

function fault(asked: InitializeCorrespondences, tilstand: Altinntilstand, oppsett: Altinnoppsett): Wrong | undefined {
  const { behaviour, meldinger } = tilstand;
  if (behaviour.refuse !== undefined) return [400, behaviour.refuse, 'As told'];
  const { resourceId, isConfidential = false, notification, dueDateTime, isConfirmationNeeded } = asked.correspondence;
  const { vanlig, taushetsbelagt } = oppsett.ressurser;
  if (resourceId !== (isConfidential ? taushetsbelagt : vanlig)) return [403, 4008, 'Resource not whitelisted'];
  if (isConfirmationNeeded === true && !dueDateTime)
    return [400, 1016, 'DueDateTime is required when confirmation is needed'];
  const key = asked.idempotentKey ?? null;
  if (key !== null && meldinger.some(({ noekkel }) => noekkel === key))
    return [409, 1034, 'A correspondence with the same idempotent key already exists'];
  return (
    contentFault(asked) ??
    (notification && notificationFault(notification)) ??
    recipientFault(asked, oppsett) ??
    attachmentFault(asked, tilstand)
  );
}

function meldingAv(asked: InitializeCorrespondences, tilstand: Altinntilstand, oppsett: Altinnoppsett): Melding {
  const { correspondence: c, recipients, idempotentKey } = asked;
  const [, orgnr, fnr] = URN.exec(recipients[0] ?? '') ?? [];
  const mottaker = orgnr ?? fnr ?? '';
  return {
    id: randomUUID(),
    noekkel: idempotentKey ?? '',
    referanse: c.sendersReference,
    ressurs: c.resourceId,
    mottaker,
    tittel: c.content?.messageTitle ?? '',
    fra: c.messageSender ?? '',
    tekst: c.content?.messageBody ?? '',
    taushetsbelagt: c.isConfidential ?? false,
    trossReservasjon: c.ignoreReservation ?? false,
    vedlegg: vedleggAv(asked, tilstand).map((d) => ({ navn: d?.fileName ?? '', octets: d?.octets ?? Buffer.alloc(0) })),
    varsel:
      c.notification === undefined
        ? null
        : {
            epost: c.notification.emailBody ?? '',
            sms: c.notification.smsBody ?? '',
            gjentas: c.notification.sendReminder ?? false,
            sendt: !oppsett.utenAdresse.has(mottaker),
          },
    opprettet: oppsett.calendar.now(),
    status: 'Published',
    endret: oppsett.now(),
    lest: null,
  };
}

/** An order of notices, and one of the second notice where that was ordered. */
const orders = ({ varsel }: Melding): readonly boolean[] =>
  varsel === null ? [] : varsel.gjentas ? [false, true] : [false];

function initializeSvar({ body }: Spurt, tilstand: Altinntilstand, oppsett: Altinnoppsett): Svart {
  const asked = initializeCorrespondences.safeParse(read(body));
  if (!asked.success) {
    tilstand.brudd.push(`correspondence: ${asked.error.issues[0]?.path.join('.')} ${asked.error.issues[0]?.message}`);
    return problem(400, null, 'One or more validation errors occurred');
  }
  const wrong = fault(asked.data, tilstand, oppsett);
  if (wrong !== undefined) return problem(...wrong);
  const melding = meldingAv(asked.data, tilstand, oppsett);
  tilstand.meldinger.push(melding);
  const status = melding.varsel?.sendt === false ? 'MissingContact' : 'Success';
  const notifications = orders(melding).map((isReminder) =>
    status === 'Success' ? { orderId: randomUUID(), isReminder, status } : { isReminder, status },
  );
  const one = {
    correspondenceId: melding.id,
    status: melding.status,
    recipient: asked.data.recipients[0],
    notifications,
  };
  return {
    ...json(200, { correspondences: [one], attachmentIds: asked.data.existingAttachments ?? [] }),
    tatt: true,
  };
}

const overview = (m: Melding) => ({
  correspondenceId: m.id,
  resourceId: m.ressurs,
  sendersReference: m.referanse,
  messageSender: m.fra,
  recipient: `urn:altinn:${m.mottaker.length === 9 ? 'organization' : 'person'}:identifier-no:${m.mottaker}`,
  created: m.opprettet.toISOString(),
  status: m.status,
  statusText: m.status,
  statusChanged: m.endret.toISOString(),
  isConfidential: m.taushetsbelagt,
  isConfirmationNeeded: false,
  notifications:
    m.varsel?.sendt === false ? [] : orders(m).map((isReminder) => ({ notificationOrderId: randomUUID(), isReminder })),
  published: m.opprettet.toISOString(),
  read: m.lest?.toISOString() ?? null,
});

function listSvar({ query }: Spurt, { meldinger, brudd }: Altinntilstand): Svart {
  const asked = listQuery.safeParse(Object.fromEntries(query));
  if (!asked.success) {
    brudd.push(`list: ${asked.error.issues[0]?.path.join('.')} ${asked.error.issues[0]?.message}`);
    return problem(400, null, 'One or more validation errors occurred');
  }
  const { sendersReference, resourceId, status, from = -Infinity, to = Infinity } = asked.data;
  if (from > to) return problem(400, 1027, 'From date cannot be after to date');
  const found = meldinger.filter(
    (m) =>
      m.referanse === (sendersReference ?? m.referanse) &&
      m.ressurs === (resourceId ?? m.ressurs) &&
      m.status === (status ?? m.status) &&
      m.opprettet.getTime() >= from &&
      m.opprettet.getTime() <= to,
  );
  return json(200, { ids: found.map(({ id }) => id) });
}

function oneSvar(id: string, { meldinger, behaviour }: Altinntilstand): Svart {
  const gone = behaviour.gone?.get(id);
  if (gone !== undefined)
    return problem(gone, gone === 404 ? 1001 : null, 'The requested correspondence was not found');
  if (behaviour.failing?.has(id) === true) return problem(500, null, 'As told');
  const melding = meldinger.find((m) => m.id === id);
  return melding === undefined
    ? problem(404, 1001, 'The requested correspondence was not found')
    : json(200, overview(melding));
}

export function correspondenceSvar(spurt: Spurt, tilstand: Altinntilstand, oppsett: Altinnoppsett): Svart {
  const [, kind, id, rest = ''] = PATH.exec(spurt.path) ?? [];
  if (!isKnown(spurt, tilstand, oppsett)) return problem(401, 4001, 'You must use an Altinn token');
  const { method } = spurt;
  if (method === 'POST' && id === undefined && !isOf(spurt, 'application/json')) {
    tilstand.brudd.push(`${method} ${spurt.path}: not application/json in UTF-8`);
    return problem(415, null, 'Unsupported Media Type');
  }
  if (kind === 'attachment') {
    if (id !== undefined) return attachmentSvar(spurt, id, rest, tilstand, oppsett.now());
    if (method === 'POST') return initializeAttachmentSvar(spurt, tilstand);
  }
  if (kind === 'correspondence' && rest === '') {
    if (id !== undefined && method === 'GET') return oneSvar(id, tilstand);
    if (id === undefined && method === 'POST') return initializeSvar(spurt, tilstand, oppsett);
    if (id === undefined && method === 'GET') return listSvar(spurt, tilstand);
  }
  tilstand.brudd.push(`${method} ${spurt.path}`);
  return problem(404, null, 'Not Found');
}
