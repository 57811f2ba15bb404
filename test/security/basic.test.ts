import { expect } from 'chai';
import type { Failure } from '../../src/errors.js';
import type { PasswordTrusted } from '../../src/security/basic.js';
import { readWithPassword, refuseSignedParts } from '../../src/security/basic.js';
import { plainEnvelope } from '../../src/security/signAnswer.js';
import { SOAP11, SOAP12, WSA, WSSE } from '../../src/soap/names.js';
import type { SoapVersion } from '../../src/soap/names.js';
import { element } from '../../src/xml/write.js';
import { parseMultipartType } from '../../src/soap/mime.js';
import { message, parts } from '../contract/forsendelse/xopMessage.js';

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
  const trusted = readWithPassword(incoming, account, { versions, maxBytes });
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
    const all = (envelope = good, max?: number, partAction = '') => {
      const { contentType, body } = message(envelope, '1.1', parts('a@x'), partAction);
      const stream = (async function* () {
        for (const octet of body) yield Buffer.from([octet]);
      })();
      const policy = { versions: ['1.1', '1.2'] as const, maxBytes: max ?? body.length };
      return { incoming: { stream, multipart: parseMultipartType(contentType) }, policy, size: body.length };
    };
    const readAll = async (envelope?: string, max?: number, partAction?: string): Promise<string[]> => {
      const { incoming, policy } = all(envelope, max, partAction);
      const seen: string[] = [];
      const taking = {
        bind: (operation: { local: string }) => void seen.push(operation.local),
        take: async (contentId: string, octets: AsyncIterable<Uint8Array>) => {
          let size = 0;
          for await (const chunk of octets) size += chunk.length;
          seen.push(`${contentId} ${size}`);
        },
        end: () => void seen.push('end'),
      };
      const read = readWithPassword(incoming, account, policy, { parts: taking });
      return [await codeOf(read), ...seen];
    };

    it('gives the operation when every part has been taken', async () => {
      expect(await readAll()).to.deep.equal(['Call', 'Call', 'a@x 14', 'end']);
    });

    it('takes messages up to the size of the policy, parts and all', async () => {
      const { size } = all();
      expect((await readAll(good, size + 1))[0]).to.equal('Call');
      expect((await readAll(good, size - 1))[0]).to.equal('TOO_LARGE');
    });

    it('SECURITY 24: holds the action of the part against the operation, wsa:Action or not', async () => {
      const addressed = withHeader(`<a:Action xmlns:a="${WSA}">urn:x:Call</a:Action>`);
      for (const envelope of [good, addressed]) {
        expect((await readAll(envelope, undefined, '; action="urn:x:Call"'))[0]).to.equal('Call');
        expect(await readAll(envelope, undefined, '; action="urn:x:Other"')).to.deep.equal(['MALFORMED_XML']);
      }
    });

    it('SECURITY 77: takes no part when there is a Security header beside the password', async () => {
      const signed = withHeader(`<w:Security xmlns:w="${WSSE}"/>`);
      expect(await readAll(signed)).to.deep.equal(['INVALID_SECURITY']);
    });

    it('refuses parts where nobody takes any', async () => {
      const { incoming, policy } = all();
      expect(await codeOf(readWithPassword(incoming, account, policy))).to.equal('MALFORMED_XML');
    });

    for (const [what, envelope, code] of [
      ['a signed message', withHeader(`<w:Security xmlns:w="${WSSE}"/>`), 'INVALID_REQUEST'],
      ['a message that shows nothing', good, 'UNAUTHORIZED'],
      ['a message without Body', good.replace(/<soap:Body>.*<\/soap:Body>/, ''), 'MALFORMED_XML'],
    ] as const) {
      it(`without a password, refuses ${what}`, async () => {
        const { incoming, policy } = all(envelope);
        expect(await codeOf(refuseSignedParts(incoming, policy))).to.equal(code);
      });
    }
  });
});
