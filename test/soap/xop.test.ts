import { expect } from 'chai';
import type { Failure } from '../../src/errors.js';
import { parseMultipartType } from '../../src/soap/mime.js';
import { openXop } from '../../src/soap/xop.js';
import { message, parts } from '../contract/forsendelse/xopMessage.js';
import { inChunks, whole } from './mime/support.js';

const good = message('<e/>', '1.2', parts('a@x', 'b@x'), '; action="urn:x:Call"');

/** What is read of a message: action, charset, envelope, and the parts as they were taken; or the code of what refuses it. */
async function read({ contentType, body }: { contentType: string; body: Buffer }): Promise<string[]> {
  const multipart = parseMultipartType(contentType);
  if (multipart === undefined) throw new Error('not multipart');
  const taken: string[] = [];
  try {
    const opened = await openXop(inChunks(body, 5), multipart);
    taken.push(opened.action ?? '', opened.charset ?? '', (await whole(opened.envelope)).toString());
    await opened.passTo({
      bind: () => {},
      take: async (contentId, octets) => void taken.push(contentId, (await whole(octets)).toString()),
      end: () => taken.push('end'),
    });
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

describe('soap/xop', () => {
  it('gives the envelope with its charset and action, then the parts in their order', async () => {
    expect(await read(good)).to.deep.equal([
      'urn:x:Call',
      'utf-8',
      '<e/>',
      'a@x',
      'content of a@x',
      'b@x',
      'content of b@x',
      'end',
    ]);
  });

  it('reads the action that stands within the type of the envelope, as some clients write it', async () => {
    const within = swapped('soap+xml"; action="urn:x:Call"', 'soap+xml; action=\\"urn:x:Call\\""');
    expect((await read(within))[0]).to.equal('urn:x:Call');
  });

  it('takes SOAP 1.1, a message without parts, and one that does not say its start or type', async () => {
    expect(await read(message('<e/>', '1.1', []))).to.deep.equal(['', 'utf-8', '<e/>', 'end']);
    const silent = { ...good, contentType: good.contentType.replace(/ (?:type|start)="[^"]*";/g, '') };
    expect(silent.contentType).not.to.match(/ (?:type|start)=/);
    expect(await read(silent)).to.have.length(8);
  });

  const broken: Readonly<Record<string, { contentType: string; body: Buffer }>> = {
    'an envelope that is not XOP': swapped('application/xop+xml', 'application/soap+xml'),
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
