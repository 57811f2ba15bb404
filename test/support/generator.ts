/* Random XML documents, the same ones for the same seed. */

export interface Random {
  /** An integer from 0 to `below` - 1. */
  int(below: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
}

/** A repeatable source of numbers (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number): number => Math.floor(next() * below);
  return {
    int,
    chance: (probability) => next() < probability,
    pick: (list) => list[int(list.length)] as (typeof list)[number],
  };
}

/** `least` to `most` pieces made one after the other. */
const many = (random: Random, least: number, most: number, make: () => string): string =>
  Array.from({ length: least + random.int(most - least + 1) }, make).join('');

const locals = 'a b Body id x-1 _ ÅØ é· Ω \uffdc \u{10400} z\u{20000} __proto__ constructor'.split(' ');
const prefixes = ['', '', 'p', 'q', 'ns1', 'Ω', '\uffdc', '\u{10400}', 'toString'];
const uris = "urn:a urn:b urn:B http://x.no/?a=1&amp;b=2 urn:it's urn:%C3%A6 http://x.no/y#z urn:&#x63;".split(' ');
const spaces = [' ', ' ', ' ', '\n', '\t', '\r\n', '\r', '  \n\t '];
const words = [
  ...['x', 'letter', ' ', '\n', '\r\n', '\r', '\t', ' >', '\u007f', '\u0085', '\u00a0', '\u2028'],
  ...`' " ] ]] - -- = / ? # ; Ærøskøbing \ue000 \ufffd \u{1f600} \u{10ffff}`.split(' '),
  ...'a&amp;b &lt; &gt; &quot; &apos; &#13; &#xD; &#10; &#9; &#x20; &#x0041; &#x85; &#xfffd;'.split(' '),
  ...'&#x1F600; &#128512;'.split(' '),
];
const unescaped = ['<', '<a>', '&', '&amp', ' ->', '<!--', ' ]>'];

const space = (random: Random): string => random.pick(spaces);
const someSpace = (random: Random): string => (random.chance(0.1) ? space(random) : '');
/** Character data; `>` never follows `]` directly. */
const text = (random: Random, most: number): string => many(random, 0, most, () => random.pick(words));

function value(random: Random): string {
  const quote = random.pick(['"', "'"]);
  const content = text(random, 5).replaceAll(quote, random.pick(['&quot;', '&apos;', '&#34;']));
  return `${quote}${random.chance(0.05) ? `${content}]]>` : content}${quote}`;
}

const cdata = (random: Random): string =>
  `<![CDATA[${many(random, 0, 4, () => random.pick([...words, ...unescaped]))}]]>`;

const comment = (random: Random): string =>
  `<!--${many(random, 0, 4, () => random.pick([...words, ...unescaped])).replace(/--+/g, '-')} -->`;

type Scope = Readonly<Record<string, string>>;

const expanded = (uri: string): string => uri.replaceAll('&amp;', '&').replaceAll('&#x63;', 'c');

/** Declarations on one element, by prefix; an empty URI takes the default namespace away. */
function declarations(random: Random): Map<string, string> {
  const made = new Map<string, string>();
  for (let n = random.chance(0.35) ? 1 + random.int(4) : 0; n > 0; n--) {
    const prefix = random.pick(prefixes);
    made.set(prefix, prefix === '' && random.chance(0.4) ? '' : random.pick(uris));
  }
  return made;
}

/** Attributes with names that are unique by namespace and local name; unprefixed ones have no namespace. */
function attributes(random: Random, scope: Scope): string[] {
  const made = new Map<string, string>();
  const bound = Object.keys(scope).filter((prefix) => prefix !== '');
  for (let n = random.chance(0.4) ? 1 + random.int(5) : 0; n > 0; n--) {
    const prefix = bound.length > 0 && random.chance(0.5) ? random.pick(bound) : '';
    const local = random.pick(locals);
    made.set(
      `${scope[prefix === '' ? ' ' : prefix] ?? ''} ${local}`,
      `${prefix === '' ? '' : `${prefix}:`}${local}=${value(random)}`,
    );
  }
  if (random.chance(0.1)) made.set('xml lang', `xml:lang=${random.pick(['"nb"', '""', "'n&#110;'"])}`);
  if (random.chance(0.05)) made.set('xml space', `xml:space="${random.pick(['preserve', 'default'])}"`);
  return [...made.values()];
}

interface Shape {
  /** Elements that may still be made. */
  left: number;
  readonly depth: number;
  readonly width: number;
}

function element(random: Random, outer: Scope, shape: Shape, depth: number): string {
  shape.left--;
  const declared = declarations(random);
  const scope: Scope = { ...outer, ...Object.fromEntries([...declared].map(([p, uri]) => [p, expanded(uri)])) };
  const prefix = random.pick(['', ...Object.keys(scope)]);
  const name = `${prefix === '' ? '' : `${prefix}:`}${random.pick(locals)}`;
  const xmlns = [...declared].map(([p, uri]) => `${p === '' ? 'xmlns' : `xmlns:${p}`}${someSpace(random)}="${uri}"`);
  const inTag = [...xmlns, ...attributes(random, scope)];
  if (random.chance(0.5)) inTag.reverse();
  const open = `<${name}${inTag.map((a) => `${space(random)}${a}`).join('')}${someSpace(random)}`;
  if (random.chance(0.15)) return `${open}/>`;
  const child = (): string => {
    if (depth < shape.depth && shape.left > 0 && random.chance(0.5)) return element(random, scope, shape, depth + 1);
    if (random.chance(0.15)) return cdata(random);
    return random.chance(0.15) ? comment(random) : text(random, 6);
  };
  return `${open}>${many(random, 0, shape.width, child)}</${name}${someSpace(random)}>`;
}

/** A document that is well formed, with namespaces in order, and without DTD, processing instruction or relative namespace name. */
export function generate(random: Random): string {
  const shape = random.pick([
    { left: 8, depth: 4, width: 4 },
    { left: 8, depth: 4, width: 4 },
    { left: 25, depth: 25, width: 2 },
    { left: 25, depth: 2, width: 25 },
  ]);
  const declaration = [
    `<?xml version=${random.pick(['"1.0"', "'1.0'"])}`,
    random.pick(['', ' encoding="UTF-8"', "\tencoding = 'utf-8'"]),
    random.pick(['', ' standalone="yes"', "\r\nstandalone='no'"]),
    `${someSpace(random)}?>`,
  ].join('');
  const misc = (): string => many(random, 0, 2, () => (random.chance(0.3) ? comment(random) : space(random)));
  const start = random.chance(0.4) ? declaration : '';
  return `${random.chance(0.05) ? '\ufeff' : ''}${start}${misc()}${element(random, {}, { ...shape }, 0)}${misc()}`;
}

const inserts = [
  ...`< > & " ' / = : - -- ] ]]> <![CDATA[ <!-- --> <? ?> <! ; # 1 · \u0301 \u0000 \u0001 \ufffe \ufeff`.split(' '),
  ...[' ', '\u00a0', '\r', '<?pi x?>', '<?xml version="1.0"?>', '<!DOCTYPE a>', 'a="1"b="2"'],
  ...'&nbsp; &#0; &#xD800; &#x110000; &#xFFFE; &#; &#x;'.split(' '),
  ...'<a/> </a> <a> <p:a/> <:a/> <a:/> <xmlns:a/> <xml:a/>'.split(' '),
  ...'a="" a a=b a="<" a="1"\na="2" undeclared:a="" p:xmlns="x" xml:id="1"'.split(' ').map((a) => ` ${a}`),
  ...'="" ="relative" ="urn:a\nb" :q="urn:a" :p="" :xml="urn:a" :xmlns="urn:a" :="urn:a"'
    .split(' ')
    .map((a) => ` xmlns${a}`),
  ' xmlns:xml="http://www.w3.org/XML/1998/namespace"',
  ' xmlns="http://www.w3.org/2000/xmlns/"',
  ' xmlns:q="urn:a" xmlns:p="urn:a" p:b="" q:b=""',
];

/** Spoils (mostly) a document in one to three places. */
export function mutate(random: Random, document: string): string {
  let characters = [...document];
  const insideTag = (): number => {
    const tags = characters.flatMap((c, i) => (c === '>' || c === ' ' ? [i] : []));
    return random.chance(0.5) && tags.length > 0 ? random.pick(tags) : random.int(characters.length + 1);
  };
  for (let n = 1 + random.int(3); n > 0; n--) {
    const at = insideTag();
    const other = random.int(characters.length);
    const length = random.chance(0.7) ? 1 : 1 + random.int(8);
    const replacement = random.pick([
      () => [],
      () => [...random.pick(inserts)],
      () => [...random.pick(inserts), ...characters.slice(at, at + length)],
      () => [...random.pick(inserts), ...characters.slice(at, at + length)],
      () => characters.slice(other, other + length),
      () => characters.slice(at, at + length).flatMap((c) => [c, c]),
      () => characters.slice(at, at + length).reverse(),
      () =>
        characters
          .slice(at, at + length)
          .map((c) => String.fromCodePoint((c.codePointAt(0) ?? 0) ^ (1 << random.int(7)))),
    ])();
    characters = [...characters.slice(0, at), ...replacement, ...characters.slice(at + length)];
  }
  return characters.join('');
}

/** The octets in pieces of random size; with `most` 1 one octet at a time. */
export function chunks(random: Random, octets: Uint8Array, most: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < octets.length;) {
    const length = 1 + random.int(most);
    pieces.push(octets.subarray(at, at + length));
    at += length;
  }
  return pieces;
}
