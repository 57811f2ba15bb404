import { SHA256 } from '../../../src/security/algorithms.js';
import { WSSE, WSU } from '../../../src/soap/names.js';
import type { Message } from '../../support/messages.js';
import { body, envelope, goodRequest, hentPersoner, swap } from '../../support/messages.js';
import type { Attack, Variant } from './attack.js';
import { altered, altering, forgedBlock, forgedBody, forgedTimestamp, refusedAs, signed, signing } from './attack.js';

/* SECURITY 31–41: what is signed is moved, left out, doubled or not covered. The generator of wrapping.test.ts has the whole matrix. */

const wrapped = (xml: string): string => `<w:Wrapper xmlns:w="urn:wrapper">${xml}</w:Wrapper>`;
const SECURITY_END = '</wsse:Security>';
const HEADER_END = '</env:Header>';
const SIGNATURE_END = '</ds:Signature>';
const acting = (): { paaVegneAv: string } => ({ paaVegneAv: '310000019' });

/** The signed Body put before `before`, another in its place. */
const bodyTo = (before: string, forged: string) => (m: Message) =>
  swap(swap(m.text, m.body, forged), before, wrapped(m.body) + before);

/** Body with the Id in the attribute `name`, with its value. */
const bodyWithId = (name: string, id: string): string =>
  body('X', hentPersoner('17853112534')).replace('wsu:Id="X"', `xmlns:f="urn:foreign" ${name}="${id}"`);

const moved: readonly Attack[] = [
  ...refusedAs('INVALID_SECURITY', [
    altering(
      31,
      'Body wrapped in a header block, a new one without Id',
      bodyTo(HEADER_END, forgedBody('').replace(' wsu:Id=""', '')),
    ),
    altering(31, 'Body wrapped in a header block, a new one with another Id', bodyTo(HEADER_END, forgedBody('other'))),
    altering(34, 'Body in an Object of the signature', (m) =>
      swap(
        swap(m.text, m.body, forgedBody('other')),
        SIGNATURE_END,
        `<ds:Object>${m.body}</ds:Object>${SIGNATURE_END}`,
      ),
    ),
    altering(34, 'an Object before SignedInfo', (m) => swap(m.text, '<ds:SignedInfo>', '<ds:Object/><ds:SignedInfo>')),
    altering(35, 'Body inside the new Body', (m) =>
      swap(m.text, m.body, body('other', `<x:Operation xmlns:x="urn:x">${m.body}</x:Operation>`)),
    ),
    altering(35, 'Body deep inside the new operation', (m) =>
      swap(
        m.text,
        m.body,
        body(
          'other',
          hentPersoner('17853112534').replace(
            '</o:HentPersonerForespoersel>',
            `<o:informasjonsbehov>${wrapped(m.body)}</o:informasjonsbehov></o:HentPersonerForespoersel>`,
          ),
        ),
      ),
    ),
    altering(36, 'Timestamp wrapped in a header block, a new one in its place', (m, { at }) =>
      swap(swap(m.text, m.timestamp, forgedTimestamp('other', at)), HEADER_END, wrapped(m.timestamp) + HEADER_END),
    ),
    altering(36, 'Timestamp moved beside Security, a new one in its place', (m, { at }) =>
      swap(swap(m.text, m.timestamp, forgedTimestamp('other', at)), HEADER_END, m.timestamp + HEADER_END),
    ),
    {
      security: 37,
      wrong: 'the block acted for moved into a wrapper and left out',
      before: acting,
      after: (m) => swap(m.text, m.block, wrapped(m.block)),
    },
    {
      security: 37,
      wrong: 'the block acted for moved into Security',
      before: acting,
      after: (m) => swap(swap(m.text, m.block, ''), SECURITY_END, m.block + SECURITY_END),
    },
    { security: 37, wrong: 'the block acted for left out', before: acting, after: (m) => swap(m.text, m.block, '') },
    altering(39, 'the valid signature of another before the good one', (m, base) =>
      swap(m.text, m.signature, goodRequest({ key: base.other, at: base.at }).signature + m.signature),
    ),
    altering(39, 'an empty signature behind the good one', (m) =>
      swap(m.text, m.signature, `${m.signature}<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>`),
    ),
    altering(40, 'two SignedInfo, the first one forged', (m) =>
      swap(m.text, '<ds:SignedInfo>', '<ds:SignedInfo></ds:SignedInfo><ds:SignedInfo>'),
    ),
    altering(40, 'two SignedInfo, the second one forged', (m) =>
      swap(m.text, '</ds:SignedInfo>', '</ds:SignedInfo><ds:SignedInfo></ds:SignedInfo>'),
    ),
    altering(40, 'two SignatureValues', (m) =>
      swap(m.text, '<ds:SignatureValue>', '<ds:SignatureValue>AAAA</ds:SignatureValue><ds:SignatureValue>'),
    ),
    altering(40, 'two KeyInfos', (m) => swap(m.text, '<ds:KeyInfo>', '<ds:KeyInfo></ds:KeyInfo><ds:KeyInfo>')),
    altering(40, 'no KeyInfo', (m) => m.text.replace(/<ds:KeyInfo>.*<\/ds:KeyInfo>/, '')),
    altering(40, 'no SignatureValue', (m) =>
      swap(m.text, `<ds:SignatureValue>${m.signatureValue}</ds:SignatureValue>`, ''),
    ),
    altering(14, 'a comment in SignatureValue', (m) =>
      swap(m.text, '</ds:SignatureValue>', '<!-- x --></ds:SignatureValue>'),
    ),
    altering(40, 'text in Security', (m) => swap(m.text, SECURITY_END, `text${SECURITY_END}`)),
    altering(41, 'no Header', (m) => m.text.replace(/<env:Header>.*<\/env:Header>/, '')),
    altering(41, 'no Security', (m) => m.text.replace(/<wsse:Security .*<\/wsse:Security>/, '')),
    altering(41, 'no Signature', (m) => swap(m.text, m.signature, '')),
    altering(41, 'Signature beside Security', (m) =>
      swap(swap(m.text, m.signature, ''), HEADER_END, m.signature + HEADER_END),
    ),
    altering(41, 'Signature in a wrapper in Security', (m) => swap(m.text, m.signature, wrapped(m.signature))),
    altering(41, 'Signature in Body', (m) =>
      swap(swap(m.text, m.signature, ''), '</env:Body>', `${m.signature}</env:Body>`),
    ),
    altering(41, 'a second Security, empty, before', (m) =>
      swap(m.text, '<env:Header>', `<env:Header><wsse:Security xmlns:wsse="${WSSE}"/>`),
    ),
    altering(41, 'a second Security for another role', (m) =>
      swap(m.text, HEADER_END, `<wsse:Security xmlns:wsse="${WSSE}" env:role="urn:x"/>${HEADER_END}`),
    ),
    altering(41, 'Security for another role', (m) =>
      swap(m.text, '<wsse:Security ', '<wsse:Security env:role="urn:x" '),
    ),
    altering(41, 'Security in another namespace', (m) =>
      swap(
        swap(m.text, `<wsse:Security xmlns:wsse="${WSSE}" env:mustUnderstand="true">`, '<s:Security xmlns:s="urn:s">'),
        SECURITY_END,
        '</s:Security>',
      ),
    ),
    altering(41, 'Signature in another namespace', (m) =>
      swap(m.text, m.signature, m.signature.replace('http://www.w3.org/2000/09/xmldsig#', 'urn:ds')),
    ),
    altering(39, 'an unknown child of Security', (m) =>
      swap(m.text, SECURITY_END, `<x:Extra xmlns:x="urn:x"/>${SECURITY_END}`),
    ),
    signing(46, 'a reference to a block that nobody knows', () => ({
      references: (usual) => [...usual, { id: 'extra' }],
      layout: (p) =>
        swap(envelope(p), HEADER_END, `<x:Extra xmlns:x="urn:x" xmlns:wsu="${WSU}" wsu:Id="extra"/>${HEADER_END}`),
    })),
    signing(46, 'a reference to the operation instead of Body', () => ({
      operation: hentPersoner('23863814839').replace(
        '<o:HentPersonerForespoersel ',
        `<o:HentPersonerForespoersel xmlns:wsu="${WSU}" wsu:Id="operation" `,
      ),
      references: ([first]) => [first!, { id: 'operation' }],
    })),
    signing(46, 'a reference to Security itself', () => ({
      references: (usual) => [...usual, { id: 'all' }],
      layout: (p) => envelope(p).replace('<wsse:Security ', `<wsse:Security xmlns:wsu="${WSU}" wsu:Id="all" `),
    })),
    altering(33, 'Body with its Id in an attribute without namespace', (m) =>
      swap(m.text, m.body, bodyWithId('Id', m.ids.body)),
    ),
    altering(33, 'Body with its Id in xml:id', (m) => swap(m.text, m.body, bodyWithId('xml:id', m.ids.body))),
    altering(33, 'Body with its Id in a foreign namespace', (m) =>
      swap(m.text, m.body, bodyWithId('f:Id', m.ids.body)),
    ),
  ]),
  ...refusedAs('MALFORMED_XML', [
    altering(32, 'a new Body with the same Id, the signed one in a header block', (m) =>
      bodyTo(HEADER_END, forgedBody(m.ids.body))(m),
    ),
    altering(32, 'a new Body with the same Id around the signed one', (m) =>
      swap(m.text, m.body, body(m.ids.body, wrapped(m.body))),
    ),
    altering(32, 'the Id of Body a second time, inside Body', (m) =>
      swap(m.text, '</env:Body>', `<x xmlns:wsu="${WSU}" wsu:Id="${m.ids.body}"/></env:Body>`),
    ),
    altering(32, 'the Id of Timestamp on Envelope', (m) =>
      swap(m.text, '<env:Envelope ', `<env:Envelope xmlns:wsu="${WSU}" wsu:Id="${m.ids.timestamp}" `),
    ),
    ...['Id', 'ID', 'id', 'iD', 'xml:id', 'wsu:Id', 'wsu:ID', 'f:Id', 'f:id'].map((name) =>
      altering(33, `a new Body with the same value in ${name}`, (m: Message) =>
        bodyTo(HEADER_END, bodyWithId(name, m.ids.body))(m),
      ),
    ),
    altering(43, 'two Ids on Body by way of two prefixes', (m) =>
      swap(m.text, `wsu:Id="${m.ids.body}"`, `wsu:Id="${m.ids.body}" xmlns:u="${WSU}" u:Id="other"`),
    ),
    altering(43, 'an entity that an inner DTD would declare', (m) => swap(m.text, '23863814839', '&id;')),
    altering(44, 'a relative namespace name', (m) => swap(m.text, '<env:Body ', '<env:Body xmlns:x="1" ')),
    altering(44, 'an empty namespace for a prefix', (m) => swap(m.text, '<env:Body ', '<env:Body xmlns:x="" ')),
    signing(47, '2,000 references', () => ({
      references: (usual) => Array.from({ length: 2_000 }, (_, i) => usual[i % 2]!),
    })),
  ]),
];

const uncovered = refusedAs('FAILED_CHECK', [
  signing(38, 'a digest of another length', () => ({
    references: (usual) => usual.map((r) => ({ ...r, digest: { uri: SHA256, hash: 'sha384' } })),
  })),
  signing(38, 'Body is not referenced', () => ({ references: ([first]) => [first!] })),
  signing(38, 'Body is not referenced, the token is', () => ({
    references: ([first], ids) => [first!, { id: ids.token }],
  })),
  signing(72, 'Timestamp is not referenced', () => ({ references: ([, second]) => [second!] })),
  signing(37, 'the block acted for is not referenced', () => ({
    ...acting(),
    references: (usual) => usual.slice(0, 2),
  })),
  altering(37, 'a block acted for is put in', (m) => swap(m.text, HEADER_END, forgedBlock('added') + HEADER_END)),
  {
    security: 37,
    wrong: 'a second block acted for is put in',
    before: acting,
    after: (m) => swap(m.text, m.block, m.block + forgedBlock('added')),
  },
  altering(31, 'Body changed', (m) => swap(m.text, '23863814839', '17853112534')),
  altering(31, 'a space in Body', (m) => swap(m.text, '</env:Body>', ' </env:Body>')),
  altering(36, 'Timestamp changed', (m) =>
    swap(m.text, m.timestamp, m.timestamp.replace('</wsu:Created>', ' </wsu:Created>')),
  ),
  {
    security: 37,
    wrong: 'the organisation acted for changed',
    before: acting,
    after: (m) => swap(m.text, '310000019', '310000027'),
  },
  {
    security: 63,
    wrong: 'a signed token changed',
    before: () => ({ references: (usual, ids) => [...usual, { id: ids.token }] }),
    after: (m) => swap(m.text, '</wsse:BinarySecurityToken>', '\n</wsse:BinarySecurityToken>'),
  },
  altering(38, 'SignedInfo changed', (m) => swap(m.text, '</ds:SignedInfo>', ' </ds:SignedInfo>')),
  signing(33, 'Body without its Id and no reference to it', () => ({
    parts: (p, ids) => ({ body: p.body.replace(` wsu:Id="${ids.body}"`, '') }),
    references: ([first]) => [first!],
  })),
]);

export const wrappingAttacks: readonly Attack[] = [...moved, ...uncovered];

export const wrappingVariants: readonly Variant[] = [
  signed('a signed block acted for', acting),
  signed('a signed block in the namespace of the WSDL', () => ({
    ...acting(),
    parts: (p) => ({ block: p.block.replace('/xsd/oppslagstjeneste/', '/wsdl/oppslagstjeneste-') }),
  })),
  signed('Timestamp behind Signature', () => ({
    layout: (p) => envelope({ ...p, timestamp: '', signature: p.token + p.signature + p.timestamp, token: '' }),
  })),
  signed('the token last', () => ({
    layout: (p) => envelope({ ...p, token: '', signature: p.signature + p.token }),
  })),
  signed('the block acted for before Security', () => ({
    ...acting(),
    layout: (p) => swap(envelope({ ...p, block: '' }), '<env:Header>', `<env:Header>${p.block}`),
  })),
  altered('Security without mustUnderstand', (m) => swap(m.text, ' env:mustUnderstand="true"', '')),
  signed('space between the parts', () => ({
    layout: (p) => envelope(p).replace(/(<wsse:Security [^>]*>|<\/wsse:Security>|<\/env:Header>)/g, '\n  $1\n\t'),
  })),
];
