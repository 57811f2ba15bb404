import { randomBytes } from 'node:crypto';
import { canonicalise } from '../../src/xml/c14n.js';
import { parse } from '../../src/xml/tree.js';

/* Prints what it costs to read and to canonicalise a signed look-up of about 5 kB: `npx tsx test/bench/xml.ts`. */

const oasis = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss';
const dsig = 'http://www.w3.org/2000/09/xmldsig#';
const c14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const base64 = (octets: number): string => randomBytes(octets).toString('base64');

const reference = (id: string, prefixes: string): string =>
  `<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${c14n}">` +
  `<ec:InclusiveNamespaces xmlns:ec="${c14n}" PrefixList="${prefixes}"/></ds:Transform></ds:Transforms>` +
  `<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>` +
  `<ds:DigestValue>${base64(32)}</ds:DigestValue></ds:Reference>`;

/** A signed envelope as WSS4J lays it out, with random octets for certificate, digests and signature. */
const signedEnvelope =
  `<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Header>` +
  `<wsse:Security xmlns:wsse="${oasis}-wssecurity-secext-1.0.xsd" xmlns:wsu="${oasis}-wssecurity-utility-1.0.xsd" soap:mustUnderstand="true">` +
  `<wsse:BinarySecurityToken EncodingType="${oasis}-soap-message-security-1.0#Base64Binary" ` +
  `ValueType="${oasis}-x509-token-profile-1.0#X509v3" wsu:Id="X509-1">${base64(1250)}</wsse:BinarySecurityToken>` +
  `<wsu:Timestamp wsu:Id="TS-1"><wsu:Created>2026-03-02T10:00:00.000Z</wsu:Created><wsu:Expires>2026-03-02T10:05:00.000Z</wsu:Expires></wsu:Timestamp>` +
  `<ds:Signature xmlns:ds="${dsig}" Id="SIG-1"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="${c14n}">` +
  `<ec:InclusiveNamespaces xmlns:ec="${c14n}" PrefixList="soap"/></ds:CanonicalizationMethod>` +
  `<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>` +
  reference('TS-1', 'wsse soap') +
  reference('id-1', '') +
  `</ds:SignedInfo><ds:SignatureValue>${base64(256)}</ds:SignatureValue>` +
  `<ds:KeyInfo Id="KI-1"><wsse:SecurityTokenReference wsu:Id="STR-1"><wsse:Reference URI="#X509-1" ValueType="${oasis}-x509-token-profile-1.0#X509v3"/>` +
  `</wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature></wsse:Security></soap:Header>` +
  `<soap:Body xmlns:wsu="${oasis}-wssecurity-utility-1.0.xsd" wsu:Id="id-1">` +
  `<ns2:HentPersonerForespoersel xmlns="http://begrep.difi.no" xmlns:ns2="http://kontaktinfo.difi.no/xsd/oppslagstjeneste/16-02">\n` +
  `  <ns2:informasjonsbehov>Kontaktinfo</ns2:informasjonsbehov>\n  <ns2:informasjonsbehov>Sertifikat</ns2:informasjonsbehov>\n` +
  '  <ns2:personidentifikator>01890098765</ns2:personidentifikator>\n'.repeat(4) +
  `</ns2:HentPersonerForespoersel></soap:Body></soap:Envelope>`;

/** Median over several rounds of the processor time of one call, in microseconds. */
function microseconds(action: () => unknown, rounds = 21, calls = 500): number {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begun = process.cpuUsage();
    for (let call = 0; call < calls; call++) action();
    const used = process.cpuUsage(begun);
    times.push((used.user + used.system) / calls);
  }
  return times.sort((a, b) => a - b)[rounds >> 1] as number;
}

const octets = Buffer.from(signedEnvelope);
const tree = parse(octets);
const table: Readonly<Record<string, () => unknown>> = {
  'parse and build tree': () => parse(octets),
  'exclusive c14n': () => canonicalise(tree),
  'c14n 1.0': () => canonicalise(tree, { exclusive: false, comments: false, prefixes: [] }),
};
console.log(`signed envelope of ${octets.length} octets; µs of processor time for one call (median)`);
for (const [what, action] of Object.entries(table))
  console.log(`${microseconds(action).toFixed(1).padStart(8)}  ${what}`);
