import { readFileSync } from 'node:fs';
import { randomInt, randomUUID } from 'node:crypto';
import { BASIC_WSDL } from '../../client/altinn/basic.js';
import { decodeBase64 } from '../../security/shape.js';
import { SOAP11 } from '../../soap/names.js';
import { childElements, childrenNamed, textOf, type XmlElement } from '../../xml/model.js';
import { schemaOfWsdl, type SchemaCheck } from '../../xml/schema.js';
import { parse } from '../../xml/tree.js';
import { isOf, type Altinnoppsett, type Altinntilstand, type Melding, type Spurt, type Svart } from './types.js';

/* The double of Altinn 2's Basic service. Every request is held against the schemas of its WSDL, and refused when it breaks them. */

const NS = 'http://www.altinn.no/services/ServiceEngine/Correspondence/2009/10';
const RECEIPT = 'http://schemas.altinn.no/services/Intermediary/Receipt/2009/10';
const FAULT = 'http://www.altinn.no/services/common/fault/2009/10';
const ACTION = `${NS}/ICorrespondenceAgencyExternalBasic/InsertCorrespondenceBasicV2`;

let check: SchemaCheck | undefined;
const schema = (): SchemaCheck => (check ??= schemaOfWsdl('altinn-basic:/', readFileSync(BASIC_WSDL, 'utf8')));

const envelope = (status: number, content: string): Svart => ({
  status,
  type: 'text/xml; charset=utf-8',
  body: `<s:Envelope xmlns:s="${SOAP11}"><s:Body>${content}</s:Body></s:Envelope>`,
});

const fault = (id: number, text: string): Svart =>
  envelope(
    500,
    `<s:Fault><faultcode>s:Client</faultcode><faultstring xml:lang="nb-NO">An error occurred</faultstring><detail>` +
      `<AltinnFault xmlns="${FAULT}"><AltinnErrorMessage>${text}</AltinnErrorMessage>` +
      `<ErrorGuid>${randomUUID()}</ErrorGuid><ErrorID>${id}</ErrorID></AltinnFault></detail></s:Fault>`,
  );

const receipt = (code: string, text: string, id: number): Svart =>
  envelope(
    200,
    `<InsertCorrespondenceBasicV2Response xmlns="${NS}"><InsertCorrespondenceBasicV2Result xmlns:a="${RECEIPT}">` +
      `<a:LastChanged>${new Date().toISOString()}</a:LastChanged><a:ParentReceiptId>0</a:ParentReceiptId>` +
      `<a:ReceiptId>${id}</a:ReceiptId><a:ReceiptStatusCode>${code}</a:ReceiptStatusCode>` +
      `<a:ReceiptText>${text}</a:ReceiptText><a:ReceiptTypeName>Correspondence</a:ReceiptTypeName>` +
      '</InsertCorrespondenceBasicV2Result></InsertCorrespondenceBasicV2Response>',
  );

/** Every element of a name below another, in whichever namespace. */
const below = (element: XmlElement, name: string): XmlElement[] =>
  childElements(element).flatMap((child) => (child.local === name ? [child] : below(child, name)));

/** The envelope without the contents of documents, which are large; and these, undefined where they are not base64. */
function apart(body: Buffer): { readonly xml: string; readonly contents: readonly (Buffer | undefined)[] } {
  const contents: (Buffer | undefined)[] = [];
  const xml = body
    .toString()
    .replace(/(<(?:\w+:)?Data(?:\s[^<>]*[^<>/])?>)([^<]*)(<\/)/g, (_, open: string, data: string, end: string) => {
      contents.push(decodeBase64(data));
      return `${open}AAAA${end}`;
    });
  return { xml, contents };
}

function meldingAv(
  op: XmlElement,
  contents: readonly Buffer[],
  id: string,
  { now, calendar, ressurser }: Altinnoppsett,
): Melding {
  const text = (name: string): string => {
    const [found] = below(op, name);
    return found === undefined ? '' : textOf(found);
  };
  const names = below(op, 'FileName').map(textOf);
  const notices = below(op, 'Notification');
  const words = (transport: string): string =>
    notices
      .filter((n) => below(n, 'TransportType').some((t) => textOf(t) === transport))
      .map((n) => textOf(below(n, 'TokenValue')[0] ?? n))[0] ?? '';
  const ressurs = `${text('ServiceCode')}/${text('ServiceEdition')}`;
  return {
    id,
    noekkel: text('ExternalShipmentReference'),
    referanse: text('ExternalShipmentReference'),
    ressurs,
    mottaker: text('Reportee'),
    tittel: text('MessageTitle'),
    fra: text('MessageSummary'),
    tekst: text('MessageBody'),
    taushetsbelagt: ressurs === ressurser.taushetsbelagt,
    trossReservasjon: false,
    vedlegg: contents.map((octets, i) => ({ navn: names[i] ?? '', octets })),
    varsel:
      notices.length === 0
        ? null
        : {
            epost: words('Email'),
            sms: words('SMS'),
            gjentas: below(op, 'NotificationType').some((t) => textOf(t).includes('MedRevarsel')),
            sendt: true,
          },
    opprettet: calendar.now(),
    status: 'Created',
    endret: now(),
    lest: null,
  };
}

/** The one operation of an envelope. @returns why there is none, in its place */
function operationIn(xml: string): XmlElement | string {
  try {
    const root = parse(xml);
    const bodies = root.ns === SOAP11 && root.local === 'Envelope' ? childrenNamed(root, SOAP11, 'Body') : [];
    const [op, ...more] = bodies.flatMap((body) => childElements(body));
    return op?.ns === NS && more.length === 0 ? op : 'not one operation that is here';
  } catch {
    return 'not well-formed XML';
  }
}

/** What no letter can do without, though the schema has it optional. */
const needed = ['ServiceCode', 'ServiceEdition', 'Reportee', 'Content'];

const lacks = (op: XmlElement): string[] =>
  needed.filter((name) => below(op, name).every((e) => childElements(e).length === 0 && textOf(e).trim() === ''));

export function basicSvar(spurt: Spurt, tilstand: Altinntilstand, oppsett: Altinnoppsett): Svart {
  const refused = (reason: string, svart = fault(0, 'The request is not of the contract')): Svart => {
    tilstand.brudd.push(`soap: ${reason}`);
    return svart;
  };
  if (!isOf(spurt, 'text/xml'))
    return refused('not text/xml in UTF-8', { status: 415, type: 'text/plain', body: 'Unsupported Media Type' });
  const { xml, contents } = apart(spurt.body);
  const op = operationIn(xml);
  if (typeof op === 'string') return refused(op);
  const reason = schema()(op);
  if (reason !== '') return refused(reason);
  const documents = contents.filter((octets) => octets !== undefined);
  if (documents.length < contents.length) return refused('a document that is not base64');
  if (String(spurt.headers['soapaction']).replace(/"/g, '') !== ACTION)
    return refused('a SOAPAction that is not its own');
  const [bruker, passord, kode, referanse] = childElements(op).map(textOf);
  if (bruker !== oppsett.bruker || passord !== oppsett.passord || kode !== oppsett.systemkode)
    return fault(989, 'Incorrect username/password/pin given for user');
  if (tilstand.behaviour.refuse !== undefined) return receipt('ValidationFailed', 'As told', 0);
  const [lacking] = lacks(op);
  if (lacking !== undefined) return receipt('ValidationFailed', `No ${lacking}`, 0);
  const id = randomInt(1, 2 ** 31);
  const melding = meldingAv(op, documents, String(id), oppsett);
  if (oppsett.ukjente.has(melding.mottaker)) return receipt('Rejected', `No reportee for ${referanse ?? ''}`, 0);
  tilstand.meldinger.push(melding);
  return { ...receipt('OK', 'Correspondence Saved Successfully', id), tatt: true };
}
