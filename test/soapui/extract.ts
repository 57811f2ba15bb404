import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DOMParser } from '@xmldom/xmldom';
import type { Element, Node } from '@xmldom/xmldom';

/*
 * Reads the SoapUI project the way SoapUI runs it: which envelope each request sends, how it is signed, and what must come back.
 */

export interface Part {
  readonly name: string;
  readonly namespace: string;
}

/** An outgoing WS-Security configuration with its key. */
export interface Outgoing {
  readonly name: string;
  /** Absolute path of the PKCS#12 file, its password, and the alias of the signing key in it. */
  readonly keystore: string;
  readonly password: string;
  readonly keyAlias: string;
  /** SoapUI's number: 1 is a BinarySecurityToken that the signature refers to. */
  readonly keyIdentifierType: number;
  readonly signatureAlgorithm: string;
  readonly canonicalisation: string;
  readonly digestAlgorithm: string;
  /** The elements that are signed, in order, by name. */
  readonly parts: readonly Part[];
  /** Seconds from Created to Expires. */
  readonly timeToLive: number;
}

/** An incoming configuration: absolute paths of the key that decrypts and of the truststore that verifies. */
export interface Incoming {
  readonly name: string;
  readonly decryptKeystore: string;
  readonly truststore: string;
  readonly password: string;
}

export interface SoapUiRequest {
  readonly name: string;
  readonly operation: string;
  readonly endpoint: string;
  /** SOAPAction as the interface has it. */
  readonly action: string;
  /** For HTTP Basic with the first request; undefined: none. */
  readonly basic: { readonly user: string; readonly password: string } | undefined;
  /** The envelope before WS-Security, everything that SoapUI fills in filled in. */
  readonly envelope: string;
  /** Files that go with it. */
  readonly attachments: readonly { readonly contentId: string; readonly content: Buffer }[];
  /** Undefined: sent as it stands. */
  readonly wss: Outgoing | undefined;
  readonly incoming: Incoming | undefined;
  /** Milliseconds between signing and sending. */
  readonly sentAfter: number;
  readonly expects: {
    readonly fault: boolean;
    readonly contains: readonly string[];
    readonly lacks: readonly string[];
  };
}

const file = fileURLToPath(new URL('../../wsdl/soapui/posthorn-soapui-project.xml', import.meta.url));

const isElement = (node: Node): node is Element => node.nodeType === 1;
const all = (parent: Element, name: string): Element[] =>
  [...parent.childNodes].filter(isElement).filter((child) => child.localName === name);

function one(parent: Element, name: string): Element {
  const [found] = all(parent, name);
  if (found === undefined) throw new Error(`${parent.tagName} ${parent.getAttribute('name') ?? ''} has no ${name}`);
  return found;
}

const textOf = (parent: Element, name: string): string => one(parent, name).textContent ?? '';
const attribute = (element: Element, name: string): string | undefined => element.getAttribute(name) ?? undefined;

const parse = (xml: string): Element => {
  const root = new DOMParser().parseFromString(xml, 'text/xml').documentElement;
  if (root === null) throw new Error('an empty document');
  return root;
};

type Values = ReadonlyMap<string, string>;

/** What Groovy computes in the project. */
const computed: Readonly<Record<string, () => string>> = {
  '=java.util.UUID.randomUUID()': randomUUID,
  '=java.time.Instant.now()': () => new Date().toISOString(),
};

/** Property expansion, as far as the project uses it: named values, and Groovy's `'text' * n`. */
function expand(text: string, values: Values): string {
  return text.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const repeated = /^='([^']*)' \* (\d+)$/.exec(name);
    const value =
      repeated === null ? (values.get(name) ?? computed[name]?.()) : (repeated[1] ?? '').repeat(Number(repeated[2]));
    if (value === undefined) throw new Error(`cannot expand \${${name}}`);
    return value;
  });
}

function partOf(table: string): Part {
  const entries = new Map(
    all(parse(table), 'entry').map((e) => [e.getAttribute('key'), e.getAttribute('value') ?? '']),
  );
  return { name: entries.get('name') ?? '', namespace: entries.get('namespace') ?? '' };
}

interface Security {
  readonly outgoing: ReadonlyMap<string, Outgoing>;
  readonly incoming: ReadonlyMap<string, Incoming>;
}

/** The keystores by the label that SoapUI gives them, which is their file name. */
function cryptos(container: Element, values: Values): ReadonlyMap<string, Element & { path: string }> {
  return new Map(
    all(container, 'crypto').map((crypto) => {
      const path = resolve(expand(textOf(crypto, 'source'), values));
      return [basename(path), Object.assign(crypto, { path })];
    }),
  );
}

function securityOf(project: Element, values: Values): Security {
  const container = one(project, 'wssContainer');
  const known = cryptos(container, values);
  const crypto = (label: string) => {
    const found = known.get(label);
    if (found === undefined) throw new Error(`no keystore ${label}; there are ${[...known.keys()].join(', ')}`);
    return found;
  };
  const outgoing = all(container, 'outgoing').map((element): [string, Outgoing] => {
    const entry = (type: string): Element => {
      const found = all(element, 'entry').find((e) => e.getAttribute('type') === type);
      if (found === undefined) throw new Error(`${textOf(element, 'name')} has no ${type}`);
      return found;
    };
    const signature = entry('Signature');
    const settings = one(signature, 'configuration');
    const name = textOf(element, 'name');
    return [
      name,
      {
        name,
        keystore: crypto(textOf(settings, 'crypto')).path,
        password: attribute(signature, 'password') ?? '',
        keyAlias: attribute(signature, 'username') ?? '',
        keyIdentifierType: Number(textOf(settings, 'keyIdentifierType')),
        signatureAlgorithm: textOf(settings, 'signatureAlgorithm'),
        canonicalisation: textOf(settings, 'signatureCanonicalization'),
        digestAlgorithm: textOf(settings, 'digestAlgorithm'),
        parts: all(settings, 'signaturePart').map((part) => partOf(part.textContent ?? '')),
        timeToLive: Number(textOf(one(entry('Timestamp'), 'configuration'), 'timeToLive')),
      },
    ];
  });
  const incoming = all(container, 'incoming').map((element): [string, Incoming] => {
    const name = textOf(element, 'name');
    return [
      name,
      {
        name,
        decryptKeystore: crypto(textOf(element, 'decryptCrypto')).path,
        truststore: crypto(textOf(element, 'signatureCrypto')).path,
        password: textOf(element, 'decryptPassword'),
      },
    ];
  });
  return { outgoing: new Map(outgoing), incoming: new Map(incoming) };
}

/** A configuration by its name; none when none is named. @throws Error when the name leads nowhere, which SoapUI would pass over */
function named<T>(configurations: ReadonlyMap<string, T>, name: string | undefined): T | undefined {
  if (name === undefined) return undefined;
  const found = configurations.get(name);
  if (found === undefined) throw new Error(`no WS-Security configuration ${name}`);
  return found;
}

function expected(request: Element): SoapUiRequest['expects'] {
  const assertions = all(request, 'assertion');
  const tokens = (type: string): string[] =>
    assertions.filter((a) => a.getAttribute('type') === type).map((a) => textOf(one(a, 'configuration'), 'token'));
  return {
    // SoapUI's identifier of the assertion that is labelled "SOAP Fault".
    fault: assertions.some((a) => a.getAttribute('type') === 'Not SOAP Fault Assertion'),
    contains: tokens('Simple Contains'),
    lacks: tokens('Simple NotContains'),
  };
}

/** What a test case fills in: its properties, and what its script signs before a delay. */
interface Surroundings {
  readonly values: Values;
  readonly outgoing: string | undefined;
  readonly sentAfter: number;
}

function surroundings(testCase: Element): Surroundings {
  const steps = all(testCase, 'testStep');
  const properties = all(one(testCase, 'properties'), 'property');
  const own = new Map(properties.map((p) => [textOf(p, 'name'), textOf(p, 'value')]));
  // The script puts the signed Envelope into Signed.
  const values = new Map(
    [...own].map(([name, value]) => [`#TestCase#${name}`, name === 'Signed' ? (own.get('Envelope') ?? '') : value]),
  );
  const delays = steps.filter((s) => s.getAttribute('type') === 'delay').map((s) => textOf(one(s, 'config'), 'delay'));
  return { values, outgoing: own.get('Outgoing'), sentAfter: delays.reduce((sum, ms) => sum + Number(ms), 0) };
}

/** User and password, when SoapUI sends them without being asked. */
function basicOf(request: Element): SoapUiRequest['basic'] {
  const credentials = one(request, 'credentials');
  if (textOf(credentials, 'authType') !== 'Preemptive') return undefined;
  if (textOf(credentials, 'selectedAuthProfile') !== 'Basic') throw new Error('credentials for other than Basic');
  return { user: textOf(credentials, 'username'), password: textOf(credentials, 'password') };
}

function requestOf(request: Element, operation: Element, security: Security, around: Surroundings): SoapUiRequest {
  return {
    name: attribute(request, 'name') ?? '',
    operation: attribute(operation, 'name') ?? '',
    endpoint: textOf(request, 'endpoint'),
    action: attribute(operation, 'action') ?? '',
    basic: basicOf(request),
    envelope: expand(textOf(request, 'request'), around.values),
    attachments: all(request, 'attachment').map((attachment) => ({
      contentId: textOf(attachment, 'contentId'),
      // SoapUI looks below resourceRoot, which is the project's own directory.
      content: readFileSync(resolve(dirname(file), textOf(attachment, 'url'))),
    })),
    wss: named(security.outgoing, around.outgoing ?? attribute(request, 'outgoingWss')),
    incoming: named(security.incoming, attribute(request, 'incomingWss')),
    sentAfter: around.sentAfter,
    expects: expected(request),
  };
}

interface Project {
  /** The requests of the test suite. */
  readonly steps: readonly SoapUiRequest[];
  /** The requests below the operations; they carry no assertions. */
  readonly calls: readonly SoapUiRequest[];
}

/** The child with the name. @throws Error when there is none, which SoapUI would pass over */
function byName(parent: Element, kind: string, name: string): Element {
  const found = all(parent, kind).find((e) => e.getAttribute('name') === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
}

/** One service of a project file. @throws Error naming what is missing or not understood */
export function readProject(xml: string, suite = 'Oppslagstjenesten 16-02', path = file): Project {
  const project = parse(xml);
  const security = securityOf(project, new Map([['projectDir', dirname(path)]]));
  const testCases = all(byName(project, 'testSuite', suite), 'testCase');
  const bindings = new Set<string>();
  const steps = testCases.flatMap((testCase) => {
    const around = surroundings(testCase);
    return all(testCase, 'testStep')
      .filter((step) => step.getAttribute('type') === 'request')
      .map((step) => one(step, 'config'))
      .map((config) => {
        const binding = textOf(config, 'interface');
        bindings.add(binding);
        const operation = byName(byName(project, 'interface', binding), 'operation', textOf(config, 'operation'));
        return requestOf(one(config, 'request'), operation, security, around);
      });
  });
  const alone: Surroundings = { values: new Map(), outgoing: undefined, sentAfter: 0 };
  const calls = [...bindings]
    .flatMap((binding) => all(byName(project, 'interface', binding), 'operation'))
    .flatMap((operation) => all(operation, 'call').map((call) => requestOf(call, operation, security, alone)));
  return { steps, calls };
}

/** Every request of one of our project's test suites, in the order in which SoapUI runs them. */
export const soapUiRequests = (suite?: string): readonly SoapUiRequest[] =>
  readProject(readFileSync(file, 'utf8'), suite).steps;
