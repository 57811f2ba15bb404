import { expect } from 'chai';
import { parseMediaType, parseMultipartType } from '../../../src/soap/mime.js';
import { failureOf } from '../../support/pki.js';

describe('soap/mime/header', () => {
  it('reads the Content-Type of both official clients', () => {
    expect(parseMultipartType('multipart/related; type="application/soap+xml"; boundary="----=_Part_1"')).to.deep.equal(
      {
        boundary: '----=_Part_1',
        start: undefined,
        type: 'application/soap+xml',
      },
    );
    expect(
      parseMultipartType(
        'Multipart/Related; boundary="5a-b"; type="application/soap+xml"; start="<5a-b@meldingsformidler.sdp.difi.no>"',
      ),
    ).to.deep.equal({
      boundary: '5a-b',
      start: '5a-b@meldingsformidler.sdp.difi.no',
      type: 'application/soap+xml',
    });
  });

  it('is undefined for a message without parts', () => {
    for (const type of ['application/soap+xml; charset=utf-8', 'multipart/mixed; boundary=a', 'multipart/relatedx']) {
      expect(parseMultipartType(type)).to.equal(undefined);
    }
  });

  const refused = {
    'no boundary': 'multipart/related; type="text/xml"',
    'an empty boundary': 'multipart/related; boundary=""',
    'a boundary of 71 characters': `multipart/related; boundary=${'b'.repeat(71)}`,
    'a boundary twice': 'multipart/related; boundary=a; boundary=b',
    'a boundary that is not closed': 'multipart/related; boundary="a',
    'CR LF in a boundary': 'multipart/related; boundary="a\r\nb"',
    'a start without <>': 'multipart/related; boundary=a; start=root',
  };
  for (const [what, type] of Object.entries(refused)) {
    it(`SECURITY 88: ${what} is refused`, () => {
      expect(failureOf(() => parseMultipartType(type)).code).to.equal('MALFORMED_XML');
    });
  }

  it('reads parameters by lower-case name, with quotes and escapes taken off', () => {
    const media = parseMediaType('Application/XOP+xml ; Charset=UTF-8;type="a\\"b" ;');
    expect(media?.type).to.equal('application/xop+xml');
    expect([...(media?.parameters ?? [])]).to.deep.equal([
      ['charset', 'UTF-8'],
      ['type', 'a"b'],
    ]);
    for (const none of ['', 'xml', 'a/b c', 'a/b; c', 'a/b; c=d; C=e', 'a/b; c=d e']) {
      expect(parseMediaType(none), none).to.equal(undefined);
    }
  });
});
