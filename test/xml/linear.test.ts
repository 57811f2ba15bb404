import { expect } from 'chai';
import { canonicalise, Canonicaliser } from '../../src/xml/c14n.js';
import { parse, TreeBuilder } from '../../src/xml/tree.js';
import { drip, feed, ignore, verdict } from './support.js';

/*
 * Work is measured against work in the same run: four times the input may cost four times the processor time, and some noise,
 * but not the sixteen times that a second look at everything would cost.
 */

const GROWTH = 4;
const ALLOWED = 9;

/** Processor time of the cheapest of several runs, in microseconds. */
function cost(act: () => unknown): number {
  let least = Infinity;
  for (let run = 0; run < 5; run++) {
    const begun = process.cpuUsage();
    act();
    const { user, system } = process.cpuUsage(begun);
    least = Math.min(least, user + system);
  }
  return least;
}

/** Holds the cost of `act` for n and for 4n against each other; the best of three, because the machine has other work. */
function expectLinear(n: number, act: (n: number) => () => unknown): void {
  const [small, large] = [act(n), act(GROWTH * n)];
  large();
  let best = Infinity;
  for (let attempt = 0; attempt < 3 && best > ALLOWED; attempt++) {
    const floor = 500;
    best = Math.min(best, cost(large) / Math.max(cost(small), floor));
  }
  expect(best, `cost of ${GROWTH}n over cost of n`).to.be.lessThan(ALLOWED);
}

type Shapes = Readonly<Record<string, (n: number) => string>>;
const attributes = (count: number): string => Array.from({ length: count }, (_, i) => ` b${i}="x"`).join('');
const namespaces = (count: number): string => Array.from({ length: count }, (_, i) => ` xmlns:p${i}="urn:p"`).join('');

describe('reader: time is linear in the octets', () => {
  const whole: Shapes = {
    'SECURITY 6: deep': (n) => `<r>${('<a>'.repeat(120) + '</a>'.repeat(120)).repeat(n / 120)}</r>`,
    'SECURITY 7: many attributes': (n) => `<r>${`<a${attributes(64)}/>`.repeat(n / 64)}</r>`,
    'SECURITY 8: many namespaces': (n) => `<r>${`<a${namespaces(60)}/>`.repeat(n / 64)}</r>`,
    'SECURITY 8: many namespaces in scope': (n) => `<r${namespaces(60)}>${'<p0:a p1:b=""/>'.repeat(n)}</r>`,
    'many elements': (n) => `<r>${'<a/>'.repeat(n)}</r>`,
    'many comments': (n) => `<r>${'<!---->x'.repeat(n)}</r>`,
    'many CDATA sections': (n) => `<r>${'<![CDATA[x]]>'.repeat(n)}</r>`,
    'SECURITY 9: text': (n) => `<r>${'x'.repeat(50 * n)}</r>`,
    'SECURITY 9: references': (n) => `<r>${'&amp;'.repeat(2 * n)}</r>`,
    'SECURITY 9: carriage returns': (n) => `<r>${'\r'.repeat(20 * n)}</r>`,
    'SECURITY 9: brackets': (n) => `<r>${']]'.repeat(20 * n)}</r>`,
    'SECURITY 9: CDATA of brackets': (n) => `<r><![CDATA[${']'.repeat(20 * n)}]]></r>`,
    'characters beyond U+00FF, between tags': (n) => `<r>${'ć<a/>'.repeat(n)}</r>`,
    'characters beyond U+00FF, alone': (n) => `<r>${'ć'.repeat(20 * n)}</r>`,
    'characters beyond U+00FF, in CDATA of what could be tags': (n) => `<r><![CDATA[${'ć<'.repeat(5 * n)}]]></r>`,
  };
  for (const [what, make] of Object.entries(whole)) {
    it(`${what}, in pieces of 16 kB`, () => {
      expectLinear(4096, (n) => {
        const octets = Buffer.from(make(n));
        const pieces: Buffer[] = [];
        // Between characters: what comes after one that was cut is decoded another way.
        const isWithin = (at: number): boolean => ((octets[at] ?? 0) & 0xc0) === 0x80;
        for (let at = 0, end = 0; at < octets.length; at = end) {
          for (end = at + 16384; isWithin(end);) end++;
          pieces.push(octets.subarray(at, end));
        }
        return () => feed(pieces, ignore);
      });
    });
  }

  const dripped: Shapes = {
    'SECURITY 9: an element name': (n) => `<${'a'.repeat(n)}/>`,
    'SECURITY 9: an attribute value': (n) => `<a b="${'x'.repeat(n)}"/>`,
    'SECURITY 9: an attribute value of >': (n) => `<a b="${'>'.repeat(n)}"/>`,
    'SECURITY 9: white space in a tag': (n) => `<a${' '.repeat(n)}/>`,
    'SECURITY 9: white space in an end tag': (n) => `<a></a${' '.repeat(n)}>`,
    'SECURITY 9: a comment': (n) => `<a><!--${'x'.repeat(n)}--></a>`,
    'SECURITY 9: a comment of hyphens and >': (n) => `<a><!--${'->'.repeat(n / 2)}--></a>`,
    'SECURITY 9: text': (n) => `<a>${'x'.repeat(n)}</a>`,
    'SECURITY 9: text of brackets': (n) => `<a>${']'.repeat(n)}</a>`,
    'SECURITY 9: references': (n) => `<a>${'&amp;'.repeat(n / 5)}</a>`,
    'SECURITY 9: CDATA of brackets': (n) => `<a><![CDATA[${']'.repeat(n)}]]></a>`,
    'SECURITY 7: attributes': (n) => `<a>${`<a${attributes(64)}/>`.repeat(n / 512)}</a>`,
  };
  for (const [what, make] of Object.entries(dripped)) {
    it(`${what}, octet by octet`, () => {
      expectLinear(16_000, (n) => {
        const pieces = [...drip(make(n))];
        return () => feed(pieces, ignore);
      });
    });
  }

  const hopeless: Shapes = {
    'a tag of spaces': (n) => `<a${' '.repeat(n)}`,
    'a name without =': (n) => `<a ${'b'.repeat(n)}>`,
    'names without =': (n) => `<a${' b'.repeat(n / 2)}>`,
    'a name, spaces, no =': (n) => `<a b${' '.repeat(n)}c>`,
    'a value without its quote': (n) => `<a b="${'x'.repeat(n)}>`,
    'a value with a late <': (n) => `<a b="${'x'.repeat(n)}<"/>`,
    'a name with a late bad character': (n) => `<${'a'.repeat(n)}$/>`,
    'a namespace name with a late bad character': (n) => `<a xmlns="urn:${'a'.repeat(n)} "/>`,
    'a namespace name of percent signs': (n) => `<a xmlns="urn:${'%41'.repeat(n / 3)}%"/>`,
    'ampersands in a value': (n) => `<a b="${'&amp;'.repeat(n / 5)}&"/>`,
    'an end tag of spaces': (n) => `<a></a${' '.repeat(n)}x>`,
    'a late ]]>': (n) => `<a>${']'.repeat(n)}]]></a>`,
    'a late double hyphen': (n) => `<a><!--${'- '.repeat(n / 2)}-- --></a>`,
  };
  for (const [what, make] of Object.entries(hopeless)) {
    it(`SECURITY 105: ${what} is refused in linear time`, () => {
      expectLinear(15_000, (n) => {
        const octets = Buffer.from(make(n));
        return () => {
          for (let time = 0; time < 20; time++) expect(verdict(() => feed([octets], ignore))).to.equal('MALFORMED_XML');
        };
      });
    });
  }
});

describe('tree and c14n: time is linear in the octets', () => {
  const shapes: Shapes = {
    'many elements': (n) => `<r>${'<a b="1" a="2">x</a>'.repeat(n)}</r>`,
    'many namespaces in scope': (n) => `<r${namespaces(60)}>${'<p0:a p1:b=""/>'.repeat(n)}</r>`,
    'text in small pieces': (n) => `<r>${'&lt;<![CDATA[]]>x<!---->'.repeat(n)}</r>`,
    'many comments': (n) => `<r>${'<!-- -->'.repeat(n)}</r>`,
  };
  for (const [what, make] of Object.entries(shapes)) {
    it(`builds ${what}, octet by octet`, () => {
      expectLinear(1000, (n) => {
        const pieces = [...drip(make(n))];
        return () => feed(pieces, new TreeBuilder());
      });
    });
    for (const exclusive of [true, false]) {
      it(`canonicalises ${what}, ${exclusive ? 'exclusive' : 'inclusive'} and streaming`, () => {
        expectLinear(4000, (n) => {
          const document = make(n);
          const root = parse(document);
          const method = { exclusive, comments: true, prefixes: ['p0', 'p1', ''] };
          return () => {
            canonicalise(root, method);
            feed([document], new Canonicaliser(method, () => undefined));
          };
        });
      });
    }
  }
});
