import { expect } from 'chai';
import type { ErrorCode } from '../../../src/errors.js';
import { limits } from '../../../src/limits.js';
import {
  goodRequest,
  hentEndringer,
  hentPersoner,
  hentPrintSertifikat,
  paaVegneAvBlock,
  soapHeaders,
} from '../../support/messages.js';
import type { RequestSpec } from '../../support/messages.js';
import { testTime } from '../../support/pki.js';
import { octetsOf } from './attack.js';
import { refusal, request, senders, useDoor } from './door.js';
import { base, lookupPolicy } from './judge.js';
import { actionAttacks } from './soap.js';

describe('the endpoint answers', () => {
  const { posted } = useDoor();
  const good: Readonly<Record<string, Partial<RequestSpec>>> = {
    'a look-up': {},
    'a look-up for oneself by name': { paaVegneAv: '310000019' },
    'the print certificate': { operation: hentPrintSertifikat },
    '1,000 persons': {
      operation: hentPersoner(...Array.from({ length: limits.persons }, (_, i) => String(10_000_000_000 + i))),
    },
    'identifiers that are no numbers': {
      operation: hentPersoner("' OR 1=1-- ", '\\&#39;; drop t;', '\u02bc\u{1f600}xxxxxxxxx'),
    },
  };
  for (const [what, spec] of Object.entries(good))
    it(what, async () => expect(await posted(request(spec))).to.equal('answered'));

  const headers: readonly (readonly [string, Record<string, string>])[] = [
    ['text/xml', { 'Content-Type': 'text/xml' }],
    ['an empty action', { 'Content-Type': 'application/soap+xml; action=""', SOAPAction: '""' }],
    ['an action that is the operation', { ...soapHeaders, SOAPAction: '"HentPersonerForespoersel"' }],
    ['an action that ends in the operation', { 'Content-Type': 'application/soap+xml; action="urn:x/HentPersoner"' }],
    ['no compression, by name', { ...soapHeaders, 'Content-Encoding': 'identity' }],
  ];
  for (const [what, h] of headers)
    it(`with ${what}`, async () => expect(await posted(request(), h)).to.equal('answered'));
});

describe('the endpoint refuses before it reads', () => {
  const { posted, under } = useDoor();
  const rows: readonly (readonly [security: number, string, Record<string, string>, ErrorCode])[] = [
    [27, 'no Content-Type', {}, 'UNSUPPORTED_MEDIA_TYPE'],
    [27, 'text/plain', { 'Content-Type': 'text/plain' }, 'UNSUPPORTED_MEDIA_TYPE'],
    [27, 'application/json', { 'Content-Type': 'application/json' }, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      27,
      'multipart/related',
      { 'Content-Type': 'multipart/related; boundary=x; type="application/soap+xml"' },
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [27, 'a type that only begins right', { 'Content-Type': 'application/soap+xmlx' }, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      27,
      'two charsets',
      { 'Content-Type': 'application/soap+xml; charset=utf-8; Charset=utf-8' },
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [27, 'two types', { 'Content-Type': 'application/soap+xml, text/xml' }, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      27,
      'an open quotation mark',
      { 'Content-Type': 'application/soap+xml; charset="utf-8' },
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [91, 'a compressed body', { ...soapHeaders, 'Content-Encoding': 'gzip' }, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      11,
      'a charset that is not that of the octets',
      { 'Content-Type': 'text/xml; charset=iso-8859-1' },
      'MALFORMED_XML',
    ],
  ];
  for (const [security, what, headers, code] of rows) {
    it(`SECURITY ${security}: ${what}`, async () => expect(await posted(request(), headers)).to.equal(refusal(code)));
  }

  it('SECURITY 102: a body that says it is too large', async () => {
    const text = request();
    const policy = lookupPolicy({}, { maxBytes: Buffer.byteLength(text) });
    expect(await under({ policy }, () => posted(text))).to.equal('answered');
    const spaced = `${request()} `;
    expect(await under({ policy }, () => posted(spaced))).to.equal(refusal('TOO_LARGE'));
  });

  it('SECURITY 120: everything, while our own clock is wrong', async () => {
    expect(await under({ timeIsRight: false }, () => posted(request()))).to.equal(refusal('MESSAGE_EXPIRED'));
  });
});

describe('the endpoint refuses what the verifier took', () => {
  const { posted } = useDoor();
  for (const attack of actionAttacks) {
    it(`SECURITY 24: ${attack.wrong}`, async () =>
      expect(await posted(octetsOf(attack, base).toString())).to.equal(refusal(attack.code)));
  }
  const other = 'HentEndringerForespoersel';
  const actions: readonly (readonly [string, Record<string, string>])[] = [
    ['SOAPAction', { ...soapHeaders, SOAPAction: `"${other}"` }],
    ['SOAPAction without marks', { ...soapHeaders, SOAPAction: other }],
    ['SOAPAction that ends in a slash', { ...soapHeaders, SOAPAction: `"urn:x/HentEndringer/"` }],
    ['action parameter', { 'Content-Type': `application/soap+xml; action="urn:${other}"` }],
    [
      'action parameter beside a SOAPAction that agrees',
      { 'Content-Type': `application/soap+xml; action=${other}`, SOAPAction: '""' },
    ],
  ];
  for (const [what, headers] of actions) {
    it(`SECURITY 24: an ${what} of another operation`, async () =>
      expect(await posted(request(), headers)).to.equal(refusal('MALFORMED_XML')));
  }

  const tns = hentPersoner('23863814839');
  const operations: readonly (readonly [security: number, string, Partial<RequestSpec>])[] = [
    [
      16,
      'an XInclude',
      {
        operation: tns.replace(
          '</o:Hent',
          '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/></o:Hent',
        ),
      },
    ],
    [16, 'an element in an identifier', { operation: hentPersoner('23863814839<x xmlns=""/>') }],
    [18, 'an operation called __proto__', { operation: tns.replaceAll('HentPersonerForespoersel', '__proto__') }],
    [18, 'an operation called constructor', { operation: tns.replaceAll('HentPersonerForespoersel', 'constructor') }],
    [18, 'an operation called toString', { operation: tns.replaceAll('HentPersonerForespoersel', 'toString') }],
    [19, 'an operation of another namespace', { operation: tns.replace('/16-02', '/14-05') }],
    [19, 'an empty operation of another namespace', { operation: hentPrintSertifikat.replace('/16-02', '/14-05') }],
    [106, 'no change number', { operation: hentEndringer('') }],
    [106, 'a change number in hexadecimal', { operation: hentEndringer('0x10') }],
    [
      19,
      'a child of another namespace',
      { operation: tns.replace('<o:informasjonsbehov>', '<o:informasjonsbehov xmlns:o="urn:x">') },
    ],
    [
      19,
      'no person, only one of another name',
      { operation: tns.replaceAll('personidentifikator', 'Personidentifikator') },
    ],
    [26, 'no person', { operation: hentPersoner() }],
    [
      26,
      '1,001 persons',
      { operation: hentPersoner(...Array.from({ length: limits.persons + 1 }, () => '23863814839')) },
    ],
    [51, 'an encrypted Body', { operation: '<x:EncryptedData xmlns:x="http://www.w3.org/2001/04/xmlenc#"/>' }],
    [105, 'an identifier of 60,000 characters', { operation: hentPersoner(`${'a'.repeat(60_000)}!`) }],
    [106, 'an identifier of ten characters', { operation: hentPersoner('1234567890') }],
    [106, 'an identifier of twelve characters', { operation: hentPersoner('\u{1f600}12345678901') }],
    [106, 'a change number of another kind', { operation: hentEndringer('1 or 1') }],
    [106, 'a change number that no number holds', { operation: hentEndringer('9007199254740993') }],
    [106, 'a number acted for that is not one', { paaVegneAv: "' OR 1=1--" }],
    [106, 'a number acted for of ten digits', { paaVegneAv: '3100000190' }],
    [106, 'a number acted for in other digits', { paaVegneAv: '٣١٠٠٠٠٠١٩' }],
    [105, 'a number acted for of 60,000 digits', { paaVegneAv: `${'1'.repeat(60_000)}!` }],
    [
      83,
      'two blocks acted for',
      {
        paaVegneAv: '310000019',
        parts: (p) => ({ block: p.block + paaVegneAvBlock('second', '310000019') }),
        references: (usual) => [...usual, { id: 'second' }],
      },
    ],
    [
      83,
      'two numbers acted for',
      {
        paaVegneAv: '310000019',
        parts: (p) => ({ block: p.block.replace(/(<o:PaaVegneAv>.*<\/o:PaaVegneAv>)/, '$1$1') }),
      },
    ],
    [
      83,
      'a number acted for of another namespace',
      {
        paaVegneAv: '310000019',
        parts: (p) => ({ block: p.block.replace('<o:PaaVegneAv>', '<o:PaaVegneAv xmlns:o="urn:x">') }),
      },
    ],
  ];
  for (const [security, what, spec] of operations) {
    it(`SECURITY ${security}: ${what}`, async () =>
      expect(await posted(request(spec))).to.equal(refusal('INVALID_REQUEST')));
  }
});

describe('the endpoint answers once', () => {
  const { posted, postedAll, under } = useDoor();
  it('SECURITY 74: the same request is refused the second time', async () => {
    const text = request();
    expect(await posted(text)).to.equal('answered');
    expect(await posted(text)).to.equal(refusal('REPLAYED'));
  });

  it('SECURITY 74: of 20 at the same time one is answered', async () => {
    const text = request();
    const all = await postedAll(Array.from({ length: 20 }, () => text));
    expect(all.sort()).to.deep.equal([...Array.from({ length: 19 }, () => refusal('REPLAYED')), 'answered']);
  });

  it('SECURITY 74: one that was refused for want of a right is not used up', async () => {
    const text = request();
    expect(await under({ senders: { ...senders, rettigheter: [] } }, () => posted(text))).to.equal(
      refusal('NO_ACCESS'),
    );
    expect(await posted(text)).to.equal('answered');
  });

  it('SECURITY 76: nor with its signature value in lines', async () => {
    const message = goodRequest({ key: base.key, at: testTime });
    expect(await posted(message.text)).to.equal('answered');
    const lines = message.text.replace(message.signatureValue, message.signatureValue.replace(/.{64}/g, '$&\n'));
    expect(await posted(lines)).to.equal(refusal('REPLAYED'));
  });
});
