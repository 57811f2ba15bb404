import { constants, createCipheriv, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { AssertionError, expect } from 'chai';
import { Failure } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import { decryptCms, encryptCms, type KeyTransport } from '../../src/security/cms.js';
import * as asn1 from '../../src/security/der.js';
import { der } from '../../src/security/der.js';
import { parseCertificate } from '../../src/security/x509.js';
import { makeChain, testKey } from '../support/pki.js';

const { leaf, privateKey } = makeChain();
const certificate = parseCertificate(leaf);
const transports: readonly KeyTransport[] = ['oaep-sha256', 'oaep-sha1', 'pkcs1'];
const message = Buffer.from('Brev til innbyggeren, æøå. '.repeat(40));

async function* pieces(octets: Buffer, size = 100): AsyncGenerator<Buffer> {
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
}
async function collect(octets: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const piece of octets) found.push(piece);
  return Buffer.concat(found);
}
const encrypt = (clear: Buffer, transport?: KeyTransport): Promise<Buffer> =>
  collect(encryptCms(pieces(clear), clear.length, certificate, transport && { transport }));
const decrypt = (octets: AsyncIterable<Uint8Array> | Buffer, key = privateKey): Promise<Buffer> =>
  collect(decryptCms(octets, key, certificate));

async function refusal(octets: Buffer, key = privateKey): Promise<Failure> {
  try {
    await decrypt(octets, key);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new AssertionError('nothing was refused');
}

/** The parts of what we encrypt, to be put together again with one of them changed. */
interface Parts {
  type: Buffer;
  version: Buffer;
  recipients: Buffer[];
  contentType: Buffer;
  algorithm: Buffer;
  content: Buffer;
  after: Buffer[];
}

function takeApart(cms: Buffer): Parts {
  const [type, wrapper] = asn1.children(asn1.readDer(cms));
  const [version, recipients, info] = asn1.children(asn1.explicit(wrapper!));
  const [contentType, algorithm, content] = asn1.children(info);
  return {
    type: type!.raw,
    version: version!.raw,
    recipients: asn1.children(recipients, asn1.tags.set).map(({ raw }) => raw),
    contentType: contentType!.raw,
    algorithm: algorithm!.raw,
    content: content!.raw,
    after: [],
  };
}

const assemble = (p: Parts): Buffer =>
  der.sequence(
    p.type,
    der.explicit(
      0,
      der.sequence(
        p.version,
        der.set(...p.recipients),
        der.sequence(p.contentType, p.algorithm, p.content),
        ...p.after,
      ),
    ),
  );

const changed = async (change: (p: Parts) => Partial<Parts>): Promise<Buffer> => {
  const parts = takeApart(await encrypt(message));
  return assemble({ ...parts, ...change(parts) });
};

/** A recipient with its members replaced: version, issuer and number, algorithm, encrypted key. */
const recipient = (change: (members: Buffer[]) => Buffer[]) =>
  changed(({ recipients: [first] }) => ({
    recipients: [der.sequence(...change(asn1.children(asn1.readDer(first!)).map(({ raw }) => raw)))],
  }));

const oid = (dotted: string, ...parameters: Buffer[]): Buffer => der.sequence(der.oid(dotted), ...parameters);
const sha = { 1: oid('1.3.14.3.2.26', der.null()), 256: oid('2.16.840.1.101.3.4.2.1', der.null()) };
const oaep = (...parameters: Buffer[]): Buffer => oid('1.2.840.113549.1.1.7', der.sequence(...parameters));
const mgf1 = (hash: Buffer): Buffer => der.explicit(1, oid('1.2.840.113549.1.1.8', hash));

/** AuthEnvelopedData with AES-256-GCM around `message`. */
async function gcm(tagLength = 16, nonceLength = 12, clear = message, ...more: Buffer[]): Promise<Buffer> {
  const [key, nonce] = [randomBytes(32), randomBytes(nonceLength)];
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
  const content = Buffer.concat([cipher.update(clear), cipher.final()]);
  const wrapped = publicEncrypt({ key: certificate.publicKey, oaepHash: 'sha256' }, key);
  const [info] = takeApart(await encrypt(message)).recipients;
  const members = asn1.children(asn1.readDer(info!)).map(({ raw }) => raw);
  return changed(() => ({
    type: der.oid('1.2.840.113549.1.9.16.1.23'),
    recipients: [der.sequence(...members.slice(0, 3), der.octetString(wrapped))],
    algorithm: oid('2.16.840.1.101.3.4.1.46', der.sequence(der.octetString(nonce), der.integer(tagLength), ...more)),
    content: der.context(0, content),
    after: [der.octetString(cipher.getAuthTag())],
  }));
}

/** The same structure with indefinite lengths, its content in segments of `size`, as stream writers leave it. */
function indefinite(cms: Buffer, size = 64): Buffer {
  const open = (tag: number, ...content: Buffer[]): Buffer =>
    Buffer.concat([Buffer.from([tag, 0x80]), ...content, Buffer.from([0, 0])]);
  const p = takeApart(cms);
  const octets = asn1.readDer(p.content).content;
  const segments: Buffer[] = [];
  for (let at = 0; at < octets.length; at += size) segments.push(der.octetString(octets.subarray(at, at + size)));
  const info = open(0x30, p.contentType, p.algorithm, open(0xa0, ...segments));
  return open(0x30, p.type, open(0xa0, open(0x30, p.version, open(0x31, ...p.recipients), info)));
}

describe('CMS EnvelopedData', () => {
  for (const transport of transports) {
    it(`comes back as it was: ${transport}`, async () => {
      expect(await decrypt(await encrypt(message, transport))).to.deep.equal(message);
    });
  }

  it('is OAEP with SHA-256 when nothing is said (PROFILES, CMS)', async () => {
    const { recipients } = takeApart(await encrypt(message));
    const [, , algorithm, key] = asn1.children(asn1.readDer(recipients[0]!));
    expect(algorithm!.raw).to.deep.equal(oaep(der.explicit(0, sha[256]), mgf1(sha[256])));
    const clear = privateDecrypt({ key: privateKey, oaepHash: 'sha256' }, key!.content);
    expect(clear).to.have.length(32);
  });

  it('has exact lengths at every size around a block, and is DER', async () => {
    for (const size of [0, 1, 15, 16, 17, 127, 128, 255, 256, 65_535, 65_536]) {
      const clear = randomBytes(size);
      const cms = await encrypt(clear);
      expect(assemble(takeApart(cms)), `${size}`).to.deep.equal(cms);
      expect(await decrypt(cms)).to.deep.equal(clear);
    }
  });

  it('is read however it is cut into pieces', async () => {
    const cms = await encrypt(message);
    for (const size of [1, 7, 1000]) expect(await decrypt(pieces(cms, size))).to.deep.equal(message);
  });

  it('refuses to encrypt another size than was said', async () => {
    for (const size of [message.length - 1, message.length + 1]) {
      const failure: unknown = await collect(encryptCms(pieces(message), size, certificate)).catch((e: unknown) => e);
      expect(failure).to.be.instanceOf(Failure).with.property('code', 'INTERNAL');
    }
  });

  it('streams: the head and the first octets leave before the last have come', async () => {
    let given = 0;
    async function* slow(): AsyncGenerator<Buffer> {
      for (; given < 100; given++) yield Buffer.alloc(1000);
    }
    const cms = encryptCms(slow(), 100_000, certificate);
    await cms.next();
    await cms.next();
    expect(given).to.be.lessThan(2);
    await cms.return(undefined);
  });

  it('reads indefinite lengths and segments', async () => {
    const cms = indefinite(await encrypt(message));
    expect(await decrypt(cms)).to.deep.equal(message);
    expect(await decrypt(pieces(cms, 1))).to.deep.equal(message);
  });

  it('reads AES-256-GCM, and gives nothing before the tag has been verified (SECURITY 100)', async () => {
    const cms = await gcm();
    expect(await decrypt(cms)).to.deep.equal(message);
    cms[cms.length - 1]! ^= 1;
    const reading = decryptCms(cms, privateKey, certificate);
    const failure: unknown = await reading.next().catch((e: unknown) => e);
    expect(failure).to.be.instanceOf(Failure).with.property('code', 'FAILED_CHECK');
  });

  it('SECURITY 100: holds so many octets until the tag has been verified, and no more', async () => {
    const most = limits.packageBytes;
    expect((await decrypt(await gcm(16, 12, Buffer.alloc(most)))).length).to.equal(most);
    expect((await refusal(await gcm(16, 12, Buffer.alloc(most + 1)))).detail).to.contain('too large to hold');
  });

  it('SECURITY 99: refuses AES-256-GCM with any one octet changed', async () => {
    const cms = await gcm();
    for (let at = 0; at < cms.length; at += at < 420 ? 1 : 37) {
      const bad = Buffer.from(cms);
      bad[at]! ^= 0x10;
      expect((await refusal(bad)).code, `octet ${at}`).to.be.oneOf(['FAILED_CHECK', 'UNSUPPORTED_ALGORITHM']);
    }
  });

  it('SECURITY 99: refuses AES-256-CBC with any one octet of the structure changed, or gives other octets', async () => {
    const cms = await encrypt(message);
    for (let at = 0; at < cms.length; at += at < 480 ? 1 : 97) {
      const bad = Buffer.from(cms);
      bad[at]! ^= 0x10;
      const outcome: unknown = await decrypt(bad).catch((e: unknown) => e);
      if (outcome instanceof Failure)
        expect(outcome.code, `octet ${at}`).to.be.oneOf(['FAILED_CHECK', 'UNSUPPORTED_ALGORITHM']);
      else expect(outcome, `octet ${at}`).not.to.deep.equal(message);
    }
  });

  it('SECURITY 99: refuses a structure that ends early, or does not end', async () => {
    for (const cms of [await encrypt(message), indefinite(await encrypt(message)), await gcm()]) {
      for (const end of [0, 1, 5, 60, 300, cms.length - 17, cms.length - 1])
        expect((await refusal(cms.subarray(0, end))).code, `${end}`).to.equal('FAILED_CHECK');
      expect((await refusal(Buffer.concat([cms, Buffer.from([0])]))).code).to.equal('FAILED_CHECK');
    }
  });
});

describe('CMS that is not of the profile', () => {
  const cases: readonly (readonly [string, string, () => Promise<Buffer>])[] = [
    ['signed data', 'UNSUPPORTED_ALGORITHM', () => changed(() => ({ type: der.oid('1.2.840.113549.1.7.2') }))],
    ['version 2', 'UNSUPPORTED_ALGORITHM', () => changed(() => ({ version: der.integer(2) }))],
    [
      'two recipients',
      'UNSUPPORTED_ALGORITHM',
      () => changed((p) => ({ recipients: [...p.recipients, ...p.recipients] })),
    ],
    ['no recipient', 'UNSUPPORTED_ALGORITHM', () => changed(() => ({ recipients: [] }))],
    [
      'a key agreement recipient',
      'UNSUPPORTED_ALGORITHM',
      () => changed(() => ({ recipients: [der.explicit(1, der.integer(3))] })),
    ],
    ['a recipient of version 2', 'UNSUPPORTED_ALGORITHM', () => recipient(([, ...rest]) => [der.integer(2), ...rest])],
    [
      'content other than data',
      'UNSUPPORTED_ALGORITHM',
      () => changed(() => ({ contentType: der.oid('1.2.840.113549.1.7.2') })),
    ],
    [
      'AES-128-CBC',
      'UNSUPPORTED_ALGORITHM',
      () => changed(() => ({ algorithm: oid('2.16.840.1.101.3.4.1.2', der.octetString(randomBytes(16))) })),
    ],
    [
      'triple DES',
      'UNSUPPORTED_ALGORITHM',
      () => changed(() => ({ algorithm: oid('1.2.840.113549.3.7', der.octetString(randomBytes(8))) })),
    ],
    [
      'AES-256-GCM without its tag',
      'UNSUPPORTED_ALGORITHM',
      () =>
        changed(() => ({
          algorithm: oid('2.16.840.1.101.3.4.1.46', der.sequence(der.octetString(randomBytes(12)), der.integer(16))),
        })),
    ],
    ['a tag of 12 octets', 'UNSUPPORTED_ALGORITHM', () => gcm(12)],
    ['a nonce of 16 octets', 'UNSUPPORTED_ALGORITHM', () => gcm(16, 16)],
    ['a third parameter of GCM', 'UNSUPPORTED_ALGORITHM', () => gcm(16, 12, message, der.integer(1))],
    [
      'a fifth member of the recipient',
      'UNSUPPORTED_ALGORITHM',
      () => recipient((members) => [...members, der.null()]),
    ],
    [
      'a third member of the name of the recipient',
      'FAILED_CHECK',
      () =>
        recipient(([v, , a, k]) => [
          v!,
          der.sequence(certificate.issuer.der, der.integer(BigInt(certificate.serial)), der.null()),
          a!,
          k!,
        ]),
    ],
    [
      'a short initialisation vector',
      'FAILED_CHECK',
      () => changed(() => ({ algorithm: oid('2.16.840.1.101.3.4.1.42', der.octetString(randomBytes(8))) })),
    ],
    ['attributes after the content', 'FAILED_CHECK', () => changed(() => ({ after: [der.explicit(1, der.null())] }))],
    ['content that is missing', 'FAILED_CHECK', () => changed(() => ({ content: Buffer.alloc(0) }))],
    [
      'a hash of its own for the mask',
      'UNSUPPORTED_ALGORITHM',
      () => recipient(([v, r, , k]) => [v!, r!, oaep(der.explicit(0, sha[256]), mgf1(sha[1])), k!]),
    ],
    [
      'SHA-512 in OAEP',
      'UNSUPPORTED_ALGORITHM',
      () =>
        recipient(([v, r, , k]) => [
          v!,
          r!,
          oaep(der.explicit(0, oid('2.16.840.1.101.3.4.2.3')), mgf1(oid('2.16.840.1.101.3.4.2.3'))),
          k!,
        ]),
    ],
    [
      'a label in OAEP',
      'UNSUPPORTED_ALGORITHM',
      () =>
        recipient(([v, r, , k]) => [
          v!,
          r!,
          oaep(der.explicit(2, oid('1.2.840.113549.1.1.9', der.octetString(Buffer.from('label'))))),
          k!,
        ]),
    ],
    [
      'another key transport',
      'UNSUPPORTED_ALGORITHM',
      () => recipient(([v, r, , k]) => [v!, r!, oid('1.2.840.113549.1.1.10'), k!]),
    ],
    [
      'another number',
      'FAILED_CHECK',
      () =>
        recipient(([v, , a, k]) => [
          v!,
          der.sequence(certificate.issuer.der, der.integer(BigInt(certificate.serial) + 1n)),
          a!,
          k!,
        ]),
    ],
    [
      'another issuer',
      'FAILED_CHECK',
      () =>
        recipient(([v, , a, k]) => [
          v!,
          der.sequence(certificate.subject.der, der.integer(BigInt(certificate.serial))),
          a!,
          k!,
        ]),
    ],
    ['nothing but text', 'FAILED_CHECK', async () => Buffer.from('not CMS at all')],
  ];
  for (const [what, code, make] of cases) {
    it(`SECURITY 99: ${what} is refused as ${code}`, async () => {
      expect((await refusal(await make())).code).to.equal(code);
    });
  }

  it('SECURITY 99: a head without end is given up at the limit, nesting too', async () => {
    const open = Buffer.from([0x30, 0x80]);
    const head = Buffer.concat([
      open,
      der.oid('1.2.840.113549.1.7.3'),
      Buffer.from([0xa0, 0x80]),
      open,
      der.integer(0),
    ]);
    const nested = Buffer.concat([head, Buffer.from('3180'.repeat(5000), 'hex')]);
    expect((await refusal(nested)).detail).to.contain('nested too deep');
    let given = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      yield Buffer.concat([head, Buffer.from([0x31, 0x80])]);
      for (;;) {
        given += 1002;
        yield Buffer.concat([Buffer.from([0x30, 0x82, 0x03, 0xe8]), Buffer.alloc(1000, 0x05)]);
      }
    }
    const failure: unknown = await decrypt(endless()).catch((e: unknown) => e);
    expect(failure).to.be.instanceOf(Failure).with.property('code', 'FAILED_CHECK');
    expect(given).to.be.lessThan(2 * limits.cmsHeadBytes);
  });
});

describe('SECURITY 99: a key that does not open', () => {
  const wrappedAs = (block: Buffer): Promise<Buffer> =>
    recipient(([v, r]) => [
      v!,
      r!,
      oid('1.2.840.113549.1.1.1', der.null()),
      der.octetString(publicEncrypt({ key: certificate.publicKey, padding: constants.RSA_NO_PADDING }, block)),
    ]);
  const good = (): Buffer =>
    Buffer.concat([Buffer.from([0, 2]), Buffer.alloc(221, 0xaa), Buffer.from([0]), Buffer.alloc(32, 7)]);
  const broken: readonly (readonly [string, (block: Buffer) => Buffer])[] = [
    ['first octet', (b) => (b.writeUInt8(1, 0), b)],
    ['block type', (b) => (b.writeUInt8(1, 1), b)],
    ['a zero inside the padding', (b) => (b.writeUInt8(0, 100), b)],
    ['no zero before the key', (b) => (b.writeUInt8(1, 223), b)],
    ['a shorter key', (b) => (b.writeUInt8(9, 223), b.writeUInt8(0, 230), b)],
  ];

  /** What is told of a key that was taken, though it is not the one: as good as always a wrong end of the last block. */
  const told = async (cms: Buffer, key = privateKey): Promise<string> => {
    const outcome: unknown = await decrypt(cms, key).catch((e: unknown) => e);
    return outcome instanceof Failure ? `${outcome.code} ${outcome.detail}` : 'other octets';
  };
  const either = ['FAILED_CHECK CMS decryption: error:1C800064:Provider routines::bad decrypt', 'other octets'];

  it('goes on with a random key, and ends as a wrong key does', async () => {
    expect(await told(await wrappedAs(good()))).to.be.oneOf(either);
    for (const [what, change] of broken) expect(await told(await wrappedAs(change(good()))), what).to.be.oneOf(either);
    for (const transport of transports)
      expect(await told(await encrypt(message, transport), testKey('stranger').privateKey)).to.be.oneOf(either);
    expect(await told(await recipient(([v, r, a]) => [v!, r!, a!, der.octetString(Buffer.alloc(3))]))).to.be.oneOf(
      either,
    );
  });
});
