import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import { BodyDigest } from '../../src/security/bodyDigest.js';
import { canonicalise, exclusive } from '../../src/xml/c14n.js';
import type { XmlElement } from '../../src/xml/model.js';
import { XmlReader } from '../../src/xml/reader.js';
import { parse } from '../../src/xml/tree.js';
import { inChunks, whole } from '../soap/mime/support.js';
import { include } from '../support/partsMessage.js';
import { failureOf } from '../support/pki.js';

const sha256 = (octets: string): string => createHash('sha256').update(octets).digest('hex');

/** A digest that has read `body`, and the Includes in it. */
function reading(body: string): { digest: BodyDigest; includes: XmlElement[] } {
  const digest = new BodyDigest({ c14n: exclusive, hash: 'sha256' }, true);
  const includes: XmlElement[] = [];
  const reader = new XmlReader({
    start: (e) => {
      if (e.local === 'Include') includes.push(e);
      digest.events.start(e);
    },
    end: (e) => digest.events.end(e),
    text: (text) => digest.events.text(text),
    comment: (text) => digest.events.comment(text),
  });
  reader.write(Buffer.from(body));
  reader.end();
  return { digest, includes };
}

/** What a Body with `contents` included is digested to, its parts coming in `order` in chunks of `size`. */
async function digestOf(contents: readonly Buffer[], order: readonly number[], size = 5): Promise<string> {
  const body = `<b>${contents.map((_, i) => ` a&amp;<c>${include(`cid:${i}`)}</c>`).join('')}</b>`;
  const { digest, includes } = reading(body);
  for (const n of order) {
    const content = contents[n] as Buffer;
    await digest.fill(includes[n] as XmlElement, inChunks(content, size), async (octets) => {
      expect(await whole(octets)).to.deep.equal(content);
      return () => inChunks(content, size + 1);
    });
  }
  return digest.finish().toString('hex');
}

const inlined = (contents: readonly Buffer[]): string =>
  sha256(canonicalise(parse(`<b>${contents.map((c) => ` a&amp;<c>${c.toString('base64')}</c>`).join('')}</b>`)));

const octets = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => (i * 89 + 7) % 256));

describe('security/bodyDigest', () => {
  it('digests a Body as it was before it was optimised: contents of every length, in every chunk', async () => {
    for (let length = 0; length < 9; length++) {
      for (let size = 1; size < 9; size++) {
        expect(await digestOf([octets(length)], [0], size)).to.equal(inlined([octets(length)]));
      }
    }
  });

  it('comes to the same digest in whatever order the parts come', async () => {
    const contents = [10, 0, 7, 300].map(octets);
    const orders = [0, 1, 2, 3].flatMap((a) =>
      [0, 1, 2, 3].flatMap((b) => [0, 1, 2, 3].map((c) => [...new Set([a, b, c, 0, 1, 2, 3])])),
    );
    for (const order of orders) expect(await digestOf(contents, order), order.join()).to.equal(inlined(contents));
  });

  it('keeps the white space around an xop:Include, for it was signed', async () => {
    const { digest, includes } = reading(`<c>\n ${include('cid:a')} </c>`);
    expect(digest.whole).to.equal(false);
    await digest.fill(includes[0] as XmlElement, inChunks(Buffer.from('ABC'), 2), async (o) => {
      await whole(o);
      return () => o;
    });
    expect(digest.whole).to.equal(true);
    expect(digest.finish().toString('hex')).to.equal(sha256('<c>\n QUJD </c>'));
  });

  it('reads only what came before its turn again', async () => {
    const { digest, includes } = reading(`<b>${[0, 1, 2].map((n) => include(`cid:${n}`)).join('')}</b>`);
    let again = 0;
    const fill = (n: number) =>
      digest.fill(includes[n] as XmlElement, inChunks(octets(n), 9), async (o) => {
        await whole(o);
        return () => (again++, inChunks(octets(n), 9));
      });
    for (const n of [0, 2, 1]) await fill(n);
    expect([again, digest.whole]).to.deep.equal([1, true]);
  });

  it('holds so many characters after the first xop:Include, and not one more', () => {
    const body = (length: number): string => `<b>${'x'.repeat(9)}${include('cid:a')}${'x'.repeat(length)}</b>`;
    const room = limits.signedAfterInclude - '</b>'.length;
    for (const length of [room - 1, room]) expect(reading(body(length)).includes).to.have.length(1);
    const { code, detail } = failureOf(() => reading(body(room + 1)));
    expect([code, detail]).to.deep.equal([
      'INVALID_REQUEST',
      `of a signed message, ${limits.signedAfterInclude} characters may follow its first xop:Include`,
    ]);
    expect(reading(`<b>${'x'.repeat(2 * room)}${include('cid:a')}</b>`).includes).to.have.length(1);
  });
});
