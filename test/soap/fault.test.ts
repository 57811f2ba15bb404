import { fileURLToPath } from 'node:url';
import { DOMParser } from '@xmldom/xmldom';
import { expect } from 'chai';
import { createClientAsync } from 'soap';
import { faultReason } from '../../src/client/post.js';
import type { ErrorCode } from '../../src/errors.js';
import { errors, errorText, Failure } from '../../src/errors.js';
import { asFailure, faultEnvelope } from '../../src/soap/fault.js';
import type { SoapVersion } from '../../src/soap/names.js';
import { contentType, envelopeNamespace, SOAP11, SOAP12, WSSE } from '../../src/soap/names.js';
import type { XmlElement } from '../../src/xml/model.js';
import { attribute, childElements, lookupNamespace, textOf } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { startStub } from '../client/stub.js';
import { faults, validator } from '../support/xsd.js';

const codes = Object.keys(errors) as ErrorCode[];
const versions = ['1.1', '1.2'] as const;
const ID = '5d3a3b1e-7c60-4f5e-9d8e-0c8f6a1b2c3d';

function descend(root: XmlElement, ...locals: readonly string[]): XmlElement {
  return locals.reduce((e, local) => {
    const found = childElements(e).find((child) => child.local === local);
    if (found === undefined) throw new Error(`no ${local} in ${e.local}`);
    return found;
  }, root);
}

/** A QName in content, as `{namespace}local`. */
function expanded(e: XmlElement): string {
  const [prefix = '', local = ''] = textOf(e).split(':');
  return `{${lookupNamespace(e.scope, prefix)}}${local}`;
}

const soap11Names = { Sender: 'Client', Receiver: 'Server' } as Readonly<Record<string, string>>;
const wsdl = fileURLToPath(new URL('../../wsdl/oppslagstjeneste-16-02.wsdl', import.meta.url));

describe('soap/fault', () => {
  for (const code of codes) {
    const row = errors[code];
    const text = errorText(code, 'en', { reason: 'why' });
    const failure = new Failure(code, 'the secret detail', { reason: 'why' });

    it(`${code} in SOAP 1.2: code, subcode, reason, correlation id`, () => {
      const root = parse(faultEnvelope(failure, '1.2', ['1.2'], ID));
      const fault = descend(root, 'Body', 'Fault');
      expect([root.ns, fault.ns]).to.deep.equal([SOAP12, SOAP12]);
      expect(expanded(descend(fault, 'Code', 'Value'))).to.equal(`{${SOAP12}}${row.fault}`);
      const subcode = childElements(descend(fault, 'Code')).find((e) => e.local === 'Subcode');
      expect(subcode && expanded(descend(subcode, 'Value'))).to.equal(row.subcode && `{${WSSE}}${row.subcode}`);
      const reason = descend(fault, 'Reason', 'Text');
      expect([textOf(reason), attribute(reason, 'lang', 'http://www.w3.org/XML/1998/namespace')]).to.deep.equal([
        text,
        'en',
      ]);
      expect(textOf(descend(fault, 'Detail', 'CorrelationId'))).to.equal(ID);
    });

    it(`${code} in SOAP 1.1: faultcode, faultstring, correlation id`, () => {
      const root = parse(faultEnvelope(failure, '1.1', ['1.2'], ID));
      const fault = descend(root, 'Body', 'Fault');
      expect([root.ns, fault.ns]).to.deep.equal([SOAP11, SOAP11]);
      expect(childElements(fault).map((e) => [e.ns, e.local])).to.deep.equal([
        ['', 'faultcode'],
        ['', 'faultstring'],
        ['', 'detail'],
      ]);
      const name = soap11Names[row.fault] ?? row.fault;
      const expected = row.subcode === undefined ? `{${SOAP11}}${name}` : `{${WSSE}}${row.subcode}`;
      expect(expanded(descend(fault, 'faultcode'))).to.equal(expected);
      expect(textOf(descend(fault, 'faultstring'))).to.equal(text);
      expect(textOf(descend(fault, 'detail', 'CorrelationId'))).to.equal(ID);
    });

    it(`${code} tells nothing that is for the log`, () => {
      for (const version of versions) expect(faultEnvelope(failure, version, ['1.2'], ID)).not.to.contain('secret');
    });
  }

  it('speaks the language that it is asked to, and says which in SOAP 1.2', () => {
    for (const version of versions) {
      const failure = new Failure('SVARUT_CONTENT', '', { reason: 'tittel mangler' });
      const xml = faultEnvelope(failure, version, versions, ID, 'nb');
      expect(xml).to.contain('>Ugyldig innhold: tittel mangler<').and.not.to.contain('Invalid');
      expect(xml.includes('xml:lang="nb"')).to.equal(version === '1.2');
    }
  });

  it('SECURITY 29: the same text for every reason to mistrust a message', () => {
    const mistrusted = codes.filter((code) => errors[code].subcode !== undefined);
    expect(mistrusted).to.include.members(['INVALID_SECURITY', 'FAILED_CHECK', 'REPLAYED', 'FAILED_AUTHENTICATION']);
    expect(new Set(mistrusted.map((code) => errors[code].en)).size).to.equal(1);
  });

  describe('VersionMismatch', () => {
    const failure = new Failure('VERSION_MISMATCH', '', { versions: '1.2' });
    const upgrades = (version: SoapVersion, supported: readonly SoapVersion[]): readonly string[] => {
      const header = descend(parse(faultEnvelope(failure, version, supported, ID)), 'Header');
      const upgrade = descend(header, 'Upgrade');
      expect(upgrade.ns).to.equal(SOAP12);
      return childElements(upgrade).map((e) => {
        expect([e.ns, e.local]).to.deep.equal([SOAP12, 'SupportedEnvelope']);
        const [prefix = '', local] = (attribute(e, 'qname') ?? '').split(':');
        return `{${lookupNamespace(e.scope, prefix)}}${local}`;
      });
    };

    it('names in Upgrade what is spoken here, in the order of preference, in both versions', () => {
      for (const version of versions) {
        expect(upgrades(version, ['1.2'])).to.deep.equal([`{${SOAP12}}Envelope`]);
        expect(upgrades(version, ['1.2', '1.1'])).to.deep.equal([`{${SOAP12}}Envelope`, `{${SOAP11}}Envelope`]);
      }
    });

    it('is valid by the schemas', () => {
      const validate = validator(faults);
      try {
        for (const version of versions) {
          expect(validate(faultEnvelope(failure, version, ['1.2', '1.1'], ID)), version).to.deep.equal([]);
        }
      } finally {
        validate.dispose();
      }
    });

    it('alone has Upgrade: the Header of every other fault is there and empty', () => {
      for (const code of codes.filter((c) => c !== 'VERSION_MISMATCH')) {
        for (const version of versions) {
          const header = descend(parse(faultEnvelope(new Failure(code, ''), version, ['1.2'], ID)), 'Header');
          expect(header.children, code).to.deep.equal([]);
        }
      }
    });
  });

  describe('SECURITY 30', () => {
    const evil = `<script>alert(1)</script>]]>&"'\r\nSet-Cookie: a=b\r\n\u009b2J\u202e`;
    const onOneLine = `<script>alert(1)</script>]]>&"' Set-Cookie: a=b 2J\u202e`;

    it('writes a value as text, so that no mark-up, line or attribute can be made of it', () => {
      for (const version of versions) {
        const xml = faultEnvelope(new Failure('INVALID_REQUEST', '', { reason: evil }), version, ['1.2'], ID);
        const fault = descend(parse(xml), 'Body', 'Fault');
        const said = version === '1.1' ? descend(fault, 'faultstring') : descend(fault, 'Reason', 'Text');
        expect(said.children).to.deep.equal([`Invalid request: ${onOneLine}`]);
        expect(xml).not.to.match(/<script|[\r\n]|]]>/);
      }
    });

    it('fills in the values of its own row, and no others', () => {
      const values = { versions: '1.2', reason: '{owner}', owner: evil, __proto__: 'x' };
      const xml = faultEnvelope(new Failure('INVALID_REQUEST', '', values), '1.2', ['1.2'], ID);
      expect(faultReason(Buffer.from(xml))).to.equal('Invalid request: {owner}');
      const missing = faultEnvelope(new Failure('NO_ACCESS', ''), '1.2', ['1.2'], ID);
      expect(faultReason(Buffer.from(missing))).to.equal(
        'Invalid service usage: Service owner  does not have access to',
      );
    });
  });

  describe('read by others', () => {
    const failure = new Failure('NO_ACCESS', '', { owner: '310000019', service: 'ENDRINGSTJENESTEN' });
    const text = 'Invalid service usage: Service owner 310000019 does not have access to ENDRINGSTJENESTEN';

    for (const version of versions) {
      it(`xmldom, SOAP ${version}`, () => {
        const xml = faultEnvelope(failure, version, ['1.2'], ID);
        const errorsSeen: string[] = [];
        const onError = (level: string, message: string): void => void errorsSeen.push(`${level} ${message}`);
        const document = new DOMParser({ onError }).parseFromString(xml, 'text/xml');
        expect(errorsSeen).to.deep.equal([]);
        const [element] = document.getElementsByTagNameNS(envelopeNamespace[version], 'Fault');
        expect(element?.parentNode?.localName).to.equal('Body');
        expect(element?.textContent).to.contain(text);
        expect(element?.textContent).to.contain(ID);
      });
    }

    it('the package soap, as the fault of a call, in both versions', async () => {
      const client = await createClientAsync(wsdl, { forceSoap12Headers: true });
      for (const version of versions) {
        const stub = await startStub((response) => {
          response.writeHead(500, { 'Content-Type': contentType[version] });
          response.end(faultEnvelope(failure, version, ['1.2'], ID));
        });
        try {
          client.setEndpoint(stub.url);
          const call = (client as unknown as Record<'HentPrintSertifikatAsync', (args: object) => Promise<unknown>>)
            .HentPrintSertifikatAsync;
          const error = await call({}).then(
            () => new Error('no fault'),
            (reason: unknown) => reason as Error,
          );
          expect(error.message, version).to.contain(text);
        } finally {
          await stub.stop();
        }
      }
    });
  });

  describe('asFailure', () => {
    it('leaves a Failure as it is', () => {
      const failure = new Failure('REPLAYED', 'x');
      expect(asFailure(failure)).to.equal(failure);
    });

    it('makes anything else INTERNAL, its words for the log only', () => {
      for (const thrown of [new TypeError('no secret'), 'no secret', { toString: () => 'no secret' }]) {
        const failure = asFailure(thrown);
        expect(failure.code).to.equal('INTERNAL');
        expect(failure.detail).to.contain('no secret');
        expect(faultEnvelope(failure, '1.2', ['1.2'], ID)).not.to.contain('secret');
      }
      expect(asFailure(undefined).code).to.equal('INTERNAL');
    });
  });
});
