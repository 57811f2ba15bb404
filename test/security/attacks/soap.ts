import { SOAP11, SOAP12, WSA } from '../../../src/soap/names.js';
import { hentPersoner, swap } from '../../support/messages.js';
import type { Message } from '../../support/messages.js';
import type { Attack, Variant } from './attack.js';
import { altered, altering, refusedAs, signed, signing } from './attack.js';

/* SECURITY 1–30 as far as a SOAP message can carry them: each row breaks one good request. */

const HEADER = '<env:Header>';
const END = '</env:Envelope>';
const inHeader = (block: string) => (m: Message) => swap(m.text, HEADER, HEADER + block);
const around = (from: string, to: string) => (m: Message) => swap(m.text, from, to);
const withOperation = (operation: string) => () => ({ operation });

const demanded = (value: string, more = ''): string =>
  `<x:Extra xmlns:x="urn:x" env:mustUnderstand="${value}"${more}/>`;
const role = (uri: string): string => ` env:role="${uri}"`;
const addressing = (name: string, content: string): string =>
  `<wsa:${name} xmlns:wsa="${WSA}">${content}</wsa:${name}>`;
const replyTo = (address: string): string => addressing('ReplyTo', `<wsa:Address>${address}</wsa:Address>`);
const action = (uri: string): string => addressing('Action', uri);

const xml = refusedAs('MALFORMED_XML', [
  altering(1, 'an internal DTD', (m) => `<!DOCTYPE x [<!ENTITY a "b">]>${m.text}`),
  altering(1, 'an empty DTD', (m) => `<!DOCTYPE env:Envelope>${m.text}`),
  altering(4, 'an external DTD', (m) => `<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">${m.text}`),
  altering(10, 'two root elements', (m) => m.text + m.text),
  altering(10, 'a duplicate attribute', (m) => swap(m.text, '<ds:KeyInfo', '<ds:KeyInfo a="1" a="1"')),
  altering(10, 'the last octet missing', (m) => m.text.slice(0, -1)),
  altering(12, 'octets that are not UTF-8', (m) => Buffer.from(`${m.text}\xff`, 'latin1')),
  altering(12, 'a NUL at the end', (m) => `${m.text}\0`),
  altering(13, 'XML 1.1', (m) => `<?xml version="1.1"?>${m.text}`),
  altering(17, 'a style sheet to fetch', (m) => `<?xml-stylesheet href="http://127.0.0.1:9/"?>${m.text}`),
  altering(19, 'a prefix that is not bound', inHeader('<nobody:x/>')),
  altering(30, 'a control character in a name', inHeader('<x\x1b[31m/>')),
]);

const versions = refusedAs('VERSION_MISMATCH', [
  altering(21, 'SOAP 1.1', (m) => m.text.replaceAll(SOAP12, SOAP11)),
  altering(21, 'an unknown envelope namespace', (m) => m.text.replaceAll(SOAP12, 'urn:soap')),
  altering(
    19,
    'the right prefix with another namespace',
    around(`"${SOAP12}"><env:Header>`, `"${SOAP12}/"><env:Header>`),
  ),
]);

const structure = refusedAs('MALFORMED_XML', [
  altering(22, 'no Body', (m) => swap(m.text, m.body, '')),
  altering(22, 'two Bodies, the first signed', (m) => swap(m.text, END, `<env:Body/>${END}`)),
  altering(22, 'two Headers, the second empty', around('</env:Header>', '</env:Header><env:Header/>')),
  altering(22, 'two Headers, the first empty', around(HEADER, `<env:Header/>${HEADER}`)),
  altering(22, 'an element after Body', around(END, `<x:After xmlns:x="urn:x"/>${END}`)),
  altering(22, 'an element before Header', around(HEADER, `<x:Before xmlns:x="urn:x"/>${HEADER}`)),
  altering(22, 'an unsigned sibling before Body', (m) => swap(m.text, m.body, `<x:B xmlns:x="urn:x"/>${m.body}`)),
  altering(22, 'text after Body', around(END, `text${END}`)),
  altering(22, 'text before Header', around(HEADER, `text${HEADER}`)),
  altering(22, 'a root that is no Envelope', (m) => m.text.replaceAll('env:Envelope', 'env:Letter')),
  signing(22, 'an empty Body', withOperation('')),
  signing(22, 'two operations in Body', withOperation(hentPersoner('23863814839') + hentPersoner('17853112534'))),
  signing(22, 'text before the operation', withOperation(`text${hentPersoner('23863814839')}`)),
  altering(
    24,
    'two wsa:Actions, the second of another operation',
    inHeader(action('') + action('urn:x/HentEndringer')),
  ),
  altering(25, 'answers to another server', inHeader(replyTo('http://127.0.0.1:9/'))),
  altering(25, 'answers by mail', inHeader(replyTo('mailto:somebody@example.com'))),
  altering(25, 'answers to a relative address', inHeader(replyTo('/elsewhere'))),
  altering(25, 'answers to nowhere', inHeader(addressing('ReplyTo', ''))),
  altering(
    25,
    'answers to two addresses',
    inHeader(
      addressing(
        'ReplyTo',
        `<wsa:Address>${WSA}/anonymous</wsa:Address><wsa:Address>http://127.0.0.1:9/</wsa:Address>`,
      ),
    ),
  ),
  altering(
    25,
    'two ReplyTo, the second elsewhere',
    inHeader(replyTo(`${WSA}/anonymous`) + replyTo('http://127.0.0.1:9/')),
  ),
  altering(
    25,
    'faults to another server',
    inHeader(addressing('FaultTo', '<wsa:Address>http://127.0.0.1:9/</wsa:Address>')),
  ),
  altering(26, 'more elements than a document may have', around('</env:Body>', `${'<p/>'.repeat(20_000)}</env:Body>`)),
]);

/** The first Body is judged when it begins; what comes behind it is never read. */
const otherBody = refusedAs('INVALID_SECURITY', [
  altering(22, 'two Bodies, the second signed', (m) => swap(m.text, m.body, `<env:Body/>${m.body}`)),
  altering(22, 'Body before Header', (m) => swap(swap(m.text, m.body, ''), HEADER, m.body + HEADER)),
]);

const understood = refusedAs('MUST_UNDERSTAND', [
  altering(23, 'an unknown block, mustUnderstand="true"', inHeader(demanded('true'))),
  altering(23, 'an unknown block, mustUnderstand="1"', inHeader(demanded('1'))),
  altering(23, 'an unknown block, mustUnderstand=" 1 "', inHeader(demanded(' 1 '))),
  altering(23, 'an unknown block for the next receiver', inHeader(demanded('1', role(`${SOAP12}/role/next`)))),
  altering(
    23,
    'an unknown block for the last receiver',
    inHeader(demanded('1', role(`${SOAP12}/role/ultimateReceiver`))),
  ),
  altering(23, 'an unknown block for an empty role', inHeader(demanded('1', role('')))),
  altering(
    23,
    'a known local name in another namespace',
    inHeader('<x:Security xmlns:x="urn:x" env:mustUnderstand="1"/>'),
  ),
]);

export const soapAttacks: readonly Attack[] = [...xml, ...versions, ...structure, ...otherBody, ...understood];

/** What the endpoint refuses when the verifier has taken it. */
export const actionAttacks = refusedAs('MALFORMED_XML', [
  altering(24, 'a wsa:Action of another operation', inHeader(action('urn:x/HentEndringerForespoersel'))),
  altering(24, 'a wsa:Action that ends in a slash', inHeader(action('urn:x/HentEndringer/'))),
]);

/** Odd, and allowed by SOAP. */
export const soapVariants: readonly Variant[] = [
  altered('an unknown block, mustUnderstand="0"', inHeader(demanded('0'))),
  altered('an unknown block, mustUnderstand="false"', inHeader(demanded('false'))),
  altered('an unknown block for another role', inHeader(demanded('1', role('urn:x:other')))),
  altered('mustUnderstand of SOAP 1.1', inHeader(`<x:E xmlns:x="urn:x" xmlns:s="${SOAP11}" s:mustUnderstand="1"/>`)),
  altered('answers to the back channel', inHeader(replyTo(`${WSA}/anonymous`))),
  altered('a wsa:Action of the operation', inHeader(action('urn:x/HentPersonerForespoersel'))),
  altered('an empty wsa:Action', inHeader(action(''))),
  altered('comments beside Header and Body', around(END, `<!-- x -->${END}`)),
  signed('SECURITY 14: a comment inside a value', withOperation(hentPersoner('23863<!-- x -->814839'))),
  signed(
    'SECURITY 15: CDATA and references inside a value',
    withOperation(hentPersoner('<![CDATA[23863]]>&#x38;14839')),
  ),
];
