import { expect } from 'chai';
import { attribute, childElements, childrenNamed, is, textOf } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { reading } from './support.js';

const REFUSED = 'MALFORMED_XML';

describe('reader: never a repaired tree', () => {
  const documents = [
    ...[
      '<a/><b/>',
      '<a/>x',
      'x<a/>',
      '<a/>&#x20;',
      '<a/><![CDATA[ ]]>',
      '<![CDATA[]]><a/>',
      '</a>',
      '<a/></a>',
      '<a></a></a>',
      '<a',
      '<a>',
      '<a><b></a></b>',
    ],
    ...[
      '<a></b>',
      '<a></A>',
      '<p:a xmlns:p="urn:p"></a>',
      '<a xmlns:p="u:p" xmlns:q="u:p"><p:b></q:b></a>',
      '<a></a foo>',
      '<a></a foo="">',
      '<a></ a>',
      '<a><b></bc></a>',
      '<a><b></b c></a>',
      '<a><b></b<c/></a>',
      '<a><a/',
    ],
    ...[
      '<a>&</a>',
      '<a>& </a>',
      '<a>&amp</a>',
      '<a>&amp ;</a>',
      '<a>&#;</a>',
      '<a>&#x;</a>',
      '<a>&#xg;</a>',
      '<a>&#X41;</a>',
      '<a>&#-1;</a>',
      '<a>&AMP;</a>',
      '<a b="&"/>',
      '<a b="&lt"/>',
    ],
    ...[
      '<a b="1" b="2"/>',
      '<a xmlns:p="urn:p" xmlns:q="urn:p" p:b="" q:b=""/>',
      '<a xmlns="urn:a" xmlns="urn:a"/>',
      '<a xmlns:p="urn:a" xmlns:p="urn:b"/>',
    ],
    ...[
      '<a b="c"d="e"/>',
      "<a b='c'd='e'/>",
      '<a"b"/>',
      '<a b=c/>',
      '<a b/>',
      '<a b=/>',
      '<a b="c/>',
      '<a b=\'c"/>',
      '<a ="c"/>',
      '<a b="<"/>',
      '<a b==""/>',
      '<a b="" c/>',
      '<a,b=""/>',
    ],
    ...[
      '<a / >',
      '<a/ >',
      '<a /b="c">',
      '<a b="c"/d="e">',
      '< a/>',
      '<>',
      '</>',
      '<1/>',
      '<-a/>',
      '<a$/>',
      '<a><</a>',
      '<a<b/>',
      '<a\u0085b=""/>',
      '<a\u00a0b=""/>',
      '<a></a\u00a0>',
      '<a></a\ufeff>',
      '<a></a\u2028>',
    ],
    ...[
      '<a>]]></a>',
      '<a>]]]></a>',
      '<a>]]>]]></a>',
      '<a><![CDATA[]]>]]></a>',
      '<a><![CDATA[</a>',
      '<a><![CDATA[]]</a>',
      '<a><![cdata[]]></a>',
      '<a><! [CDATA[]]></a>',
      '<a><![CDATA []]></a>',
    ],
    ...[
      '<a><!-- -- --></a>',
      '<a><!-- ---></a>',
      '<a><!--></a>',
      '<a><!---></a>',
      '<a><!- --></a>',
      '<a><!-- </a>',
      '<!-- --',
      '<a><!----- ></a>',
      '<a b="<!-- -->"/>',
    ],
    ...[
      '<?pi?><a/>',
      '<a><?pi x?></a>',
      '<a/><?pi?>',
      '<?xml-stylesheet href="http://127.0.0.1:9/"?><a/>',
      '<?XML version="1.0"?><a/>',
      ' <?xml version="1.0"?><a/>',
      '<a><?xml version="1.0"?></a>',
    ],
    ...[
      '<?xml?><a/>',
      '<?xml version="1.0"><a/>',
      '<?xml version="1.0" ?',
      '<?xml version=1.0?><a/>',
      '<?xml version="1.0\'?><a/>',
      '<?xml encoding="UTF-8"?><a/>',
      '<?xml encoding="UTF-8" version="1.0"?><a/>',
    ],
    ...[
      '<?xml version="1.0" standalone="maybe"?><a/>',
      '<?xml version="1.0" standalone="yes" encoding="UTF-8"?><a/>',
      '<?xml version="1.0"encoding="UTF-8"?><a/>',
      '<?xml version="1.0" encoding=""?><a/>',
    ],
    ...[
      '<?xml version="1.0" encoding="UTF-8" encoding="UTF-8"?><a/>',
      '<?xml version="1.0"?><?xml version="1.0"?><a/>',
      '',
      ' ',
      '<',
      '<!',
      '<!-',
      '<!--',
      '<![CDATA[',
      '<?',
      '&',
      '\ufeff',
    ],
  ];
  for (const document of documents) {
    it(`SECURITY 10: refuses ${JSON.stringify(document)}`, () => {
      expect(reading(document)).to.equal(REFUSED);
    });
  }

  it('SECURITY 13: refuses XML 1.1 and later, and does not take NEL for a line end', () => {
    for (const version of ['1.1', '1.2', '2.0', '1', '1.00', '1.0 ', '']) {
      expect(reading(`<?xml version="${version}"?><a/>`)).to.equal(REFUSED);
    }
    expect(textOf(parse('<a>x\u0085y\u2028z\r\u0085</a>'))).to.equal('x\u0085y\u2028z\n\u0085');
    expect(reading('\u0085<a/>')).to.equal(REFUSED);
  });
});

describe('reader: namespaces', () => {
  it('SECURITY 19: names are namespace and local name, whatever the prefix', () => {
    const root = parse(
      '<s:Envelope xmlns:s="urn:wrong" xmlns="urn:d"><Body xmlns=""/><Body/><s:Body xmlns:s="urn:d"/><Body xmlns="urn:wrong"/></s:Envelope>',
    );
    expect(is(root, 'urn:wrong', 'Envelope')).to.equal(true);
    expect(childElements(root).map((e) => e.ns)).to.deep.equal(['', 'urn:d', 'urn:d', 'urn:wrong']);
    expect(childrenNamed(root, 'urn:d', 'Body')).to.have.length(2);
  });

  it('SECURITY 19: an attribute without a prefix is in no namespace; a declaration holds for its own element', () => {
    const root = parse('<p:a b="1" p:b="2" xmlns="urn:d" xmlns:p="urn:p"/>');
    expect(root.attributes.map((a) => a.ns)).to.deep.equal(['', 'urn:p']);
    expect(root.ns).to.equal('urn:p');
    expect(attribute(parse('<a xml:lang="nb"/>'), 'lang', 'http://www.w3.org/XML/1998/namespace')).to.equal('nb');
  });

  const xml = 'http://www.w3.org/XML/1998/namespace';
  const xmlns = 'http://www.w3.org/2000/xmlns/';
  const refused = [
    ...[
      '<p:a/>',
      '<a p:b=""/>',
      '<a><b xmlns:p="urn:p"/><p:c/></a>',
      '<xmlns:a/>',
      '<a xmlns:p=""/>',
      '<a xmlns:="urn:a"/>',
      '<:a/>',
      '<a:/>',
      '<a:b:c xmlns:a="urn:a"/>',
    ],
    ...[`<a xmlns="${xml}"/>`, `<a xmlns="${xmlns}"/>`, `<a xmlns:p="${xml}"/>`, `<a xmlns:p="${xmlns}"/>`],
    ...['<a xmlns:xml="urn:a"/>', '<a xmlns:xml=""/>', '<a xmlns:xmlns="urn:a"/>', `<a xmlns:xmlns="${xmlns}"/>`],
  ];
  for (const document of refused) {
    it(`SECURITY 19: refuses ${document}`, () => {
      expect(reading(document)).to.equal(REFUSED);
    });
  }

  for (const uri of [
    'a',
    '1',
    './a',
    '//a/b',
    '/a',
    '?a',
    '#a',
    ':a',
    'urn',
    ' urn:a',
    'urn:a b',
    'urn:æ',
    'urn:%',
    'urn:%zz',
    'http://a:/',
    'http://a:b',
    'http://a:1:2/',
    'http://[::1]/',
    'urn:a#b#c',
    'urn:<',
  ].map((u) => u.replace('<', '&lt;'))) {
    it(`SECURITY 44: refuses the namespace name ${JSON.stringify(uri)}, which has no canonical form`, () => {
      expect(reading(`<a xmlns:p="${uri}"/>`)).to.equal(REFUSED);
    });
  }

  it('reads absolute namespace names of every kind', () => {
    const uris = [
      'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
      'http://begrep.difi.no',
      'clr-namespace:Mail.Model;assembly=Mail',
      'urn:no:difi:profile:x1.0',
      'uuid:2f1c7a3e-0000-4000-8000-000000000000',
      'http://user:pass@host:8080/path?q=1&amp;r=(2)#frag',
      "tag:a@b,2005:~x*'!$+%C3%A6",
      'urn:',
      'file:///a',
    ];
    for (const uri of uris) expect(reading(`<a xmlns:p="${uri}"/>`), uri).to.equal('accepted');
  });

  it('reads what is allowed with the prefix xml', () => {
    for (const document of [
      `<a xmlns:xml="${xml}"/>`,
      '<xml:a/>',
      '<a xml:id="1" xml:space="x"/>',
      '<xmla xmlb=""/>',
    ]) {
      expect(reading(document)).to.equal('accepted');
    }
  });
});
