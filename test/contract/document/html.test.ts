import { expect } from 'chai';
import { limits } from '../../../src/limits.js';
import { reasonAgainst } from './support.js';

const why = (octets: string | Buffer, sizes?: number[]): string =>
  reasonAgainst('text/html', octets, sizes).replace('innhold is not text/html: ', '');
const script = 'it has a script in it';
const elsewhere = 'it has content from elsewhere';
const form = 'it has a form in it';
const link = 'it has a link without target="_blank"';
const markup = 'there is mark-up in a style';

const refused: Readonly<Record<string, readonly string[]>> = {
  [script]: [
    '<script>alert(1)</script>',
    '<SCRIPT\nsrc="data:,x">',
    '<p><script/x>',
    '<noscript><p></noscript>',
    '<p onclick="x">',
    '<img src="data:," ONERROR=x>',
    '<svg/onload=x>',
    '<p a=b/onclick=x onclick=x>',
    '<p a="b"onclick=x>',
    '<a href="javascript:x" target=_blank>',
    '<a href=" java\nscript&#58;x" target=_blank>',
    '<a href="&#x6A;avascript&colon;x" target=_blank>',
    '<a href="x&unknown;y:z" target=_blank>',
    '<a href="data:text/html,x" target=_blank>',
    '<a href="vbscript:x" target=_blank>',
    '<svg><a><set attributeName=href to=javascript:x>',
    '<p style="width: expression(x)">',
    '<p style="-moz-binding: url(data:x)">',
    '<p style="beha\\76 ior: url(#x)">',
    // Comments that end earlier than they look.
    '<!--><script>-->',
    '<!---><script>-->',
    '<!-- --!><script>-->',
    '<!-- a -- b --->< p><script>',
    '<!x -- ><script>',
    '<?x ><script>',
    '</ x ><script>',
    '<!DOCTYPE html PUBLIC "x><script>">',
  ],
  [elsewhere]: [
    '<img src="http://x/a.png">',
    '<img src=//x/a.png>',
    '<img src="bilde.png">',
    '<img src="data:,a" srcset="//x/a 2x">',
    '<link rel=stylesheet href="https://x/a.css">',
    '<link rel=stylesheet href="data:text/css,a">',
    '<base href="https://x/">',
    '<iframe src="data:,x">',
    '<object data="data:,x">',
    '<embed>',
    '<meta http-equiv="Refresh" content="0;https://x">',
    '<body background="https://x/a.png">',
    '<video poster="https://x/a.png">',
    '<a href="https://x" target=_blank ping="https://y">',
    '<svg><image xlink:href="https://x/a.svg">',
    '<svg><use href="/a.svg#a">',
    '<svg><rect fill="url(https://x/a.svg#a)">',
    '<p style="background: url(https://x/a)">',
    '<p style="background: u\\72l( https://x/a)">',
    '<p style="background: url&lpar;https://x/a)">',
    '<style>@import "https://x/a.css";</style>',
    '<style>@\\69mport "a.css";</style>',
    '<style>p { background: URL( "https://x/a" ) }</style>',
    '<style>p { background: -webkit-image-set("https://x/a" 1x) }</style>',
    '<svg><style>p { background: &#117;rl(https://x/a) }</style>',
    '<style><!-- @import "a"; --></style>',
  ],
  [form]: ['<form action="https://x">', '<input>', '<button>', '<SELECT>', '<textarea>'],
  [link]: [
    '<a href="https://nav.example/">',
    '<a href="https://nav.example/" target=_self>',
    '<a href="https://nav.example/" target=_self target=_blank>',
    '<a href="mailto:post@nav.example">',
    '<a href="side.html">',
    '<area href="https://nav.example/">',
  ],
  [markup]: [
    '<style><a title="</style><script>x</script>">',
    '<svg><style><!--</style><a title="--><script>x</script>">',
    '<style/><script>x</script>',
  ],
  'there is mark-up in a title': ['<title><a title="</title><script>x</script>">', '<title><!-- </title>'],
  'it has a CDATA section': ['<svg><![CDATA[ > <a title="]]><script>x</script>">'],
  'it has an element that browsers read in different ways': ['<xmp><a title="</xmp>">', '<plaintext>', '<noembed>'],
  'there is no mark-up in it': ['Hei', '1 < 2', '<!-- <p> -->'],
};

const taken: readonly string[] = [
  '<!DOCTYPE html><html lang="nb"><head><meta charset="utf-8"><title>Vedtak a < b &amp; c</title></head><body><p>På</p></body></html>',
  '<p style="color: red; background: url(data:image/png;base64,AA) url( \'#a\' ) url()">',
  '<style>p > a { content: "\\201C"; src: local(a) } @font-face { src: url("data:font/woff2;base64,AA") }</style>',
  '<style><!-- p { color: red } --></style >',
  '<img src="data:image/png;base64,iVBORw0KGgo=" alt="url">',
  '<img src=" DATA:image/gif;base64,R0lG">',
  '<a href="https://nav.example/?a=b&amp;c=d" target="_blank">',
  '<a href="https://nav.example/" target=_BLANK rel=noopener>',
  '<a href="#avsnitt-2"><a name="x">',
  '<a href="mailto:post@nav.example" target="_blank">',
  '<a href="tel:+4722222222" target="_blank">',
  '<!-- <script> <form> --><!--[if mso]> <p> <![endif]--><![if !vml]><br><![endif]>',
  '<svg><defs><linearGradient id="a"/></defs><rect fill="url(#a)"/><use xlink:href="#a"/></svg>',
  '<table><tr><td>a<td>b</table><hr>',
  '<p>javascript: er et ord, og onclick="x" også',
  '<p title="a > b" data-x=\'<script>\'>',
  '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">',
];

describe('contract/document/html', () => {
  for (const [reason, documents] of Object.entries(refused)) {
    for (const document of documents) {
      it(`R-33: refuses ${document.replaceAll('\n', '\\n')}: ${reason}`, () => {
        expect(why(document)).to.equal(reason);
      });
    }
  }

  for (const document of taken) {
    it(`R-33: takes ${document}`, () => {
      expect(why(document)).to.equal('');
    });
  }

  it('R-33: takes a picture of several megabytes that stands in the document', () => {
    const picture = Buffer.alloc(3_000_000, 65).toString();
    expect(why(`<p><img alt=a src="data:image/png;base64,${picture}">`, [65_536])).to.equal('');
  });

  it('SECURITY 93: the text is in the encoding that the document names, among its first octets', () => {
    const meta = (charset: string, before = ''): Buffer =>
      Buffer.from(`<p>${before}<meta charset="${charset}">p\xe5`, 'latin1');
    expect(why(meta('iso-8859-1'))).to.equal('');
    expect(why(meta('Windows-1252'))).to.equal('');
    expect(
      why(Buffer.from('<meta http-equiv=content-type content="text/html;charset=latin1">p\xe5', 'latin1')),
    ).to.equal('');
    expect(why(meta('utf-8'))).to.equal('it is not valid UTF-8');
    expect(why(meta('iso-8859-1', 'x'.repeat(1024)))).to.equal('it is not valid UTF-8');
    expect(why(meta('iso-2022-jp'))).to.equal('its encoding is not one that is taken');
    expect(why(Buffer.from('\ufeff<p>', 'utf16le'))).to.match(/UTF-8|NUL/);
  });

  it('SECURITY 105: names, values, styles and attributes have a length', () => {
    const of = (n: number, make: (text: string) => string): string => why(make('x'.repeat(n)), [4096]);
    const cases: readonly (readonly [limit: number, make: (text: string) => string, reason: string])[] = [
      [limits.htmlNameCharacters, (x) => `<${x}>`, 'it has a name that is too long'],
      [limits.htmlNameCharacters, (x) => `<p ${x}=y>`, 'it has a name that is too long'],
      [limits.htmlValueCharacters, (x) => `<p title="${x}">`, 'an attribute is too long'],
      [limits.htmlValueCharacters, (x) => `<p title=${x}>`, 'an attribute is too long'],
      [limits.htmlStyleCharacters, (x) => `<style>${x}</style>`, 'a style is too long'],
      [limits.htmlAttributes, (x) => `<p ${x.replaceAll('x', 'x ')}>`, 'an element has too many attributes'],
    ];
    for (const [limit, make, reason] of cases) {
      for (const n of [limit - 1, limit]) expect(of(n, make), reason).to.equal('');
      expect(of(limit + 1, make)).to.equal(reason);
    }
  });

  it('SECURITY 105: takes time that grows as the document does', () => {
    for (const piece of ['<', '<!--', '<a ', '&', 'url(', '\\', '<p style="url(']) {
      const begun = performance.now();
      why(`<p>${piece.repeat(1_000_000 / piece.length)}`, [65_536]);
      expect(performance.now() - begun, piece).to.be.lessThan(2000);
    }
  });
});
