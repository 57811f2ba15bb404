import { PATH } from '../../src/contract/oppslagstjenesten/names.js';
import { contractResponse, loadContracts } from '../../src/http/wsdl.js';
import { envelope } from './messages.js';
import type { Group, Operation, Request } from './requests.js';
import { groups } from './requests.js';
import { incomingFor, wssContainer } from './wss.js';
import { cdata, leaf, node, text } from './xml.js';

const server = 'http://localhost:8080';
const endpoint = `${server}${PATH}`;
const binding = 'oppslagstjeneste-16-02_SOAP12Binding';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** The definition as SoapUI would load it, so that the project opens while the gateway is down. */
function definitionCache(): string {
  const contracts = loadContracts();
  const part = (query: string, type: string): string => {
    const response = contractResponse(contracts, PATH, query, server);
    if (response?.status !== 200) throw new Error(`${PATH}?${query} is not served; see src/http/wsdl.ts`);
    return node('con:part', {}, [
      leaf('con:url', text(`${endpoint}?${query}`)),
      leaf('con:content', cdata(response.body)),
      leaf('con:type', type),
    ]);
  };
  const schema = 'http://www.w3.org/2001/XMLSchema';
  return node('con:definitionCache', { type: 'TEXT', rootPart: `${endpoint}?wsdl` }, [
    part('wsdl', 'http://schemas.xmlsoap.org/wsdl/'),
    part('xsd=oppslagstjeneste-ws-16-02.xsd', schema),
    part('xsd=oppslagstjeneste-metadata-16-02.xsd', schema),
  ]);
}

const envelopeOf = ({ body, paaVegneAv }: Request): string => envelope(body, paaVegneAv);

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
const assertions = ({ expects, outgoing }: Request): string[] => [
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

const call = (request: Request, { element, content, signs, asserts }: Call): string =>
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
      leaf('con:endpoint', endpoint),
      leaf('con:request', cdata(content)),
      ...(asserts ? assertions(request) : []),
      node('con:credentials', {}, [leaf('con:authType', 'Global HTTP Settings')]),
      leaf('con:jmsConfig', '', { JMSDeliveryMode: 'PERSISTENT' }),
      leaf('con:jmsPropertyConfig', ''),
      leaf('con:wsaConfig', '', { mustUnderstand: 'NONE', version: '200508' }),
      leaf('con:wsrmConfig', '', { version: '1.2' }),
    ],
  );

const operation = (name: Operation): string =>
  node(
    'con:operation',
    {
      isOneWay: 'false',
      action: '',
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
      ...groups
        .flatMap((group) => group.requests)
        // What must wait between signing and sending needs a test case.
        .filter((request) => request.operation === name && request.sentAfter === undefined)
        .map((request) =>
          call(request, { element: 'con:call', content: envelopeOf(request), signs: true, asserts: false }),
        ),
    ],
  );

const webService = (): string =>
  node(
    'con:interface',
    {
      'xsi:type': 'con:WsdlInterface',
      'xmlns:xsi': XSI,
      wsaVersion: 'NONE',
      name: binding,
      type: 'wsdl',
      bindingName: `{http://kontaktinfo.difi.no/wsdl/oppslagstjeneste-16-02}${binding}`,
      soapVersion: '1_2',
      anonymous: 'optional',
      definition: `${endpoint}?wsdl`,
    },
    [
      leaf('con:settings', ''),
      definitionCache(),
      node('con:endpoints', {}, [leaf('con:endpoint', endpoint)]),
      ...(['HentEndringer', 'HentPersoner', 'HentPrintSertifikat'] as const).map(operation),
    ],
  );

const requestStep = (request: Request, content: string, signs: boolean): string =>
  node('con:testStep', { type: 'request', name: request.name }, [
    leaf('con:description', text(request.description)),
    leaf('con:settings', ''),
    node('con:config', { 'xsi:type': 'con:RequestStep', 'xmlns:xsi': XSI }, [
      leaf('con:interface', binding),
      leaf('con:operation', request.operation),
      call(request, { element: 'con:request', content, signs, asserts: true }),
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

const delayed = (request: Request): string =>
  testCase(
    request.name,
    request.description,
    [
      step('groovy', 'sign', leaf('script', cdata(signNow))),
      step('delay', 'wait', leaf('delay', String(request.sentAfter))),
      requestStep(request, '${#TestCase#Signed}', false),
    ],
    [property('Envelope', envelopeOf(request)), property('Outgoing', request.outgoing ?? ''), property('Signed', '')],
  );

function testCases({ name, description, requests }: Group): string[] {
  const direct = requests.filter((request) => request.sentAfter === undefined);
  const steps = direct.map((request) => requestStep(request, envelopeOf(request), true));
  return [
    testCase(name, description, steps, []),
    ...requests.filter((request) => request.sentAfter !== undefined).map(delayed),
  ];
}

const readMe = `Oppslagstjenesten 16-02 against a Posthorn that was started with "npm start" and no configuration.

The requests below the operations are for looking; the test suite holds the same ones with what must come back, and runs them all.
Keys and truststore are those of certs/dev, which the first start makes (password changeit). sender asks for itself, supplier asks
for sender, sender2 has no rights. For another address, change the endpoint of the interface and assign it to all requests.

This file is written by "npm run soapui"; change scripts/soapui/ instead.`;

/** The SoapUI project as it stands in wsdl/soapui. */
export const soapUiProject = (): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${node(
    'con:soapui-project',
    {
      'xmlns:con': 'http://eviware.com/soapui/config',
      name: 'Posthorn',
      resourceRoot: '${projectDir}',
      'soapui-version': '5.7.2',
      abortOnError: 'false',
      runType: 'SEQUENTIAL',
      activeEnvironment: 'Default',
    },
    [
      leaf('con:description', text(readMe)),
      leaf('con:settings', ''),
      webService(),
      node('con:testSuite', { name: 'Oppslagstjenesten 16-02' }, [
        leaf('con:settings', ''),
        leaf('con:runType', 'SEQUENTIAL'),
        ...groups.flatMap(testCases),
        leaf('con:properties', ''),
      ]),
      leaf('con:properties', ''),
      wssContainer(),
      leaf('con:oAuth2ProfileContainer', ''),
      leaf('con:sensitiveInformation', ''),
    ],
  )}\n`;
