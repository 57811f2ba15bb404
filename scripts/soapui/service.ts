import { contractResponse, loadContracts } from '../../src/http/wsdl.js';
import type { Expected } from './requests.js';
import type { OutgoingName } from './wss.js';
import { incomingFor } from './wss.js';
import { cdata, leaf, node, text } from './xml.js';

/** A file that goes with a request, beside the project file. */
export interface Attachment {
  readonly file: string;
  readonly contentType: string;
  /** Without `<>`. */
  readonly contentId: string;
}

/** One request as SoapUI keeps it. */
export interface ServiceRequest {
  readonly name: string;
  readonly description: string;
  readonly operation: string;
  /** The envelope in SoapUI's editor, before WS-Security; `${…}` is for SoapUI to fill in. */
  readonly envelope: string;
  /** Undefined: sent without a Security header. */
  readonly outgoing?: OutgoingName | undefined;
  /** Signed, then kept this long before it is sent, in milliseconds. */
  readonly sentAfter?: number | undefined;
  readonly attachment?: Attachment;
  readonly expects: Expected;
}

/** A test case. */
export interface ServiceGroup {
  readonly name: string;
  readonly description: string;
  readonly requests: readonly ServiceRequest[];
}

/** One service of the project: an interface of SoapUI and a test suite. */
export interface Service {
  readonly name: string;
  /** Where it is served. */
  readonly path: string;
  readonly namespace: string;
  readonly binding: string;
  readonly soapVersion: '1_1' | '1_2';
  /** Names of the schemas that the WSDL imports. */
  readonly schemas: readonly string[];
  /** The WSDL of a service that serves none. */
  readonly wsdl?: string;
  /** soapAction by operation. */
  readonly operations: Readonly<Record<string, string>>;
  /** For HTTP Basic, sent with the first request; undefined: none. */
  readonly account?: { readonly brukernavn: string; readonly passord: string };
  readonly groups: readonly ServiceGroup[];
}

const server = 'http://localhost:8080';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const endpointOf = ({ path }: Service): string => server + path;

/** The definition as SoapUI would load it, so that the project opens while the gateway is down. */
function definitionCache(service: Service): string {
  const { path, schemas } = service;
  const endpoint = endpointOf(service);
  const contracts = loadContracts();
  const served = (query: string): string => {
    const response = contractResponse(contracts, path, query, server);
    if (response?.status !== 200) throw new Error(`${path}?${query} is not served; see src/http/wsdl.ts`);
    return response.body;
  };
  const part = (query: string, type: string, content = served(query)): string =>
    node('con:part', {}, [
      leaf('con:url', text(`${endpoint}?${query}`)),
      leaf('con:content', cdata(content)),
      leaf('con:type', type),
    ]);
  const schema = 'http://www.w3.org/2001/XMLSchema';
  return node('con:definitionCache', { type: 'TEXT', rootPart: `${endpoint}?wsdl` }, [
    part('wsdl', 'http://schemas.xmlsoap.org/wsdl/', service.wsdl),
    ...schemas.map((name) => part(`xsd=${name}`, schema)),
  ]);
}

const assertion = (type: string, name: string, token?: string): string =>
  node('con:assertion', { type, name }, [
    token === undefined
      ? leaf('con:configuration', '')
      : node('con:configuration', {}, [
          leaf('token', text(token)),
          leaf('ignoreCase', 'false'),
          leaf('useRegEx', 'false'),
        ]),
  ]);

/** SoapUI calls the assertion that the answer is no fault "SOAP Fault Assertion", and its opposite "Not SOAP Fault Assertion". */
const assertions = ({ expects, outgoing }: ServiceRequest): string[] => [
  assertion('SOAP Response', 'SOAP Response'),
  expects.fault
    ? assertion('Not SOAP Fault Assertion', 'SOAP Fault')
    : assertion('SOAP Fault Assertion', 'Not SOAP Fault'),
  ...(expects.fault || outgoing === undefined ? [] : [assertion('WSS Status Assertion', 'WS-Security Status')]),
  ...expects.contains.map((token) => assertion('Simple Contains', `Contains ${token}`, token)),
  ...(expects.lacks ?? []).map((token) => assertion('Simple NotContains', `Not Contains ${token}`, token)),
];

interface Call {
  readonly element: 'con:call' | 'con:request';
  readonly content: string;
  readonly signs: boolean;
  readonly asserts: boolean;
}

/** SoapUI sends the password with the first request when it is said to be pre-emptive. */
const credentials = ({ account }: Service): string =>
  node(
    'con:credentials',
    {},
    account === undefined
      ? [leaf('con:authType', 'Global HTTP Settings')]
      : [
          leaf('con:username', text(account.brukernavn)),
          leaf('con:password', text(account.passord)),
          leaf('con:selectedAuthProfile', 'Basic'),
          leaf('con:addedBasicAuthenticationTypes', 'Basic'),
          leaf('con:authType', 'Preemptive'),
        ],
  );

const attachmentOf = ({ file, contentType, contentId }: Attachment): string =>
  node('con:attachment', {}, [
    leaf('con:name', text(file)),
    leaf('con:contentType', text(contentType)),
    leaf('con:contentId', text(contentId)),
    leaf('con:url', text(file)),
  ]);

const call = (service: Service, request: ServiceRequest, { element, content, signs, asserts }: Call): string =>
  node(
    element,
    {
      name: request.name,
      outgoingWss: signs ? request.outgoing : undefined,
      incomingWss: incomingFor(request.outgoing),
    },
    [
      leaf('con:description', text(request.description)),
      leaf('con:settings', ''),
      leaf('con:encoding', 'UTF-8'),
      leaf('con:endpoint', endpointOf(service)),
      leaf('con:request', cdata(content)),
      ...(request.attachment === undefined ? [] : [attachmentOf(request.attachment)]),
      ...(asserts ? assertions(request) : []),
      credentials(service),
      leaf('con:jmsConfig', '', { JMSDeliveryMode: 'PERSISTENT' }),
      leaf('con:jmsPropertyConfig', ''),
      leaf('con:wsaConfig', '', { mustUnderstand: 'NONE', version: '200508' }),
      leaf('con:wsrmConfig', '', { version: '1.2' }),
    ],
  );

const operation = (service: Service, name: string, action: string): string =>
  node(
    'con:operation',
    {
      isOneWay: 'false',
      action,
      name,
      bindingOperationName: name,
      type: 'Request-Response',
      inputName: '',
      receivesAttachments: 'false',
      sendsAttachments: 'false',
      anonymous: 'optional',
    },
    [
      leaf('con:settings', ''),
      ...service.groups
        .flatMap((group) => group.requests)
        // What must wait between signing and sending needs a test case.
        .filter((request) => request.operation === name && request.sentAfter === undefined)
        .map((request) =>
          call(service, request, { element: 'con:call', content: request.envelope, signs: true, asserts: false }),
        ),
    ],
  );

/** The interface: its requests are for looking and carry no assertions. */
export const webService = (service: Service): string =>
  node(
    'con:interface',
    {
      'xsi:type': 'con:WsdlInterface',
      'xmlns:xsi': XSI,
      wsaVersion: 'NONE',
      name: service.binding,
      type: 'wsdl',
      bindingName: `{${service.namespace}}${service.binding}`,
      soapVersion: service.soapVersion,
      anonymous: 'optional',
      definition: `${endpointOf(service)}?wsdl`,
    },
    [
      leaf('con:settings', ''),
      definitionCache(service),
      node('con:endpoints', {}, [leaf('con:endpoint', endpointOf(service))]),
      ...Object.entries(service.operations).map(([name, action]) => operation(service, name, action)),
    ],
  );

const requestStep = (service: Service, request: ServiceRequest, content: string, signs: boolean): string =>
  node('con:testStep', { type: 'request', name: request.name }, [
    leaf('con:description', text(request.description)),
    leaf('con:settings', ''),
    node('con:config', { 'xsi:type': 'con:RequestStep', 'xmlns:xsi': XSI }, [
      leaf('con:interface', service.binding),
      leaf('con:operation', request.operation),
      call(service, request, { element: 'con:request', content, signs, asserts: true }),
    ]),
  ]);

const property = (name: string, value: string): string =>
  node('con:property', {}, [leaf('con:name', name), leaf('con:value', cdata(value))]);

const testCase = (name: string, description: string, steps: readonly string[], properties: readonly string[]): string =>
  node('con:testCase', { name, failOnError: 'false', failTestCaseOnErrors: 'true', keepSession: 'false' }, [
    leaf('con:description', text(description)),
    leaf('con:settings', ''),
    ...steps,
    node('con:properties', {}, properties),
  ]);

/** Signs the property Envelope as the property Outgoing says, into the property Signed. */
const signNow = `def testCase = testRunner.testCase
def factory = javax.xml.parsers.DocumentBuilderFactory.newInstance()
factory.namespaceAware = true
def source = new org.xml.sax.InputSource(new StringReader(context.expand(testCase.getPropertyValue('Envelope'))))
def document = factory.newDocumentBuilder().parse(source)
def outgoing = testCase.testSuite.project.wssContainer.getOutgoingWssByName(testCase.getPropertyValue('Outgoing'))
outgoing.processOutgoing(document, context)
def writer = new StringWriter()
com.eviware.soapui.support.xml.XmlUtils.serialize(document, writer)
testCase.setPropertyValue('Signed', writer.toString())
`;

const step = (type: string, name: string, config: string): string =>
  node('con:testStep', { type, name }, [leaf('con:settings', ''), node('con:config', {}, [config])]);

const delayed = (service: Service, request: ServiceRequest): string =>
  testCase(
    request.name,
    request.description,
    [
      step('groovy', 'sign', leaf('script', cdata(signNow))),
      step('delay', 'wait', leaf('delay', String(request.sentAfter))),
      requestStep(service, request, '${#TestCase#Signed}', false),
    ],
    [property('Envelope', request.envelope), property('Outgoing', request.outgoing ?? ''), property('Signed', '')],
  );

function testCases(service: Service, { name, description, requests }: ServiceGroup): string[] {
  const direct = requests.filter((request) => request.sentAfter === undefined);
  const steps = direct.map((request) => requestStep(service, request, request.envelope, true));
  return [
    testCase(name, description, steps, []),
    ...requests.filter((request) => request.sentAfter !== undefined).map((request) => delayed(service, request)),
  ];
}

/** The test suite: every request with what must come back. */
export const testSuite = (service: Service): string =>
  node('con:testSuite', { name: service.name }, [
    leaf('con:settings', ''),
    leaf('con:runType', 'SEQUENTIAL'),
    ...service.groups.flatMap((group) => testCases(service, group)),
    leaf('con:properties', ''),
  ]);
