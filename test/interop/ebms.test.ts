import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { payloadParts } from '../../src/contract/ebms/encode.js';
import { encodeUserMessage } from '../../src/contract/ebms/encode.js';
import { signingKey } from '../../src/security/sign.js';
import { signEbms } from '../../src/security/signEbms.js';
import { parseMultipartType, readMultipart } from '../../src/soap/mime.js';
import { writeMultipart } from '../../src/soap/multipartWriter.js';
import { parse } from '../../src/xml/tree.js';
import { inChunks, whole } from '../soap/mime/support.js';
import { sbd, userMessage } from '../support/ebms.js';
import { swap } from '../support/messages.js';
import { makeChain } from '../support/pki.js';
import { jdkVerify, needs, run, succeed, withFolder } from './support.js';
import { xmlsec1Verify } from './xmlsec1.js';

const pem = (kind: string, der: Buffer): string =>
  `-----BEGIN ${kind}-----\n${(der.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${kind}-----\n`;

describe('ebMS envelopes that we sign, in xmlsec1 and the XML-DSig of the JDK', () => {
  before(needs('xmlsec1', 'wss4j'));

  const chain = makeChain();
  const key = signingKey(createPrivateKey(chain.privateKey.export({ type: 'pkcs8', format: 'pem' })), chain.leaf);
  const envelope = async (): Promise<string> => {
    const messaging = encodeUserMessage({ ...userMessage, parts: payloadParts() });
    const message = { messaging, body: [parse(sbd)], bodyId: 'soapBody', attachments: [] };
    return (await signEbms(message, key, new Date())).envelope;
  };
  const withAuthorities = <T>(use: (ca: string) => Promise<T>): Promise<T> =>
    withFolder((folder) => {
      const ca = join(folder, 'ca.pem');
      writeFileSync(ca, pem('CERTIFICATE', chain.root) + pem('CERTIFICATE', chain.issuing));
      return use(ca);
    });

  it('both verify Body, Timestamp and Messaging', () =>
    withAuthorities(async (ca) => {
      const signed = await envelope();
      const { valid, output, signer } = await xmlsec1Verify(signed, ca);
      expect(valid, output).to.equal(true);
      expect(signer.raw.equals(new X509Certificate(pem('CERTIFICATE', chain.leaf)).raw)).to.equal(true);
      const { signaturverdi, referanser } = await jdkVerify(signed);
      expect(signaturverdi).to.equal(true);
      expect(referanser.map((r) => [r.element, r.gyldig])).to.deep.equal([
        ['Body', true],
        ['Timestamp', true],
        ['Messaging', true],
      ]);
    }));

  it('with another Action: both refuse Messaging, and only Messaging', () =>
    withAuthorities(async (ca) => {
      const altered = swap(await envelope(), '>FormidleDigitalPost<', '>FormidleFysiskPost<');
      expect(await xmlsec1Verify(altered, ca)).to.include({ valid: false });
      const { referanser } = await jdkVerify(altered);
      expect(referanser.filter((r) => !r.gyldig).map((r) => r.element)).to.deep.equal(['Messaging']);
    }));
});

/** Prints the parts of FILE, whose first line is its Content-Type, as JSON: id, type, content in base64. */
const reader = `
import base64, email, email.policy, json, sys
message = email.message_from_bytes(open(sys.argv[1], 'rb').read(), policy=email.policy.HTTP)
print(json.dumps([[p['Content-ID'], p.get_content_type(), base64.b64encode(p.get_payload(decode=True)).decode()]
                  for p in message.iter_parts()]))
`;

/** Writes to FILE a message of the parts in base64 that follow, each by another transfer encoding, after its Content-Type. */
const writer = `
import base64, email.policy, sys
from email import encoders
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
message = MIMEMultipart('related', boundary='=_py', policy=email.policy.HTTP)
for i, content in enumerate(sys.argv[2:]):
    part = MIMEBase('application', 'cms', policy=email.policy.HTTP)
    part.set_payload(base64.b64decode(content))
    (encoders.encode_quopri if i % 2 else encoders.encode_base64)(part)
    part['Content-ID'] = '<%d@py>' % i
    message.attach(part)
octets = message.as_bytes(policy=email.policy.HTTP)
head, body = octets.split(b'\\r\\n\\r\\n', 1)
open(sys.argv[1], 'wb').write(body)
`;

describe('multipart messages, in the email package of Python', () => {
  before(async function () {
    const found = await run('python3', ['-c', 'import email']).then(
      ({ code }) => code === 0,
      () => false,
    );
    if (found) return;
    const advice = 'python3 is not installed: apt-get install python3';
    if (process.env['TEST_INTEROP'] === 'all') throw new Error(advice);
    console.warn(`    skipped, ${advice}`);
    this.skip();
  });

  const contents = [Buffer.from('<a/>'), randomBytes(5_000), Buffer.from('\r\n--b\r\n\r\n'), Buffer.alloc(0)];

  it('reads what we write', () =>
    withFolder(async (folder) => {
      const [root, ...others] = contents.map((content, i) => ({
        contentType: 'application/cms',
        contentId: `${i}@x`,
        size: content.length,
        open: () => [content],
      }));
      if (root === undefined) throw new Error('no part');
      const { contentType, body } = writeMultipart([root, ...others]);
      const file = join(folder, 'message');
      writeFileSync(file, Buffer.concat([Buffer.from(`Content-Type: ${contentType}\r\n\r\n`), await whole(body)]));
      const read = JSON.parse(await succeed('python3', ['-c', reader, file])) as unknown;
      expect(read).to.deep.equal(
        contents.map((content, i) => [`<${i}@x>`, 'application/cms', content.toString('base64')]),
      );
    }));

  it('writes what we read, in base64 and quoted-printable', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'message');
      // What quoted-printable does with line ends of its own is another matter; these have whole ones.
      const texts = [randomBytes(3_000), Buffer.from('a=b\tæøå "x"'), Buffer.from('1'), Buffer.from('=')];
      await succeed('python3', ['-c', writer, file, ...texts.map((t) => t.toString('base64'))]);
      const type = parseMultipartType('multipart/related; boundary="=_py"');
      const read: [string | undefined, string][] = [];
      for await (const { contentId, body } of readMultipart(inChunks(readFileSync(file), 100), type?.boundary ?? '')) {
        read.push([contentId, (await whole(body)).toString('base64')]);
      }
      expect(read).to.deep.equal(texts.map((text, i) => [`${i}@py`, text.toString('base64')]));
    }));
});
