import { expect } from 'chai';
import type { Failure } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import type { PasswordTrusted } from '../../src/security/basic.js';
import { readWithPassword } from '../../src/security/basic.js';
import type { Incoming } from '../../src/security/signature.js';
import { plainEnvelope } from '../../src/security/signAnswer.js';
import { SOAP11, SOAP12, WSA, WSSE } from '../../src/soap/names.js';
import type { SoapVersion } from '../../src/soap/names.js';
import type { XmlElement } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { element } from '../../src/xml/write.js';
import type { Place } from '../../src/soap/message.js';
import { parseMultipartType } from '../../src/soap/mime.js';
import { whole } from '../soap/mime/support.js';
import { include, message, parts, swaMessage } from '../support/partsMessage.js';

const account = { brukernavn: 'arkiv', organisasjonsnummer: '310000019' };
const call = element({ prefix: 'x', uri: 'urn:x' }, 'Call');
const good = plainEnvelope(call, '1.1');
const withHeader = (block: string): string =>
  good.replace(/<soap:Header><\/soap:Header>/, `<soap:Header>${block}</soap:Header>`);

const read = (envelope: string, maxBytes = 10_000, versions: readonly SoapVersion[] = ['1.1', '1.2']) => {
  const stream = (async function* () {
    for (const octet of Buffer.from(envelope)) yield Buffer.from([octet]);
  })();
  const incoming = { stream, version: undefined as SoapVersion | undefined };
  const trusted = readWithPassword(incoming, account, { versions, maxBytes, xop: true });
  return { incoming, trusted };
};
const codeOf = (promised: Promise<PasswordTrusted>): Promise<string> =>
  promised.then(
    ({ operation }) => operation.local,
    ({ code }: Failure) => code,
  );

describe('security/basic', () => {
  it('gives the operation, the version and who has shown the password', async () => {
    for (const version of ['1.1', '1.2'] as const) {
      const { trusted, incoming } = read(plainEnvelope(call, version));
      expect(await trusted).to.deep.include({ principal: account, evidence: 'password', version, action: undefined });
      expect(incoming.version).to.equal(version);
    }
  });

  it('takes requests up to the size of the policy', async () => {
    const size = Buffer.byteLength(good);
    for (const max of [size, size + 1]) expect(await codeOf(read(good, max).trusted)).to.equal('Call');
    expect(await codeOf(read(good, size - 1).trusted)).to.equal('TOO_LARGE');
  });

  it('takes an envelope without Header', async () => {
    expect(await codeOf(read(good.replace('<soap:Header></soap:Header>', '')).trusted)).to.equal('Call');
  });

  it('gives wsa:Action, for the endpoint to hold against the operation', async () => {
    const action = `<a:Action xmlns:a="${WSA}">urn:x:Call</a:Action>`;
    expect((await read(withHeader(action)).trusted).action).to.equal('urn:x:Call');
  });

  it('SECURITY 25: passes over WS-Addressing where the policy says so, and over nothing else', async () => {
    const passes = (header: string, passesAddressing: boolean) => {
      const stream = (async function* () {
        yield Buffer.from(withHeader(header));
      })();
      const policy = { versions: ['1.1'] as const, maxBytes: 10_000, xop: true, passesAddressing };
      return codeOf(readWithPassword({ stream }, account, policy));
    };
    const block = (name: string, ns: string = WSA): string =>
      `<a:${name} xmlns:a="${ns}" soap:mustUnderstand="1"><a:Address>http://x</a:Address></a:${name}>`;
    for (const name of ['Action', 'To', 'From', 'ReplyTo', 'FaultTo', 'MessageID', 'RelatesTo']) {
      expect(await passes(block(name) + block(name), true), name).to.equal('Call');
      expect(await passes(block(name), false), name).to.equal('MUST_UNDERSTAND');
      expect(await passes(block(name, 'urn:x'), true), name).to.equal('MUST_UNDERSTAND');
    }
    expect(await passes(block('Other'), true)).to.equal('MUST_UNDERSTAND');
  });

  const broken: Readonly<Record<string, readonly [code: string, envelope: string]>> = {
    'SECURITY 77: a Security header beside the password': [
      'INVALID_SECURITY',
      withHeader(`<w:Security xmlns:w="${WSSE}"/>`),
    ],
    'SECURITY 23: a block that must be understood and is not': [
      'MUST_UNDERSTAND',
      withHeader('<x:Block xmlns:x="urn:x" soap:mustUnderstand="1"/>'),
    ],
    'SECURITY 25: an answer that is to go elsewhere': [
      'MALFORMED_XML',
      withHeader(`<a:ReplyTo xmlns:a="${WSA}"><a:Address>http://x</a:Address></a:ReplyTo>`),
    ],
    'two operations': ['MALFORMED_XML', good.replace('</soap:Body>', '<x:Call xmlns:x="urn:x"/></soap:Body>')],
    'an envelope that is cut': ['MALFORMED_XML', good.slice(0, -1)],
    'another SOAP': ['VERSION_MISMATCH', good.replaceAll(SOAP11, 'urn:soap')],
  };
  for (const [what, [code, envelope]] of Object.entries(broken)) {
    it(`refuses ${what}`, async () => {
      expect(envelope).not.to.equal(good);
      expect(await codeOf(read(envelope).trusted)).to.equal(code);
    });
  }

  it('refuses a version that the endpoint does not take, and says which came', async () => {
    const { trusted, incoming } = read(good.replaceAll(SOAP11, SOAP12), 10_000, ['1.1']);
    expect(await codeOf(trusted)).to.equal('VERSION_MISMATCH');
    expect(incoming.version).to.equal('1.2');
  });

  describe('with parts', () => {
    interface Sent {
      readonly envelope?: string;
      readonly make?: typeof message;
      readonly max?: number;
      readonly action?: string;
    }
    const all = ({ envelope = good, make = message, max, action = '' }: Sent = {}) => {
      const { contentType, body } = make(envelope, '1.1', parts('a@x'), action);
      const stream = (async function* () {
        for (const octet of body) yield Buffer.from([octet]);
      })();
      const policy = { versions: ['1.1', '1.2'] as const, maxBytes: max ?? body.length, xop: true };
      const incoming: Incoming = { stream, multipart: parseMultipartType(contentType) };
      return { incoming, policy, size: body.length };
    };
    const readAll = async (sent?: Sent, stands: XmlElement | null = null): Promise<string[]> => {
      const { incoming, policy } = all(sent);
      const seen: string[] = [];
      const store = async (octets: AsyncIterable<Uint8Array>) => {
        let size = 0;
        for await (const chunk of octets) size += chunk.length;
        seen.push(`${size} octets`);
        return () => octets;
      };
      const claim = (contentId: string): Place => {
        seen.push(contentId);
        return stands === null ? { include: stands, store } : { include: stands, store };
      };
      const read = readWithPassword(incoming, account, policy, { parts: { claim } });
      return [await codeOf(read), ...seen, ...(incoming.partAction === undefined ? [] : [incoming.partAction])];
    };

    it('gives the operation when every part has been taken', async () => {
      for (const make of [message, swaMessage]) {
        expect(await readAll({ make })).to.deep.equal(['Call', 'a@x', '14 octets']);
      }
    });

    it('SECURITY 90: refuses xop:Include in the Header, and where the envelope is not by XOP', async () => {
      const inHeader = withHeader(`<x:Block xmlns:x="urn:x">${include('cid:a@x')}</x:Block>`);
      expect(await readAll({ envelope: inHeader })).to.deep.equal(['INVALID_REQUEST']);
      expect(await readAll({ envelope: inHeader, make: swaMessage })).to.deep.equal(['Call', 'a@x', '14 octets']);
      const stands = parse(include('cid:a@x'));
      expect(await readAll({}, stands)).to.deep.equal(['Call', 'a@x', '14 octets']);
      expect(await readAll({ make: swaMessage }, stands)).to.deep.equal(['INVALID_REQUEST', 'a@x']);
    });

    it('passes large text of an envelope with parts to where the caller says', async () => {
      const large = 'x'.repeat(limits.xmlTextCharacters + 1);
      const { incoming, policy } = all({ envelope: good.replace('<x:Call xmlns:x="urn:x">', `$&${large}`) });
      let spilt = 0;
      const spill = ({ local }: XmlElement) =>
        local === 'Call' ? { write: (text: string) => void (spilt += text.length), end: () => 'ref' } : undefined;
      const sinks = { spill, parts: { claim: () => ({ include: null, store: whole }) } };
      const { operation } = await readWithPassword(incoming, account, policy, sinks);
      expect([spilt, operation.children]).to.deep.equal([large.length, ['ref']]);
    });

    it('takes messages up to the size of the policy, parts and all', async () => {
      const { size } = all();
      for (const max of [size, size + 1]) expect((await readAll({ max }))[0]).to.equal('Call');
      expect((await readAll({ max: size - 1 }))[0]).to.equal('TOO_LARGE');
    });

    it('SECURITY 24: says what the part calls the operation, for the endpoint to hold against it', async () => {
      for (const make of [message, swaMessage]) {
        expect((await readAll({ make, action: '; action="urn:x:Other"' })).at(-1)).to.equal('urn:x:Other');
      }
    });

    it('SECURITY 77: takes no part when there is a Security header beside the password', async () => {
      const envelope = withHeader(`<w:Security xmlns:w="${WSSE}"/>`);
      expect(await readAll({ envelope })).to.deep.equal(['INVALID_SECURITY']);
    });

    it('refuses parts where nobody takes any', async () => {
      const { incoming, policy } = all();
      expect(await codeOf(readWithPassword(incoming, account, policy))).to.equal('MALFORMED_XML');
    });
  });
});
