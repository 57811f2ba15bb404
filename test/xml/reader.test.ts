import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../src/errors.js';
import type { Random } from '../support/generator.js';
import { chunks, generate, mutate, seeded } from '../support/generator.js';
import type { Plain } from '../support/oracle.js';
import { comparable, foreignRead, ours, theirs } from '../support/oracle.js';
import { drip, read } from './support.js';

const seed = Number(process.env['XML_SEED'] ?? 16_02);
const BATCH = 1000;

/** Why we refuse what libxml2 reads, each with the mark that the document must then bear. */
const stricter: Readonly<Record<string, RegExp>> = {
  'a processing instruction': /<\?/,
  'a document type declaration': /<!DOCTYPE/,
  'not an XML 1.0 declaration': /^\ufeff?<\?xml\s+(?!version\s*=\s*(["'])1\.0\1)/,
  'declared encoding is not utf-8': /^\ufeff?<\?xml[^>]*encoding\s*=\s*["'](?!utf-?8["'])/i,
  // Relative, or with the brackets of an IP literal.
  'a namespace name that is no absolute URI':
    /\sxmlns(?::[^\s=]+)?\s*=\s*(?:"(?!"|[a-z][a-z0-9+.-]*:[^"[\]]*")|'(?!'|[a-z][a-z0-9+.-]*:[^'[\]]*'))/i,
  'a text that is too long': /[^<]{65536}/,
  'too many elements': /(?:<[^/!?][^]*){20001}/,
};

/** Our tree as plain data, or why there is none. */
function outcome(pieces: Iterable<Uint8Array>): { tree: Plain } | { refused: string } {
  try {
    return { tree: ours(read(pieces)) };
  } catch (error) {
    if (error instanceof Failure && error.code === 'MALFORMED_XML') return { refused: error.detail };
    throw error;
  }
}

/** Holds our reading of a document against libxml2's, and against our own of the same octets in other pieces. */
function compare(octets: Buffer, random: Random): 'read' | 'refused' {
  const foreign = foreignRead(octets, theirs);
  const own = outcome([octets]);
  const document = octets.toString();
  const exact = 'tree' in own && JSON.stringify(own.tree);
  for (const pieces of [drip(octets), chunks(random, octets, 2 + random.int(100))]) {
    const again = outcome(pieces);
    expect('tree' in again && JSON.stringify(again.tree), `in other pieces: ${document}`).to.equal(exact);
  }
  if ('tree' in own) {
    expect(foreign, `libxml2 refuses ${document}`).to.have.property('value');
    if ('value' in foreign) expect(comparable(own.tree), document).to.equal(comparable(foreign.value));
    return 'read';
  }
  if ('value' in foreign) expect(document, own.refused).to.match(stricter[own.refused] ?? /$^/);
  return 'refused';
}

describe('reader: against libxml2, whole, octet by octet and in random pieces', () => {
  before(() => console.log(`      XML_SEED=${seed}`));

  for (let batch = 0; batch < 4; batch++) {
    it(`reads ${BATCH} well-formed documents to the same tree (${batch + 1} of 4)`, function () {
      this.timeout(60_000);
      const random = seeded(seed + batch);
      for (let n = 0; n < BATCH; n++) {
        const document = generate(random);
        expect(compare(Buffer.from(document), random), document).to.equal('read');
      }
    });
  }

  for (let batch = 0; batch < 6; batch++) {
    it(`SECURITY 10: reads ${BATCH} spoilt documents to the same tree, or refuses them (${batch + 1} of 6)`, function () {
      this.timeout(60_000);
      const random = seeded(seed + 1000 + batch);
      const count = { read: 0, refused: 0 };
      for (let n = 0; n < BATCH; n++) count[compare(Buffer.from(mutate(random, generate(random))), random)]++;
      expect(count.read, 'documents that were still well formed').to.be.greaterThan(BATCH / 20);
      expect(count.refused, 'documents that were not').to.be.greaterThan(BATCH / 2);
    });
  }

  it('reads 1000 documents with octets changed at random to the same tree, or refuses them', function () {
    this.timeout(60_000);
    const random = seeded(seed + 2000);
    for (let n = 0; n < BATCH; n++) {
      const octets = Buffer.from(generate(random));
      octets[random.int(octets.length)] = random.int(256);
      compare(octets, random);
    }
  });
});

describe('reader: the published contracts and samples', () => {
  const folder = fileURLToPath(new URL('../../../shared/spec/', import.meta.url));
  const files = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:xml|wsdl|xsd)$/.test(name))
    : [];

  it('reads every file as libxml2 does', function () {
    if (files.length === 0) {
      console.log('      skipped: there is no folder ../shared/spec beside the project');
      return this.skip();
    }
    this.timeout(60_000);
    const random = seeded(seed);
    const count = { read: 0, refused: 0 };
    for (const name of files) count[compare(readFileSync(join(folder, name)), random)]++;
    console.log(`      ${files.length} files: ${count.read} read, ${count.refused} refused`);
    expect(count.read).to.be.greaterThan(files.length / 2);
  });
});
