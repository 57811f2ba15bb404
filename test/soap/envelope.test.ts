import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import type { Envelope, EnvelopeOptions } from '../../src/soap/envelope.js';
import { bodyChild, EnvelopeReader } from '../../src/soap/envelope.js';
import { SOAP11, SOAP12 } from '../../src/soap/names.js';
import type { XmlElement, XmlEvents } from '../../src/xml/model.js';
import { childElements, textOf } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { serialise } from '../../src/xml/write.js';
import { failureOf } from '../support/pki.js';

const both: EnvelopeOptions = { versions: ['1.2', '1.1'] };
const ignore = { bodyStarts: () => undefined };

function read(octets: string | Buffer, options: EnvelopeOptions = both, chunk = Infinity): Envelope {
  const reader = new EnvelopeReader(options, ignore);
  const buffer = Buffer.from(octets);
  for (let at = 0; at < buffer.length; at += chunk) reader.write(buffer.subarray(at, at + chunk));
  return reader.finish();
}

const envelope = (content: string, ns = SOAP12): string => `<e:Envelope xmlns:e="${ns}">${content}</e:Envelope>`;
const header = '<e:Header><a xmlns="urn:a">x</a></e:Header>';
const body = '<e:Body><b xmlns="urn:b">y</b></e:Body>';
const good = envelope(header + body);

describe('soap/envelope', () => {
  it('reads Header and Body, in either version', () => {
    for (const [ns, version] of [
      [SOAP11, '1.1'],
      [SOAP12, '1.2'],
    ] as const) {
      const result = read(envelope(header + body, ns));
      expect(result.version).to.equal(version);
      expect(serialise(result.header as XmlElement)).to.contain('>x<');
      expect(textOf(bodyChild(result.body))).to.equal('y');
    }
  });

  it('takes no Header, an empty one, white space, comments and a declaration', () => {
    expect(read(envelope(body)).header).to.equal(null);
    expect(read(envelope(`<e:Header/>${body}`)).header?.children).to.deep.equal([]);
    const spaced = `<?xml version="1.0" encoding="utf-8"?>\r\n<!-- a -->${envelope(`\n\t<!-- b -->${header}\r\n<!-- c -->${body} `)}\n<!-- d -->\n`;
    expect(textOf(bodyChild(read(spaced).body))).to.equal('y');
  });

  it('reads the same from any cut into pieces, in UTF-8 and UTF-16', () => {
    const text = `<?xml version="1.0"?>${envelope(header + body.replace('>y<', '>æ€\u{1f4ef}<'))}`;
    const whole = serialise(read(text).body);
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
    for (const octets of [Buffer.from(text), utf16]) {
      for (let chunk = 1; chunk < 40; chunk++) expect(serialise(read(octets, both, chunk).body)).to.equal(whole);
    }
  });

  it('tells when Body starts: the whole Header is there, nothing of Body yet; what it returns sees Body from then on', () => {
    const seen: string[] = [];
    const tap: XmlEvents = {
      start: (e) => void seen.push(`<${e.local}>`),
      end: (e) => void seen.push(`</${e.local}>`),
      text: (text) => void seen.push(text),
      comment: (text) => void seen.push(`<!--${text}-->`),
    };
    const reader = new EnvelopeReader(both, {
      bodyStarts: (head, start) => {
        seen.push(`header ${head?.children.length}, body ${start.local} ${start.children.length}`);
        return tap;
      },
    });
    reader.write(Buffer.from(envelope(`${header}<e:Body><b>1<!--c--><d/></b>2</e:Body><!-- after -->`)));
    reader.finish();
    expect(seen).to.deep.equal([
      'header 1, body Body 0',
      ...['<Body>', '<b>', '1', '<!--c-->', '<d>', '</d>', '</b>', '2', '</Body>'],
    ]);
  });

  it('does not read on when the listener refuses', () => {
    const reader = new EnvelopeReader(both, {
      bodyStarts: () => {
        throw new Error('refused');
      },
    });
    expect(() => reader.write(Buffer.from(good))).to.throw('refused');
  });

  describe('SECURITY 21: the version', () => {
    it('is known as soon as the root is read, so that the fault can be written in it', () => {
      const reader = new EnvelopeReader({ versions: ['1.2'] }, ignore);
      expect(reader.version).to.equal(undefined);
      const { code, values } = failureOf(() => reader.write(Buffer.from(envelope(body, SOAP11))));
      expect([code, values['versions'], reader.version]).to.deep.equal(['VERSION_MISMATCH', '1.2', '1.1']);
    });

    for (const ns of ['http://www.w3.org/2002/06/soap-envelope', 'urn:e', `${SOAP12}/`, SOAP12.toUpperCase()]) {
      it(`is not ${ns}`, () => expect(failureOf(() => read(envelope(body, ns))).code).to.equal('VERSION_MISMATCH'));
    }

    it('names every version that is spoken', () => {
      const { values } = failureOf(() => read(envelope(body, 'urn:e')));
      expect(values).to.deep.equal({ versions: '1.2 or 1.1' });
    });
  });

  const malformed: Readonly<Record<string, string>> = {
    'no Body': envelope(header),
    'nothing in Envelope': envelope(''),
    'two Bodies': envelope(header + body + body),
    'Body before Header': envelope(body + header),
    'two Headers': envelope(header + header + body),
    'something before Header': envelope(`<x/>${header}${body}`),
    'something between': envelope(`${header}<x/>${body}`),
    'something after Body': envelope(`${header}${body}<x/>`),
    'text before Header': envelope(`text${header}${body}`),
    'text after Body': envelope(`${header}${body}text`),
    'CDATA after Body': envelope(`${header}${body}<![CDATA[x]]>`),
    'Body of the other version': envelope(`${header}<o:Body xmlns:o="${SOAP11}"><b/></o:Body>`),
    'Header of no namespace': envelope(`<Header/>${body}`),
    'header in small letters': envelope(`<e:header/>${body}`),
    'another root': good.replaceAll('e:Envelope', 'e:envelope'),
    'Body as root': `<e:Body xmlns:e="${SOAP12}"/>`,
    'a cut message': good.slice(0, -3),
    'nothing at all': '',
    'two roots': good + good,
    'a document type': `<!DOCTYPE a>${good}`,
  };
  for (const [name, text] of Object.entries(malformed)) {
    it(`SECURITY 22: refuses ${name}`, () => expect(failureOf(() => read(text)).code).to.equal('MALFORMED_XML'));
  }

  describe('SECURITY 32, 33: an Id', () => {
    const attributes = ['Id', 'ID', 'id', 'iD', 'xml:id', 'u:Id', 'v:ID'];
    const declared = 'xmlns:u="urn:u" xmlns:v="urn:v"';
    for (const first of attributes) {
      it(`as ${first} may not stand twice, in any form`, () => {
        for (const second of attributes) {
          const once = envelope(`<e:Header ${declared} ${first}="1"/><e:Body ${declared} ${second}="2"><b/></e:Body>`);
          expect(() => read(once), second).not.to.throw();
          expect(failureOf(() => read(once.replace('"2"', '"1"'))).code, second).to.equal('MALFORMED_XML');
        }
      });
    }

    it('is looked for deep inside Header and Body too, and on Envelope', () => {
      const deep = (id: string): string => `<x><y><z Id="${id}"/></y></x>`;
      const text = (one: string, two: string): string =>
        `<e:Envelope xmlns:e="${SOAP12}" Id="0"><e:Header>${deep(one)}</e:Header><e:Body>${deep(two)}</e:Body></e:Envelope>`;
      expect(() => read(text('1', '2'))).not.to.throw();
      for (const [one, two] of [
        ['1', '1'],
        ['0', '1'],
        ['1', '0'],
      ] as const) {
        expect(failureOf(() => read(text(one, two))).code).to.equal('MALFORMED_XML');
      }
    });

    it('is none in an attribute that only ends so', () =>
      expect(() =>
        read(envelope(`<e:Header><x refId="1"/></e:Header><e:Body><b Id="1" idx="1"/></e:Body>`)),
      ).not.to.throw());
  });

  it('holds Header to its size, whatever it is made of, and Body not', () => {
    const limit = limits.soapHeaderCharacters;
    const many = (n: number): string => '<x>0123456789</x>'.repeat(n);
    const fits = (head: string, content = ''): boolean => {
      try {
        read(envelope(`<e:Header>${head}</e:Header><e:Body><b/>${content}</e:Body>`));
        return true;
      } catch (error) {
        return (
          failureOf(() => {
            throw error;
          }).code !== 'MALFORMED_XML'
        );
      }
    };
    const text = (n: number): string => `<x>${'t'.repeat(n / 4)}</x>`.repeat(4);
    expect(fits(text(limit - 200))).to.equal(true);
    expect(fits(text(limit + 4))).to.equal(false);
    expect(fits(many(limit / 40))).to.equal(true);
    expect(fits(many(limit / 8))).to.equal(false);
    expect(fits(`<!--${'c'.repeat(limit / 4)}-->`.repeat(5))).to.equal(false);
    expect(fits('', many(limit / 8))).to.equal(true);
  });

  describe('bodyChild', () => {
    const child = (content: string): string => bodyChild(parse(`<Body>${content}</Body>`)).local;
    it('is the one element, whatever white space and comments stand beside it', () => {
      expect(child('<a/>')).to.equal('a');
      expect(child('\n <!-- b --> <a/>\t<!-- c -->')).to.equal('a');
    });
    for (const content of ['', ' ', 'text', '<a/><b/>', 'text<a/>', '<a/>text', '<a/>&#xA0;', '<!-- a -->']) {
      it(`is not to be had from ${JSON.stringify(content)}`, () =>
        expect(failureOf(() => child(content)).code).to.equal('MALFORMED_XML'));
    }
    it('keeps its own children', () => {
      const [inner] = childElements(bodyChild(parse('<Body><a><b/></a></Body>')));
      expect(inner?.local).to.equal('b');
    });
  });
});
