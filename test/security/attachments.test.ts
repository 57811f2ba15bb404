import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { messagingBlock } from '../../src/contract/ebms/names.js';
import { limits } from '../../src/limits.js';
import { EXC_C14N, SHA1, SHA256 } from '../../src/security/algorithms.js';
import { forsendelsePolicy, oppslagstjenestenPolicy, sdpPolicy } from '../../src/security/policy.js';
import type { Sinks } from '../../src/security/signature.js';
import { signEbms } from '../../src/security/signEbms.js';
import { attribute } from '../../src/xml/model.js';
import type { XmlElement } from '../../src/xml/model.js';
import { element } from '../../src/xml/write.js';
import { codeOf, whole } from '../soap/mime/support.js';
import { caller } from '../support/answers.js';
import {
  cms,
  cmsPart,
  contentId,
  contentType,
  ebmsMessage,
  multipart,
  rootPart,
  sdp,
  sha256,
  signedEnvelope,
  verifyMessage,
} from '../support/ebms.js';
import { swap } from '../support/messages.js';
import { testTime } from '../support/pki.js';

/** A message whose envelope and parts are good but for what `change` does to the signed envelope. */
const withEnvelope = async (change: (envelope: string) => string = (e) => e): Promise<Buffer> =>
  multipart([rootPart(change(await signedEnvelope())), cmsPart()]);

/** Sinks that store each part by `store`. */
const storing = (store: (octets: AsyncIterable<Uint8Array>, contentId: string) => Promise<void>): Sinks => ({
  parts: { claim: (id) => ({ include: null, store: (octets) => store(octets, id) }) },
});

const later = (seconds: number): Date => new Date(testTime.getTime() + seconds * 1000);

describe('security/attachments', () => {
  it('gives what every part was, its octets through the sink, and the references as they stood', async () => {
    const seen: Buffer[] = [];
    const log: string[] = [];
    const sinks = storing(async (octets, id) => {
      log.push(id);
      for await (const chunk of octets) seen.push(Buffer.from(chunk));
      log.push('end');
    });
    const trusted = await verifyMessage(await withEnvelope(), contentType, { sinks });
    expect(Buffer.concat(seen).equals(cms)).to.equal(true);
    expect(log).to.deep.equal([contentId, 'end']);
    const digest = createHash('sha256').update(cms).digest();
    expect(trusted.parts).to.deep.equal([
      { contentId, contentType: 'application/cms', size: cms.length, sha256: digest },
    ]);
    expect(trusted.references.map((r) => attribute(r, 'URI')?.replace(/-.*/, ''))).to.deep.equal([
      '#soapBody',
      '#TS',
      '#id',
      `cid:${contentId.replace(/-.*/, '')}`,
    ]);
    expect(trusted).to.include({ bodyId: 'soapBody', evidence: 'signature' });
    expect(trusted.operation.local).to.equal('StandardBusinessDocument');
    expect(trusted.blocks.map((b) => b.local)).to.deep.equal(['Messaging']);
  });

  it('digests the content that a transfer encoding stands for', async () => {
    const header = `Content-Type: application/cms\r\nContent-ID: <${contentId}>\r\nContent-Transfer-Encoding: base64`;
    const octets = multipart([
      rootPart(await signedEnvelope()),
      { header, content: Buffer.from(cms.toString('base64')) },
    ]);
    expect((await verifyMessage(octets)).parts[0]?.size).to.equal(cms.length);
  });

  it('takes a message of one part, one without parts, and a Body without a child', async () => {
    const alone = await signedEnvelope({ attachments: [] });
    expect((await verifyMessage(multipart([rootPart(alone)]))).parts).to.deep.equal([]);
    expect((await verifyMessage(Buffer.from(alone), 'application/soap+xml')).parts).to.deep.equal([]);
    const empty = Buffer.from(await signedEnvelope({ attachments: [], body: [] }));
    expect((await verifyMessage(empty, 'application/soap+xml')).operation.local).to.equal('Body');
    const demanding = verifyMessage(empty, 'application/soap+xml', { policy: { ...sdp, emptyBody: false } });
    expect(await codeOf(demanding)).to.equal('MALFORMED_XML');
  });

  it('waits for a slow sink before it takes more', async () => {
    let busy = 0;
    const sinks = storing(async (octets) => {
      for await (const chunk of octets) {
        expect(++busy).to.equal(1);
        expect(chunk.length).to.be.below(2000);
        await new Promise((resolve) => setImmediate(resolve));
        busy--;
      }
    });
    const big = Buffer.alloc(50_000, 'x');
    const envelope = await signedEnvelope({ attachments: [{ contentId, sha256: sha256(big) }] });
    const octets = multipart([rootPart(envelope), cmsPart({ content: big })]);
    expect((await verifyMessage(octets, contentType, { sinks })).parts[0]?.size).to.equal(50_000);
  });

  it('passes large text of the Body to where the caller says, and verifies it all the same', async () => {
    const large = 'å&<'.repeat(limits.xmlTextCharacters);
    const body = [element({ prefix: 'x', uri: 'urn:x' }, 'Large', {}, [large])];
    const octets = Buffer.from(await signedEnvelope({ attachments: [], body }));
    let spilt = '';
    const sinks: Sinks = {
      spill: ({ local }) =>
        local === 'Large' ? { write: (text) => void (spilt += text), end: () => `${spilt.length}` } : undefined,
    };
    const read = (use: Sinks) => verifyMessage(octets, 'application/soap+xml', { sinks: use });
    expect((await read(sinks)).operation.children).to.deep.equal([`${large.length}`]);
    expect(spilt).to.equal(large);
    expect(await codeOf(read({}))).to.equal('MALFORMED_XML');
  });

  it('SECURITY 100: whoever stores octets that are not what was signed never sees their end', async () => {
    let ended = false;
    const sinks = storing(async (octets) => {
      await whole(octets);
      ended = true;
    });
    const octets = multipart([
      rootPart(await signedEnvelope()),
      cmsPart({ content: Buffer.from(cms).fill('x', 3, 4) }),
    ]);
    expect(await codeOf(verifyMessage(octets, contentType, { sinks }))).to.equal('FAILED_CHECK');
    expect(ended).to.equal(false);
  });

  it('SECURITY 100: octets that were not read to their end are not verified', async () => {
    const sinks = storing(async (octets) => void (await octets[Symbol.asyncIterator]().next()));
    expect(await codeOf(verifyMessage(await withEnvelope(), contentType, { sinks }))).to.equal('FAILED_CHECK');
  });

  it('SECURITY 42: a shorter digest is another digest', async () => {
    const envelope = await signedEnvelope({ attachments: [{ contentId, sha256: sha256(cms).slice(0, 62) }] });
    const outcome: unknown = await verifyMessage(multipart([rootPart(envelope), cmsPart()])).catch((e: unknown) => e);
    expect(outcome).to.have.property('code', 'FAILED_CHECK');
  });

  it('SECURITY 89: of two references to one part, nothing is stored', async () => {
    const { attachments } = ebmsMessage();
    const envelope = await signedEnvelope({ attachments: [...attachments, ...attachments] });
    let stored = 0;
    const sinks = storing(async (octets) => {
      await whole(octets);
      stored++;
    });
    const octets = multipart([rootPart(envelope), cmsPart()]);
    expect(await codeOf(verifyMessage(octets, contentType, { sinks }))).to.equal('INVALID_SECURITY');
    expect(stored).to.equal(0);
  });

  it('refuses a part that is signed and that nobody takes', async () => {
    const sinks = { parts: { claim: () => undefined } };
    expect(await codeOf(verifyMessage(await withEnvelope(), contentType, { sinks }))).to.equal('INVALID_REQUEST');
  });

  it('SECURITY 42: the type of a part is what its sender says, and is told as such', async () => {
    const header = `Content-Type: text/html\r\nContent-ID: <${contentId}>`;
    const { parts } = await verifyMessage(multipart([rootPart(await signedEnvelope()), cmsPart({ header })]));
    expect(parts[0]?.contentType).to.equal('text/html');
  });

  const refused: Readonly<Record<string, readonly [code: string, make: () => Promise<Buffer>]>> = {
    'SECURITY 42: a part that no reference covers': [
      'FAILED_CHECK',
      async () => multipart([rootPart(await signedEnvelope({ attachments: [] })), cmsPart()]),
    ],
    'SECURITY 42: a second part that no reference covers': [
      'FAILED_CHECK',
      async () =>
        multipart([rootPart(await signedEnvelope()), cmsPart(), cmsPart({ header: 'Content-ID: <other@x>' })]),
    ],
    'SECURITY 46: a reference without its part': [
      'INVALID_SECURITY',
      async () => multipart([rootPart(await signedEnvelope())]),
    ],
    'SECURITY 46: a reference in another spelling than the Content-ID': [
      'FAILED_CHECK',
      async () => {
        const attachments = [{ contentId: contentId.replace('@', '%40'), sha256: sha256(cms) }];
        return multipart([rootPart(await signedEnvelope({ attachments })), cmsPart()]);
      },
    ],
    'SECURITY 89: a reference in other letters than the Content-ID': [
      'FAILED_CHECK',
      async () => {
        const attachments = [{ contentId: contentId.toUpperCase(), sha256: sha256(cms) }];
        return multipart([rootPart(await signedEnvelope({ attachments })), cmsPart()]);
      },
    ],
    'SECURITY 89: two references to one part': [
      'INVALID_SECURITY',
      async () => {
        const { attachments } = ebmsMessage();
        return multipart([
          rootPart(await signedEnvelope({ attachments: [...attachments, ...attachments] })),
          cmsPart(),
        ]);
      },
    ],
    'SECURITY 89: a part without Content-ID': [
      'MALFORMED_XML',
      async () => multipart([rootPart(await signedEnvelope()), cmsPart({ header: 'Content-Type: application/cms' })]),
    ],
    'SECURITY 42: other octets of the same length': [
      'FAILED_CHECK',
      async () => multipart([rootPart(await signedEnvelope()), cmsPart({ content: Buffer.from(cms).fill('x', 0, 1) })]),
    ],
    'SECURITY 42: an octet more': [
      'FAILED_CHECK',
      async () =>
        multipart([rootPart(await signedEnvelope()), cmsPart({ content: Buffer.concat([cms, Buffer.alloc(1)]) })]),
    ],
    'SECURITY 44: no octets': [
      'FAILED_CHECK',
      async () => multipart([rootPart(await signedEnvelope()), cmsPart({ content: Buffer.alloc(0) })]),
    ],
    'SECURITY 88: no end boundary': ['MALFORMED_XML', async () => (await withEnvelope()).subarray(0, -'--\r\n'.length)],
    'SECURITY 42: another transform than that of the content': [
      'UNSUPPORTED_ALGORITHM',
      () => withEnvelope((e) => swap(e, '#Attachment-Content-Signature-Transform', '#Attachment-Complete-Transform')),
    ],
    'SECURITY 45: a canonical form for an attachment': [
      'UNSUPPORTED_ALGORITHM',
      () => withEnvelope((e) => e.replace(/http:[^"]*#Attachment-Content-Signature-Transform/, EXC_C14N)),
    ],
    'SECURITY 54: a SHA-1 digest of an attachment': [
      'UNSUPPORTED_ALGORITHM',
      () =>
        withEnvelope((e) => {
          const at = e.indexOf(SHA256, e.indexOf('URI="cid:'));
          return e.slice(0, at) + SHA1 + e.slice(at + SHA256.length);
        }),
    ],
    'SECURITY 42: a digest changed in the signature too': [
      'FAILED_CHECK',
      () => withEnvelope((e) => swap(e, Buffer.from(sha256(cms), 'hex').toString('base64'), 'A'.repeat(43) + '=')),
    ],
    'SECURITY 42: Messaging changed': ['FAILED_CHECK', () => withEnvelope((e) => swap(e, '>SDP<', '>SDQ<'))],
  };
  for (const [what, [code, make]] of Object.entries(refused)) {
    it(`${what} is refused as ${code}`, async () => {
      expect(await codeOf(verifyMessage(await make()))).to.equal(code);
    });
  }

  const roots = {
    'a type that is no envelope': ['Content-Type: application/cms', contentType],
    'a type of SOAP 1.1': ['Content-Type: text/xml', 'multipart/related; boundary=b1'],
    'no type': ['X: y', 'multipart/related; boundary=b1'],
    'another type than the message says': ['Content-Type: text/xml', contentType],
    'a start that is another part': [
      'Content-Type: application/soap+xml\r\nContent-ID: <root@x>',
      `${contentType}; start="<${contentId}>"`,
    ],
  } as const;
  for (const [what, [header, type]] of Object.entries(roots)) {
    it(`SECURITY 88: a first part with ${what} is refused`, async () => {
      const octets = multipart([{ ...rootPart(await signedEnvelope()), header }, cmsPart()]);
      expect(await codeOf(verifyMessage(octets, type))).to.equal('MALFORMED_XML');
    });
  }

  it('takes an XOP envelope of a version that the policy takes, with every part signed', async () => {
    const policy = { ...forsendelsePolicy(), blocks: [messagingBlock] };
    const message = async (type: string): Promise<Buffer> => {
      const header = `Content-Type: application/xop+xml; charset=utf-8; type="${type}"\r\nContent-ID: <root@x>`;
      return multipart([{ ...rootPart(await signedEnvelope()), header }, cmsPart()]);
    };
    const xop = 'multipart/related; type="application/xop+xml"; boundary=b1; start="<root@x>"; start-info="x"';
    const taken = await verifyMessage(await message('application/soap+xml'), xop, { policy });
    expect(taken.parts).to.have.length(1);
    for (const type of ['application/cms', 'text/html']) {
      expect(await codeOf(verifyMessage(await message(type), xop, { policy }))).to.equal('MALFORMED_XML');
    }
    expect(await codeOf(verifyMessage(await message('text/xml'), xop, { policy: sdp }))).to.equal('MALFORMED_XML');
  });

  it('SECURITY 42: unsigned Messaging is refused', async () => {
    const { envelope } = await signEbms(ebmsMessage(), caller.key, testTime);
    const again = swap(envelope, '</eb:Messaging>', '</eb:Messaging><eb:Messaging xmlns:eb="urn:x"/>');
    expect((await verifyMessage(multipart([rootPart(again), cmsPart()]))).blocks).to.have.length(1);
    const second = swap(envelope, '</eb:Messaging>', `</eb:Messaging><eb:Messaging xmlns:eb="${messagingBlock.ns}"/>`);
    expect(await codeOf(verifyMessage(multipart([rootPart(second), cmsPart()])))).to.equal('FAILED_CHECK');
  });

  it('SECURITY 42: a policy without attachments takes none, nor a reference to one', async () => {
    const policy = { ...sdp, attachments: 'none' } as const;
    expect(await codeOf(verifyMessage(await withEnvelope(), contentType, { policy }))).to.equal('INVALID_SECURITY');
    const unsigned = multipart([rootPart(await signedEnvelope({ attachments: [] })), cmsPart()]);
    expect(await codeOf(verifyMessage(unsigned, contentType, { policy }))).to.equal('FAILED_CHECK');
  });

  it('SECURITY 102: the octets of a message, of its envelope, and no more', async () => {
    const octets = await withEnvelope();
    const envelope = Buffer.byteLength(await signedEnvelope());
    const at = (maxMessageBytes: number, maxBytes = envelope) =>
      verifyMessage(octets, contentType, { policy: { ...sdp, maxMessageBytes, maxBytes } });
    for (const more of [0, 1]) expect((await at(octets.length + more, envelope + more)).parts).to.have.length(1);
    expect(await codeOf(at(octets.length - 1))).to.equal('TOO_LARGE');
    expect(await codeOf(at(octets.length, envelope - 1))).to.equal('TOO_LARGE');
  });

  it('SECURITY 73: 180 seconds of age, 60 ahead and 300 of life, and no more', async () => {
    const living = async (lifetime: number, age: number) => {
      const octets = Buffer.from(await signedEnvelope({ attachments: [], lifetime }));
      return verifyMessage(octets, 'application/soap+xml', { now: later(age) });
    };
    for (const [lifetime, age] of [
      [300, 180],
      [300, -60],
      [120, 119],
    ] as const) {
      expect((await living(lifetime, age)).version).to.equal('1.2');
    }
    for (const [lifetime, age] of [
      [300, 181],
      [300, -61],
      [120, 120],
      [301, 0],
    ] as const) {
      expect(await codeOf(living(lifetime, age)), `${lifetime} ${age}`).to.equal('MESSAGE_EXPIRED');
    }
  });

  it('SECURITY 47: references to 256 attachments, and no more', async () => {
    const many = (n: number) =>
      Array.from({ length: n }, (_, i) => ({ contentId: `${i}@x`, sha256: sha256(Buffer.from('x')) }));
    const message = async (n: number): Promise<Buffer> => {
      const attachments = many(n);
      const parts = attachments.map((a) => ({ header: `Content-ID: <${a.contentId}>`, content: Buffer.from('x') }));
      return multipart([rootPart(await signedEnvelope({ attachments })), ...parts]);
    };
    const most = limits.mimeParts - 1;
    expect((await verifyMessage(await message(most))).parts).to.have.length(most);
    expect(await codeOf(verifyMessage(await message(most + 1)))).to.equal('TOO_LARGE');
    expect(await codeOf(verifyMessage(await message(most + 2)))).to.equal('INVALID_SECURITY');
  });

  it('SECURITY 76: the same message under another boundary is the same', async () => {
    const envelope = await signedEnvelope();
    const once = await verifyMessage(multipart([rootPart(envelope), cmsPart()]));
    const octets = Buffer.from(
      multipart([rootPart(envelope), cmsPart()])
        .toString('latin1')
        .replaceAll('--b1', '--c2'),
      'latin1',
    );
    const again = await verifyMessage(octets, contentType.replace('b1', 'c2'));
    expect(again.replay.key.equals(once.replay.key)).to.equal(true);
  });

  it('policies are the columns of the table of profiles', () => {
    const forsendelse = forsendelsePolicy();
    expect([...sdpPolicy([]).signatures].map((s) => s.split('#')[1])).to.deep.equal(['rsa-sha256']);
    expect([...sdp.digests]).to.deep.equal([SHA256]);
    expect([...forsendelse.signatures].map((s) => s.split('#')[1])).to.deep.equal([
      'rsa-sha256',
      'rsa-sha384',
      'rsa-sha512',
    ]);
    expect([...forsendelse.digests].map((s) => s.split('#')[1])).to.deep.equal(['sha256', 'sha384', 'sha512']);
    for (const policy of [sdp, forsendelse]) {
      expect([...policy.signedInfoC14n, ...policy.referenceC14n]).to.deep.equal([EXC_C14N, EXC_C14N]);
      expect(policy).to.include({ attachments: 'signed', keyIdentifier: false, timestampWithoutTransforms: false });
    }
    expect([forsendelse.maxAge, forsendelse.maxAhead, forsendelse.maxLifetime]).to.deep.equal([300, 60, 300]);
    const lookup = oppslagstjenestenPolicy(
      { sha1Digest: true, timestampWithoutTransforms: true, oaepSha1Cbc: true },
      [],
    );
    expect(lookup).to.include({ attachments: 'none', emptyBody: false });
  });

  it('signs only what it is given: an element that was read keeps its namespaces', async () => {
    const inner: XmlElement = element({ prefix: 'x', uri: 'urn:x' }, 'Inner');
    const octets = Buffer.from(await signedEnvelope({ attachments: [], body: [inner] }));
    expect((await verifyMessage(octets, 'application/soap+xml')).operation.ns).to.equal('urn:x');
  });
});
