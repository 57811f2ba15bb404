import { expect } from 'chai';
import type { Failure } from '../../src/errors.js';
import { parseMultipartType } from '../../src/soap/mime.js';
import type { MessagePolicy, Place } from '../../src/soap/message.js';
import { capped, openMessage, placeOf, refuseIncludes } from '../../src/soap/message.js';
import { parse } from '../../src/xml/tree.js';
import { include, message, parts, swaMessage } from '../support/partsMessage.js';
import { failureOf } from '../support/pki.js';
import { codeOf, inChunks, whole } from './mime/support.js';

const policy: MessagePolicy = { versions: ['1.1', '1.2'], xop: true };
const good = message('<e/>', '1.2', parts('a@x', 'b@x'), '; action="urn:x:Call"');

/** What is read of a message: action, charset, envelope, and the parts as they come; or the code of what refuses it. */
async function read({ contentType, body }: { contentType: string; body: Buffer }, as = policy): Promise<string[]> {
  const multipart = parseMultipartType(contentType);
  if (multipart === undefined) throw new Error('not multipart');
  const taken: string[] = [];
  try {
    const opened = await openMessage(inChunks(body, 5), multipart, as);
    taken.push(opened.xop ? 'XOP' : 'SwA', opened.action ?? '', opened.charset ?? '');
    taken.push((await whole(opened.envelope)).toString());
    for await (const part of opened.parts) taken.push(part.contentId, (await whole(part.body)).toString());
    await opened.close();
    return taken;
  } catch (error) {
    return [(error as Failure).code];
  }
}

const swapped = (from: string, to: string) => {
  const text = good.body.toString('latin1');
  expect(text).to.contain(from);
  return { ...good, body: Buffer.from(text.replace(from, to), 'latin1') };
};

describe('soap/message', () => {
  it('gives the envelope with its charset and action, then the parts in their order', async () => {
    expect(await read(good)).to.deep.equal([
      'XOP',
      'urn:x:Call',
      'utf-8',
      '<e/>',
      'a@x',
      'content of a@x',
      'b@x',
      'content of b@x',
    ]);
  });

  it('takes an envelope that stands as it is, in both versions', async () => {
    for (const version of ['1.1', '1.2'] as const) {
      const attached = swaMessage('<e/>', version, parts('a@x'), '; action="urn:x:Call"');
      expect(await read(attached)).to.deep.equal(['SwA', 'urn:x:Call', 'utf-8', '<e/>', 'a@x', 'content of a@x']);
    }
  });

  it('takes XOP, and each version, where they are wanted', async () => {
    expect(await read(good, { ...policy, xop: false })).to.deep.equal(['MALFORMED_XML']);
    expect(await read(good, { ...policy, versions: ['1.1'] })).to.deep.equal(['MALFORMED_XML']);
    const attached = swaMessage('<e/>', '1.1', []);
    expect(await read(attached, { versions: ['1.1'], xop: false })).to.have.length(4);
    expect(await read(attached, { versions: ['1.2'], xop: true })).to.deep.equal(['MALFORMED_XML']);
  });

  it('SECURITY 90: places a part that the envelope names, and an xop:Include only where the envelope is by XOP', async () => {
    const open = (m: typeof good) => openMessage(inChunks(m.body, 500), parseMultipartType(m.contentType)!, policy);
    const [xop, swa] = [await open(good), await open(swaMessage('<e/>', '1.2', []))];
    const store = () => Promise.reject(new Error('never called'));
    const included: Place = { include: parse(include('cid:a@x')), store };
    const referred: Place = { include: null, store };
    for (const place of [included, referred]) expect(placeOf(xop, { claim: () => place }, 'a@x')).to.equal(place);
    expect(placeOf(swa, { claim: () => referred }, 'a@x')).to.equal(referred);
    const refusal = (m: typeof swa, place?: Place): string =>
      failureOf(() => placeOf(m, { claim: () => place }, 'a@x')).detail;
    expect(refusal(swa, included)).to.equal('xop:Include in an envelope that is not by XOP');
    expect(refusal(xop)).to.equal('a part that the envelope does not name');
    await Promise.all([xop.close(), swa.close()]);
  });

  it('SECURITY 90: refuses xop:Include anywhere in a Header, and nothing else', () => {
    const header = (inner: string) => parse(`<h><a><b>${inner}</b></a></h>`);
    refuseIncludes(header('<Include/>'));
    expect(failureOf(() => refuseIncludes(header(include('cid:a@x')))).code).to.equal('INVALID_REQUEST');
  });

  it('SECURITY 102: passes on octets up to the limit, and not one more', async () => {
    const size = async (max: number): Promise<number> =>
      (await whole(capped(inChunks(Buffer.alloc(10), 4), max))).length;
    for (const max of [10, 11]) expect(await size(max)).to.equal(10);
    expect(await codeOf(size(9))).to.equal('TOO_LARGE');
  });

  it('reads the action that stands within the type of the envelope, as some clients write it', async () => {
    const within = swapped('soap+xml"; action="urn:x:Call"', 'soap+xml; action=\\"urn:x:Call\\""');
    expect((await read(within))[1]).to.equal('urn:x:Call');
  });

  it('takes SOAP 1.1, a message without parts, and one that does not say its start or type', async () => {
    expect(await read(message('<e/>', '1.1', []))).to.deep.equal(['XOP', '', 'utf-8', '<e/>']);
    const silent = { ...good, contentType: good.contentType.replace(/ (?:type|start)="[^"]*";/g, '') };
    expect(silent.contentType).not.to.match(/ (?:type|start)=/);
    expect(await read(silent)).to.have.length(8);
  });

  const broken: Readonly<Record<string, { contentType: string; body: Buffer }>> = {
    'an envelope that is another than the message says': swapped('application/xop+xml', 'application/soap+xml'),
    'an envelope without a type': swapped('Content-Type: application/xop+xml', 'X-Type: application/xop+xml'),
    'an envelope that is none': swapped('application/xop+xml', 'application/cms'),
    'a type that is another than the envelope': {
      ...good,
      contentType: good.contentType.replace('application/xop+xml', 'text/xml'),
    },
    'an envelope of no SOAP version': swapped('type="application/soap+xml"', 'type="application/xml"'),
    'a start that is not the first part': { ...good, contentType: good.contentType.replace('root@x', 'a@x') },
    'a part without Content-ID': swapped('Content-ID: <b@x>\r\n', ''),
    'two parts of one Content-ID': swapped('<b@x>', '<a@x>'),
    'no end': { ...good, body: good.body.subarray(0, -6) },
    'no part at all': { ...good, body: Buffer.from('--MIME-boundary--\r\n') },
  };
  for (const [what, bad] of Object.entries(broken)) {
    it(`refuses ${what}`, async () => {
      expect(await read(bad)).to.deep.equal(['MALFORMED_XML']);
    });
  }
});
