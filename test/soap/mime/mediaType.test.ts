import { expect } from 'chai';
import { parseMediaType } from '../../../src/soap/mime.js';

const read = (header: string): unknown => {
  const media = parseMediaType(header);
  return media && [media.type, Object.fromEntries(media.parameters)];
};

describe('soap/mime: media types', () => {
  const good: readonly (readonly [header: string, type: string, parameters: Readonly<Record<string, string>>])[] = [
    ['text/xml', 'text/xml', {}],
    ['Application/SOAP+XML', 'application/soap+xml', {}],
    ['application/soap+xml; charset=utf-8', 'application/soap+xml', { charset: 'utf-8' }],
    ['application/soap+xml;charset=UTF-8', 'application/soap+xml', { charset: 'UTF-8' }],
    ['application/soap+xml ;\tcharset="utf-8" ', 'application/soap+xml', { charset: 'utf-8' }],
    ['application/soap+xml; CHARSET=utf-8; Action=""', 'application/soap+xml', { charset: 'utf-8', action: '' }],
    ['a/b; action="http://x/y;z=1"; c=d', 'a/b', { action: 'http://x/y;z=1', c: 'd' }],
    ['a/b; c="q\\"u\\\\o\\te"', 'a/b', { c: 'q"u\\ote' }],
    ['a/b;', 'a/b', {}],
    ['a/b; ; ;c=d;', 'a/b', { c: 'd' }],
    ["a.b-c_d!#$&^'*+`|~%/x; p=%", "a.b-c_d!#$&^'*+`|~%/x", { p: '%' }],
    [
      'multipart/related; type="application/xop+xml"; start="<a@b>"',
      'multipart/related',
      { type: 'application/xop+xml', start: '<a@b>' },
    ],
  ];
  for (const [header, type, parameters] of good) {
    it(`reads ${header}`, () => expect(read(header)).to.deep.equal([type, parameters]));
  }

  const bad = [
    '',
    ' ',
    'text',
    'text/',
    '/xml',
    ' text/xml',
    'text /xml',
    'text/ xml',
    'text/xml/x',
    'text/xml, text/xml',
    'text/xml charset=utf-8',
    'text/xml; charset',
    'text/xml; charset=',
    'text/xml; =utf-8',
    'text/xml; charset = utf-8',
    'text/xml; charset=utf 8',
    'text/xml; charset="utf-8',
    'text/xml; charset=utf-8"',
    'text/xml; charset="utf-8"x',
    'text/xml; charset="utf-8\\"',
    'text/xml; charset=utf-8; charset=utf-8',
    'text/xml; charset=utf-8; CharSet="utf-16"',
    'multipart/related; boundary=a; boundary=b',
    'téxt/xml',
    'text/xml; charset=ütf-8',
    'text/xml\u00a0; charset=utf-8',
    '<script>/x',
  ];
  for (const header of bad) {
    it(`SECURITY 27: refuses ${JSON.stringify(header)}`, () => expect(parseMediaType(header)).to.equal(undefined));
  }

  it('takes names as data, also those that objects have', () => {
    const media = parseMediaType('a/b; __proto__=1; constructor=2; toString=3');
    expect([...(media?.parameters ?? [])]).to.deep.equal([
      ['__proto__', '1'],
      ['constructor', '2'],
      ['tostring', '3'],
    ]);
    expect(parseMediaType('a/b; __proto__=1; __PROTO__=2')).to.equal(undefined);
  });

  it('is done with any header of the size that HTTP lets in, whatever it is made of', () => {
    const n = 16 * 1024;
    for (const piece of [';', '; ', ';a', ';a=', 'a', '"', '\\', ';a="\\', ';a="b"', ' ', '\t;']) {
      const header = `a/b;x="${piece.repeat(Math.floor(n / piece.length))}`;
      expect(parseMediaType(header), piece).to.equal(undefined);
    }
    expect(parseMediaType(`a/b${'; '.repeat(n / 2)}`)?.type).to.equal('a/b');
    expect(parseMediaType(`a/b;x="${'\\"'.repeat(n / 2)}"`)?.parameters.get('x')).to.equal('"'.repeat(n / 2));
  });
});
