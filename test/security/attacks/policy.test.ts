import { expect } from 'chai';
import { SHA1 } from '../../../src/security/algorithms.js';
import { verify } from '../../../src/security/signature.js';
import type { Incoming } from '../../../src/security/signature.js';
import { asFailure } from '../../../src/soap/fault.js';
import { enterpriseSubject } from '../../../src/sandbox/pki/identities.js';
import { goodRequest, keyIdentifier, swap, timestamp, token } from '../../support/messages.js';
import type { RequestSpec } from '../../support/messages.js';
import { badChains, makeChain, testTime, trustOf } from '../../support/pki.js';
import type { ChainChanges } from '../../support/pki.js';
import { forgedBlock } from './attack.js';
import { base, chain, lookupPolicy, trust, trusted, verdict } from './judge.js';
import { references } from './signing.js';

const request = (spec: Partial<RequestSpec> = {}) => goodRequest({ key: base.key, at: testTime, ...spec });
const later = (ms: number): Date => new Date(testTime.getTime() + ms);

describe('the policy of the verifier', () => {
  it('SECURITY 54: SHA-1 digests are a named exception that can be switched off', async () => {
    const { text } = request(references({ digest: { uri: SHA1, hash: 'sha1' } })(base));
    expect(await verdict(text)).to.equal('trusted');
    expect(await verdict(text, { policy: lookupPolicy({ sha1Digest: false }) })).to.equal('UNSUPPORTED_ALGORITHM');
  });

  it('a Timestamp without transforms is a named exception that can be switched off', async () => {
    const { text } = request({ references: ([first, second]) => [{ ...first!, form: null }, second!] });
    const policy = lookupPolicy({ timestampWithoutTransforms: false });
    expect(await verdict(text)).to.equal('trusted');
    expect(await verdict(text, { policy })).to.equal('UNSUPPORTED_ALGORITHM');
  });

  it('SECURITY 54: a signature method that is known but not in the policy is refused', async () => {
    const policy = lookupPolicy({}, { signatures: new Set() });
    expect(await verdict(request().text, { policy })).to.equal('UNSUPPORTED_ALGORITHM');
  });

  it('SECURITY 45: canonical forms that are known but not in the policy are refused', async () => {
    const none = new Set<string>();
    for (const changes of [{ signedInfoC14n: none }, { referenceC14n: none }]) {
      const policy = lookupPolicy({}, changes);
      expect(await verdict(request().text, { policy })).to.equal('UNSUPPORTED_ALGORITHM');
    }
  });

  it('SECURITY 61: a KeyIdentifier is refused where the policy does not take it', async () => {
    const { text } = request({ parts: () => ({ token: '' }), keyInfo: () => keyIdentifier(chain.leaf) });
    const policy = lookupPolicy({}, { keyIdentifier: false });
    expect(await verdict(text)).to.equal('trusted');
    expect(await verdict(text, { policy })).to.equal('SECURITY_TOKEN_UNAVAILABLE');
  });

  it('SECURITY 102: counts the octets as they come', async () => {
    const { text } = request();
    const maxBytes = Buffer.byteLength(text);
    expect(await verdict(text, { policy: lookupPolicy({}, { maxBytes }) })).to.equal('trusted');
    expect(await verdict(text, { policy: lookupPolicy({}, { maxBytes: maxBytes - 1 }) })).to.equal('TOO_LARGE');
  });

  it('SECURITY 11: the charset of the HTTP header must be that of the octets', async () => {
    const { text } = request();
    expect(await verdict(text, { charset: 'utf-8' })).to.equal('trusted');
    expect(await verdict(text, { charset: 'utf-16' })).to.equal('MALFORMED_XML');
    expect(await verdict(text, { charset: 'iso-8859-1' })).to.equal('MALFORMED_XML');
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
    expect(await verdict(utf16)).to.equal('trusted');
    expect(await verdict(utf16, { charset: 'utf-8' })).to.equal('MALFORMED_XML');
  });

  it('SECURITY 37: an unsigned block is taken from those senders only that may', async () => {
    const blocks = (may: boolean) =>
      lookupPolicy().blocks.map((b) => ({
        ...b,
        mayBeUnsigned: (s: { organisasjonsnummer: string }) => may && s.organisasjonsnummer === '310000019',
      }));
    const text = request().text.replace('</env:Header>', `${forgedBlock('PV')}</env:Header>`);
    expect(await verdict(text, { policy: lookupPolicy({}, { blocks: blocks(true) }) })).to.equal('trusted');
    expect(await verdict(text, { policy: lookupPolicy({}, { blocks: blocks(false) }) })).to.equal('FAILED_CHECK');
    const changed = request({ paaVegneAv: '310000019' }).text.replace('PaaVegneAv>310000019', 'PaaVegneAv>310000027');
    expect(await verdict(changed, { policy: lookupPolicy({}, { blocks: blocks(true) }) })).to.equal('FAILED_CHECK');
  });
});

describe('the times of the verifier, to the millisecond', () => {
  const at = (created: number, expires: number | null): string => {
    const written = (ms: number): string => later(ms).toISOString();
    const parts = (_: unknown, ids: { timestamp: string }) => ({
      timestamp: timestamp(ids.timestamp, written(created), expires === null ? null : written(expires)),
    });
    return request({ parts }).text;
  };
  const rows: readonly (readonly [what: string, created: number, expires: number | null, verdict: string])[] = [
    ['as old as may be', -300_000, null, 'trusted'],
    ['older', -300_001, null, 'MESSAGE_EXPIRED'],
    ['as far ahead as may be', 60_000, null, 'trusted'],
    ['further ahead', 60_001, null, 'MESSAGE_EXPIRED'],
    ['about to expire', -1000, 1, 'trusted'],
    ['expired now', -1000, 0, 'MESSAGE_EXPIRED'],
    ['living as long as may be', 0, 2_100_000, 'trusted'],
    ['living longer', 0, 2_100_001, 'MESSAGE_EXPIRED'],
  ];
  for (const [what, created, expires, expected] of rows) {
    it(`SECURITY 73: ${what}`, async () => expect(await verdict(at(created, expires))).to.equal(expected));
  }
});

describe('the certificate of a signed request', () => {
  const judged = (changes: ChainChanges): Promise<string> => {
    const bad = makeChain(changes);
    return verdict(goodRequest({ key: bad.keyStore, at: testTime }).text, { trust: trustOf(bad) });
  };
  for (const { security, wrong, changes } of badChains) {
    it(`SECURITY ${security}: ${wrong}`, async () => {
      expect(await judged(changes())).to.equal('INVALID_SECURITY_TOKEN');
    });
  }

  const name = enterpriseSubject({ organisasjonsnummer: '310000019', organisasjon: 'X' }).slice(0, 2);
  const numberless = {
    what: 'no organisation number',
    subject: [...name, { type: 'CN', value: '310000019' }],
  } as const;
  const twofold = {
    what: 'two organisation numbers',
    subject: [
      ...name,
      { type: 'serialNumber', value: '310000019' },
      { type: 'organizationIdentifier', value: 'NTRNO-310000027' },
    ],
  } as const;
  for (const { what, subject } of [numberless, twofold]) {
    it(`SECURITY 83: ${what}`, async () =>
      expect(await judged({ leaf: { subject } })).to.equal('FAILED_AUTHENTICATION'));
  }

  it('SECURITY 79: is judged at the time of the request', async () => {
    const at = new Date('2045-01-01T00:00:01Z');
    expect(await verdict(goodRequest({ key: base.key, at }).text, { at })).to.equal('INVALID_SECURITY_TOKEN');
  });
});

describe('what the verifier hands on', () => {
  it('is what was signed: signer, operation, block, action, confirmation', async () => {
    const message = request({ paaVegneAv: '310000019' });
    const result = await trusted(message.text);
    expect(result.principal.organisasjonsnummer).to.equal('310000019');
    expect(result.principal.certificate.der.equals(chain.leaf)).to.equal(true);
    expect([result.operation.local, result.blocks.length, result.version]).to.deep.equal([
      'HentPersonerForespoersel',
      1,
      '1.2',
    ]);
    expect(result.signatureValue).to.equal(message.signatureValue);
  });

  it('SECURITY 75: is remembered for as long as its time would let it in again', async () => {
    const { replay } = await trusted(request().text);
    expect(replay.key).to.have.length(32);
    expect(replay.expires.getTime()).to.equal(testTime.getTime() + 360_000);
  });

  it('SECURITY 76: is recognised after every harmless change', async () => {
    const message = request({ paaVegneAv: '310000019' });
    const { replay } = await trusted(message.text);
    const harmless = [
      message.text.replace('<env:Header>', '\n <env:Header><!-- x -->'),
      swap(message.text, message.signatureValue, message.signatureValue.replace(/.{64}/g, '$&\n')),
      message.text.replaceAll('</ds:SignatureMethod>', '</ds:SignatureMethod >'),
      message.text.replace(/ (EncodingType="[^"]*") (ValueType="[^"]*")/, ' $2 $1'),
      message.text.replace('<ds:KeyInfo>', '<ds:KeyInfo Id="x">'),
    ];
    for (const text of harmless) {
      expect(text).not.to.equal(message.text);
      expect((await trusted(text)).replay.key.equals(replay.key)).to.equal(true);
    }
    expect((await trusted(request().text)).replay.key.equals(replay.key)).to.equal(false);
  });

  it('SECURITY 63: a second certificate for the same key does not make it new', async () => {
    const message = request();
    const renewed = makeChain({ leaf: { serial: 4711n } }).leaf;
    const { replay } = await trusted(message.text);
    const again = await trusted(swap(message.text, message.token, token(message.ids.token, renewed)));
    expect(again.principal.certificate.serial).to.equal('4711');
    expect(again.replay.key.equals(replay.key)).to.equal(true);
  });
});

describe('the order of the verifier', () => {
  /** The octets up to Body's start tag, then an error should anybody ask for more. */
  async function* headerOnly(text: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text.slice(0, text.indexOf('<o:Hent')));
    throw new Error('Body was read');
  }
  const judged = async (incoming: Incoming): Promise<string> => {
    const clock = { now: () => testTime };
    return verify(incoming, lookupPolicy(), { trust, clock }).then(
      () => 'trusted',
      (error) => asFailure(error).code,
    );
  };

  it('takes nothing of Body when the Header is refused', async () => {
    const good = request();
    const bad = swap(good.text, good.timestamp, good.timestamp.replace('</wsu:Created>', ' </wsu:Created>'));
    expect(await judged({ stream: headerOnly(bad) })).to.equal('FAILED_CHECK');
    expect(await judged({ stream: headerOnly(good.text) })).to.equal('INTERNAL');
  });

  it('SECURITY 21: says which SOAP version the fault is for, as soon as it is known', async () => {
    const incoming: Incoming = { stream: headerOnly(request().text) };
    await judged(incoming);
    expect(incoming.version).to.equal('1.2');
  });
});
