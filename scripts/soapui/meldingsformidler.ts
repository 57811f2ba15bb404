import {
  actionOf,
  agreements,
  eb,
  ebbp,
  encodeMpc,
  encodeOrganisation,
  PARTY_ID_TYPE,
  roles,
  SERVICE,
} from '../../src/contract/ebms/names.js';
import { ACTOR_ID, ds, PARTY_TYPE, sbdh, sdp, STANDARD } from '../../src/contract/sdp/names.js';
import { BROKER_PATH } from '../../src/http/meldingsformidler.js';
import { EXC_C14N, SHA256 } from '../../src/security/algorithms.js';
import { SOAP12 } from '../../src/soap/names.js';
import type { Service, ServiceGroup, ServiceRequest } from './service.js';
import { leaf, node, text } from './xml.js';

/*
 * The broker (ebMS 3) in SoapUI. The protocol has no WSDL; the one here only tells SoapUI what it needs to know to open an editor. SoapUI
 * signs what is in the envelope and no attachment, so a whole letter cannot be sent with it.
 */

const namespace = 'urn:posthorn:meldingsformidler:soapui';
const binding = 'Meldingsformidler';
const operations = ['Pull', 'Push'] as const;
type Operation = (typeof operations)[number];

const message = (name: string, parts: readonly string[]): string => node('wsdl:message', { name }, parts);
const soapBody = (direction: 'input' | 'output', parts: string): string =>
  node(`wsdl:${direction}`, {}, [`<soap:body use="literal" parts="${parts}"/>`]);

const wsdl = node(
  'wsdl:definitions',
  {
    'xmlns:wsdl': 'http://schemas.xmlsoap.org/wsdl/',
    'xmlns:soap': 'http://schemas.xmlsoap.org/wsdl/soap12/',
    'xmlns:xs': 'http://www.w3.org/2001/XMLSchema',
    'xmlns:tns': namespace,
    'xmlns:sbdh': sbdh.uri,
    targetNamespace: namespace,
  },
  [
    leaf('wsdl:documentation', 'For SoapUI only: ebMS 3 has no WSDL. What counts stands in the header eb:Messaging.'),
    node('wsdl:types', {}, [
      node('xs:schema', { targetNamespace: sbdh.uri }, [
        node('xs:element', { name: 'StandardBusinessDocument' }, [
          node('xs:complexType', {}, [
            node('xs:sequence', {}, ['<xs:any processContents="skip" maxOccurs="unbounded"/>']),
          ]),
        ]),
      ]),
    ]),
    message('Empty', []),
    message('Letter', ['<wsdl:part name="document" element="sbdh:StandardBusinessDocument"/>']),
    node(
      'wsdl:portType',
      { name: binding },
      operations.map((name) =>
        node('wsdl:operation', { name }, [
          leaf('wsdl:input', '', { message: name === 'Push' ? 'tns:Letter' : 'tns:Empty' }),
          leaf('wsdl:output', '', { message: name === 'Push' ? 'tns:Empty' : 'tns:Letter' }),
        ]),
      ),
    ),
    node('wsdl:binding', { name: binding, type: `tns:${binding}` }, [
      '<soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>',
      ...operations.map((name) =>
        node('wsdl:operation', { name }, [
          '<soap:operation soapAction="" style="document"/>',
          soapBody('input', name === 'Push' ? 'document' : ''),
          soapBody('output', name === 'Push' ? '' : 'document'),
        ]),
      ),
    ]),
  ],
);

const uuid = '${=java.util.UUID.randomUUID()}';
const now = '${=java.time.Instant.now()}';

type Attributes = Readonly<Record<string, string>>;
const value = (name: string, content: string, attributes: Attributes = {}): string =>
  leaf(name, content.startsWith('${') ? content : text(content), attributes);
const info = (...about: readonly string[]): string =>
  node('eb:MessageInfo', {}, [
    value('eb:Timestamp', now),
    value('eb:MessageId', uuid),
    ...about.map((id) => value('eb:RefToMessageId', id)),
  ]);

const envelope = (messaging: readonly string[], body: readonly string[]): string =>
  node('env:Envelope', { 'xmlns:env': SOAP12 }, [
    node('env:Header', {}, [node('eb:Messaging', { 'xmlns:eb': eb.uri, 'env:mustUnderstand': 'true' }, messaging)]),
    body.length === 0 ? '<env:Body/>' : node('env:Body', {}, body),
  ]);

const mpc = encodeMpc({ prioritet: 'NORMAL', id: 'soapui' });
const pull = node('eb:SignalMessage', {}, [info(), leaf('eb:PullRequest', '', { mpc })]);

const confirmation = node('eb:SignalMessage', {}, [
  info('00000000-0000-4000-8000-000000000000'),
  node('eb:Receipt', {}, [
    node('ebbp:NonRepudiationInformation', { 'xmlns:ebbp': ebbp.uri }, [
      node('ebbp:MessagePartNRInformation', {}, [
        node('ds:Reference', { 'xmlns:ds': ds.uri, URI: '#id-of-the-Body' }, [
          node('ds:Transforms', {}, [leaf('ds:Transform', '', { Algorithm: EXC_C14N })]),
          leaf('ds:DigestMethod', '', { Algorithm: SHA256 }),
          leaf('ds:DigestValue', Buffer.alloc(32).toString('base64')),
        ]),
      ]),
    ]),
  ]),
]);

const [sender, broker] = ['310000019', '984661185'];
const party = (name: string, number: string, role: string): string =>
  node(name, {}, [value('eb:PartyId', encodeOrganisation(number), { type: PARTY_ID_TYPE }), value('eb:Role', role)]);

const userMessage = node('eb:UserMessage', { mpc }, [
  info(),
  node('eb:PartyInfo', {}, [party('eb:From', sender, roles.avsender), party('eb:To', broker, roles.meldingsformidler)]),
  node('eb:CollaborationInfo', {}, [
    value('eb:AgreementRef', agreements.digital),
    value('eb:Service', SERVICE),
    value('eb:Action', actionOf.digital),
    value('eb:ConversationId', '00000000-0000-4000-8000-0000000000aa'),
  ]),
  node('eb:PayloadInfo', {}, [
    '<eb:PartInfo/>',
    node('eb:PartInfo', { href: 'cid:pakke' }, [
      node('eb:PartProperties', {}, [
        value('eb:Property', 'application/cms', { name: 'MimeType' }),
        value('eb:Property', 'sdp:Dokumentpakke', { name: 'Content' }),
      ]),
    ]),
  ]),
]);

const organisation = (name: string, number: string): string =>
  node(`ns3:${name}`, {}, [value('ns3:Identifier', encodeOrganisation(number), { Authority: PARTY_TYPE })]);

const document = node(
  'ns3:StandardBusinessDocument',
  { 'xmlns:ns3': sbdh.uri, 'xmlns:ns9': sdp.uri, 'xmlns:ds': ds.uri },
  [
    node('ns3:StandardBusinessDocumentHeader', {}, [
      value('ns3:HeaderVersion', '1.0'),
      organisation('Sender', sender),
      organisation('Receiver', broker),
      node('ns3:DocumentIdentification', {}, [
        value('ns3:Standard', STANDARD),
        value('ns3:TypeVersion', '1.0'),
        value('ns3:InstanceIdentifier', uuid),
        value('ns3:Type', 'digitalPost'),
        value('ns3:CreationDateAndTime', now),
      ]),
      node('ns3:BusinessScope', {}, [
        node('ns3:Scope', {}, [
          value('ns3:Type', 'ConversationId'),
          value('ns3:InstanceIdentifier', '00000000-0000-4000-8000-0000000000aa'),
          value('ns3:Identifier', STANDARD),
        ]),
      ]),
    ]),
    node('ns9:digitalPost', {}, [
      '<!-- ds:Signature of the whole document stands here, made by the sender -->',
      node('ns9:avsender', {}, [value('ns9:organisasjon', encodeOrganisation(sender), { authority: ACTOR_ID })]),
      node('ns9:mottaker', {}, [node('ns9:person', {}, [value('ns9:postkasseadresse', 'dina.digital#4TMR')])]),
      node('ns9:digitalPostInfo', {}, [
        value('ns9:aapningskvittering', 'false'),
        value('ns9:sikkerhetsnivaa', '3'),
        value('ns9:ikkeSensitivTittel', 'Brev fra SoapUI', { lang: 'nb' }),
        '<ns9:varsler/>',
      ]),
      node('ns9:dokumentpakkefingeravtrykk', {}, [
        leaf('ds:DigestMethod', '', { Algorithm: SHA256 }),
        leaf('ds:DigestValue', Buffer.alloc(32).toString('base64')),
      ]),
    ]),
  ],
);

const request = (operation: Operation, rest: Omit<ServiceRequest, 'operation' | 'outgoing'>): ServiceRequest => ({
  ...rest,
  operation,
  outgoing: 'ebMS signed',
});

const group: ServiceGroup = {
  name: 'Receipts and letters',
  description: 'As sender (310000019). Timestamp, Body and eb:Messaging are signed.',
  requests: [
    request('Pull', {
      name: 'Pull from a channel of its own',
      description: `Asks ${mpc}, where nothing waits: a signed warning. Change mpc to urn:normal or urn:prioritert for the common channels.`,
      envelope: envelope([pull], []),
      expects: { fault: false, contains: ['EBMS:0006', 'EmptyMessagePartitionChannel', 'warning'] },
    }),
    request('Pull', {
      name: 'Confirm and pull',
      description:
        'RefToMessageId is the MessageId of the receipt that was pulled, and the Reference that of its Body. A confirmation of nothing is no error.',
      envelope: envelope([confirmation, pull], []),
      expects: { fault: false, contains: ['EBMS:0006'] },
    }),
    request('Push', {
      name: 'NEGATIVE EBMS:0103: a letter whose document is not signed',
      description:
        'Every field of a letter. It is refused as it stands: the document needs a signature of its own and the message its encrypted package as a signed attachment, and SoapUI makes neither. "posthorn sdp send" sends whole letters.',
      envelope: envelope([userMessage], [document]),
      expects: { fault: true, contains: ['EBMS:0103', 'PolicyNoncompliance'] },
    }),
  ],
};

/** The broker by SOAP 1.2 and WS-Security. */
export const meldingsformidler: Service = {
  name: 'Meldingsformidler',
  path: BROKER_PATH,
  namespace,
  binding,
  soapVersion: '1_2',
  schemas: [],
  wsdl: `<?xml version="1.0" encoding="UTF-8"?>\n${wsdl}\n`,
  operations: { Pull: '', Push: '' },
  groups: [group],
};
