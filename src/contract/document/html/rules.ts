import type { HtmlAttribute, HtmlTag } from './reader.js';

/* What an HTML document of a letter may not have: scripts, content from elsewhere, forms, and links that replace the letter. */

const SCRIPT = 'it has a script in it';
const ELSEWHERE = 'it has content from elsewhere';
const FORM = 'it has a form in it';
const LINK = 'it has a link without target="_blank"';
const ODD = 'it has an element that browsers read in different ways';

const elements: ReadonlyMap<string, string> = new Map(
  (
    [
      [SCRIPT, 'script noscript handler listener set animate animatecolor animatemotion animatetransform'],
      [ELSEWHERE, 'iframe frame frameset object embed applet portal fencedframe'],
      [FORM, 'form input button select textarea keygen isindex'],
      [ODD, 'xmp plaintext noembed noframes'],
    ] as const
  ).flatMap(([reason, names]) => names.split(' ').map((name) => [name, reason] as const)),
);

/** Attributes that fetch, or send, whatever their value. */
const fetching = new Set(
  'srcset imagesrcset ping manifest archive codebase classid srcdoc formaction action'.split(' '),
);
/** Attributes whose value may hold the content itself. */
const sources = new Set('src background poster lowsrc dynsrc'.split(' '));
const references = new Set(['href', 'xlink:href']);
/** Attributes that may be long: they are judged by how they begin, or are numbers. */
const long = new Set([...sources, ...references, 'd', 'points']);

const characters: Readonly<Record<string, string>> = {
  colon: ':',
  Tab: '\t',
  NewLine: '\n',
  lpar: '(',
  rpar: ')',
  amp: '&',
  num: '#',
  sol: '/',
  bsol: '\\',
  quot: '"',
  apos: "'",
  commat: '@',
};

/** Character references that could hide something. */
const dereferenced = (text: string): string =>
  text.replace(
    /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([A-Za-z]+));?/gi,
    (whole: string, hex?: string, dec?: string, name: string = '') => {
      if (hex === undefined && dec === undefined)
        return Object.hasOwn(characters, name) ? (characters[name] ?? '') : whole;
      const code = hex === undefined ? parseInt(dec ?? '', 10) : parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
    },
  );

/** A URL as browsers see it: what cannot be seen does not count. */
const urlOf = (value: string): string =>
  dereferenced(value)
    .replace(/[\0-\x20]+/g, '')
    .toLowerCase();

const unescaped = (css: string): string =>
  css.replace(/\\(?:([0-9a-f]{1,6})[ \t\n\f\r]?|([^\n]))/gi, (_, hex?: string, char: string = '') => {
    const code = hex === undefined ? 0 : parseInt(hex, 16);
    return hex === undefined ? char : code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });

const cssFetches = /@import|(?:^|[^\w-])(?:image|src)\(|image-set\(/;
const cssRuns = /expression\s*\(|behaviou?r\s*:|-moz-binding/;
const ownUrl = /[ \t\n\f\r]*(?:["']?[ \t\n\f\r]*(?:data:|#)|""|''|\))/y;

function plainCss(css: string): string | undefined {
  if (cssRuns.test(css)) return SCRIPT;
  if (cssFetches.test(css)) return ELSEWHERE;
  for (const { index } of css.matchAll(/url\(/g)) {
    ownUrl.lastIndex = index + 4;
    if (!ownUrl.test(css)) return ELSEWHERE;
  }
  return undefined;
}

/** Within SVG character references count in a style, elsewhere they do not. */
export const judgeStyle = (css: string): string | undefined =>
  plainCss(unescaped(css).toLowerCase()) ?? plainCss(unescaped(dereferenced(css)).toLowerCase());

const schemes = new Set(['http', 'https', 'mailto', 'tel']);

/** A link may lead to anywhere but into the letter's place, where it could also run. */
function judgeLink(value: string, { attributes }: HtmlTag): string | undefined {
  const url = urlOf(value);
  if (url.startsWith('#')) return undefined;
  const [head = ''] = url.split(/[/?#]/);
  const scheme = /^([^:]*):/.exec(head)?.[1];
  if (head.includes('&') || (scheme !== undefined && !schemes.has(scheme))) return SCRIPT;
  const target = attributes.find(({ name }) => name === 'target')?.value.toLowerCase();
  return target === '_blank' ? undefined : LINK;
}

function judgeReference(value: string, tag: HtmlTag): string | undefined {
  if (tag.name === 'a' || tag.name === 'area') return judgeLink(value, tag);
  const own = /^(?:#|data:)/.test(urlOf(value)) && tag.name !== 'link' && tag.name !== 'base';
  return own ? undefined : ELSEWHERE;
}

function judgeAttribute({ name, value, cut }: HtmlAttribute, tag: HtmlTag): string | undefined {
  if (name.startsWith('on')) return SCRIPT;
  if (cut && !long.has(name)) return 'an attribute is too long';
  if (fetching.has(name) && value !== '') return ELSEWHERE;
  if (sources.has(name)) return urlOf(value).startsWith('data:') ? undefined : ELSEWHERE;
  if (references.has(name)) return judgeReference(value, tag);
  if (tag.name === 'meta' && name === 'http-equiv' && urlOf(value) === 'refresh') return ELSEWHERE;
  return name === 'style' || /url|&|\\/i.test(value) ? judgeStyle(value) : undefined;
}

export function judgeTag(tag: HtmlTag): string | undefined {
  if (tag.end) return undefined;
  const refused = elements.get(tag.name);
  if (refused !== undefined) return refused;
  for (const attribute of tag.attributes) {
    const reason = judgeAttribute(attribute, tag);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
