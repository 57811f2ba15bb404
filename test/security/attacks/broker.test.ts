import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { faultIn } from '../../support/faults.js';
import { cms, cmsPart, contentId, contentType, multipart, rootPart } from '../../support/ebms.js';
import type { RawPart } from '../../support/ebms.js';
import { testTime } from '../../support/pki.js';
import { askingFor, letterOf, type Answered, type Sent } from '../../support/sdpSender.js';
import { openDoor, sender, supplier, type Door } from '../../http/broker/world.js';
import { brokerWrappings, timestampWith, withPassword } from './broker.js';

/** Why a wrapped message may be refused; which one it is depends on what is seen first. */
const reasons = ['EBMS:0009', 'EBMS:0101', 'EBMS:0103'];

describe('attacks on the door of the broker', function () {
  this.timeout(120_000);
  let door: Door;
  let good: Sent;
  before(async () => {
    door = await openDoor();
    good = await letterOf(sender, { at: testTime });
  });
  after(() => door.stop());
  beforeEach(() => door.reset());

  const post = (envelope: string, parts: readonly RawPart[] = [cmsPart()]): Promise<Answered> =>
    door.post(multipart([rootPart(envelope), ...parts]), contentType);
  /** Nothing has been taken over, and no package is left. */
  const nothing = (what: string): void => {
    expect([door.taken, door.asked, door.received, door.payloads.stored.size], what).to.deep.equal([[], [], [], 0]);
  };
  const codeOf = (answer: Answered): string => (answer.status === 400 ? 'plain 400' : faultIn(answer).code);

  it('the message that is attacked is good', async () => {
    expect((await post(good.envelope)).status).to.equal(200);
    expect(door.taken).to.have.length(1);
  });

  it('SECURITY 31-37: every wrapping of Body, Timestamp and Messaging is refused, and nothing is stored', async () => {
    const other = await letterOf(sender, { at: testTime });
    const counts = new Map<string, number>();
    for (const { name, envelope } of brokerWrappings(good, other)) {
      const code = codeOf(await post(envelope));
      expect([...reasons, 'plain 400'], name).to.include(code);
      nothing(name);
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    const all = [...counts.values()].reduce((a, b) => a + b, 0);
    console.log(`      ${all} wrapped messages: ${[...counts].map(([code, n]) => `${n} ${code}`).join(', ')}`);
    expect(all).to.be.at.least(300);
  });

  const header = (id: string, type = 'application/cms'): string =>
    `Content-Type: ${type}\r\nContent-ID: <${id}>\r\nContent-Transfer-Encoding: binary`;
  const forged = Buffer.from('another package');
  const attachments: Readonly<Record<string, readonly [codes: readonly string[], parts: readonly RawPart[]]>> = {
    'SECURITY 42: a forged attachment in its place': [['EBMS:0101'], [cmsPart({ content: forged })]],
    'SECURITY 42: the signed one behind a forged one of the same name': [
      ['EBMS:0101', 'plain 400'],
      [cmsPart({ content: forged }), cmsPart()],
    ],
    'SECURITY 42: a forged one behind the signed one, of the same name': [
      ['plain 400'],
      [cmsPart(), cmsPart({ content: forged })],
    ],
    'SECURITY 42: the signed one under another name, a forged one under its own': [
      ['EBMS:0101'],
      [cmsPart({ header: header('other@x') }), cmsPart({ content: forged })],
    ],
    'SECURITY 42: a second one that is not signed': [
      ['EBMS:0101'],
      [cmsPart(), cmsPart({ header: header('other@x') })],
    ],
    'SECURITY 42: the attachment left out': [['EBMS:0103'], []],
    'SECURITY 42: the type of the attachment changed, which no signature covers': [
      ['EBMS:0007'],
      [cmsPart({ header: header(contentId, 'text/html') })],
    ],
    'SECURITY 89: no Content-ID': [['plain 400'], [cmsPart({ header: 'Content-Type: application/cms' })]],
    'SECURITY 89: Content-ID in other case': [['EBMS:0101'], [cmsPart({ header: header(contentId.toUpperCase()) })]],
    'SECURITY 89: Content-ID percent-encoded': [
      ['EBMS:0101'],
      [cmsPart({ header: header(contentId.replace('@', '%40')) })],
    ],
    'SECURITY 88: parts within a part': [
      ['plain 400'],
      [cmsPart({ header: `Content-Type: multipart/mixed; boundary=x\r\nContent-ID: <${contentId}>` })],
    ],
    'SECURITY 91: a compressed attachment': [
      ['EBMS:0101'],
      [cmsPart({ content: gzipSync(cms), header: `${header(contentId)}\r\nContent-Encoding: gzip` })],
    ],
  };
  for (const [what, [codes, parts]] of Object.entries(attachments)) {
    it(`${what} is refused, and nothing is stored`, async () => {
      expect(codes).to.include(codeOf(await post(good.envelope, parts)));
      nothing(what);
    });
  }

  it('SECURITY 88: a message that ends in the middle of its package is refused, and nothing is stored', async () => {
    const octets = multipart([rootPart(good.envelope), cmsPart()]);
    for (const end of [octets.indexOf(cms) + 3, octets.length - 6]) {
      const answer = await door.post(octets.subarray(0, end), contentType);
      expect(answer.status).to.equal(400);
      nothing(`${end}`);
    }
  });

  it('SECURITY 90: an Include in the signed Body is read as what it is, and nothing is fetched', async () => {
    const include = '<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="http://127.0.0.1:9/"/>';
    const sent = await letterOf(sender, {
      at: testTime,
      alter: (document) => document.replace(/(<ns9:postkasseadresse>)[^<]*/, `$1${include}`),
    });
    expect(codeOf(await post(sent.envelope))).to.equal('EBMS:0003');
    nothing('include');
  });

  const at = (seconds: number): string => new Date(testTime.getTime() + seconds * 1000).toISOString();
  const stamps: Readonly<Record<string, (envelope: string) => string>> = {
    'Expires before Created': (e) => timestampWith(e, at(0), at(-1)),
    'ten years': (e) => timestampWith(e, at(0), at(315_360_000)),
    'a third member': (e) => timestampWith(e, at(0), at(60), '<wsu:More/>'),
    'no zone': (e) => timestampWith(e, at(0).slice(0, -1), at(60)),
    'another zone': (e) => timestampWith(e, at(0).replace('Z', '+14:00'), at(60)),
    'second 60': (e) => timestampWith(e, at(0).replace(/:\d\d\./, ':60.'), at(60)),
    'no Timestamp': (e) => e.replace(/<wsu:Timestamp .*<\/wsu:Timestamp>/s, ''),
    'two Timestamps': (e) =>
      e.replace(/(<wsu:Timestamp .*<\/wsu:Timestamp>)/s, (one) => one + one.replace('wsu:Id="', 'wsu:Id="x')),
  };
  for (const [what, alter] of Object.entries(stamps)) {
    it(`SECURITY 72: ${what} is refused, and nothing is stored`, async () => {
      expect(alter(good.envelope)).not.to.equal(good.envelope);
      expect(codeOf(await post(alter(good.envelope)))).to.equal('EBMS:0103');
      nothing(what);
    });
  }

  it('SECURITY 73: a message is taken to the last second of its time, and not after it', async () => {
    for (const [seconds, code] of [
      [-119.999, 'taken'],
      [-120, 'EBMS:0103'],
      [60, 'taken'],
      [60.001, 'EBMS:0103'],
    ] as const) {
      const sent = await letterOf(sender, { at: new Date(testTime.getTime() + seconds * 1000) });
      const answer = await post(sent.envelope);
      expect(answer.status === 200 ? 'taken' : codeOf(answer), `${seconds}`).to.equal(code);
    }
  });

  it('SECURITY 74-76: the same letter again, in whatever wrapping of HTTP and MIME, has the same key and digest', async () => {
    const otherwise = multipart([rootPart(good.envelope.replace('<env:Header>', '<env:Header> ')), cmsPart()]);
    await post(good.envelope);
    await door.post(otherwise, contentType);
    await door.post(
      Buffer.from(good.octets.toString('latin1').replaceAll('b1', 'bXY'), 'latin1'),
      contentType.replace('b1', 'bXY'),
    );
    expect(door.taken.length).to.be.at.least(2);
    const keys = new Set(
      door.taken.map(({ noekkel }) => `${noekkel.key.toString('hex')} ${noekkel.digest.toString('hex')}`),
    );
    expect(keys.size).to.equal(1);
  });

  it('SECURITY 74-76: so has the same request for a receipt', async () => {
    const asked = await askingFor(sender, { at: testTime, pull: { prioritet: 'NORMAL', id: undefined } });
    for (const envelope of [asked, asked.replace('<env:Header>', '<env:Header>\n')]) await door.post(envelope);
    await door.post(multipart([rootPart(asked)]), contentType);
    const keys = new Set(door.asked.map(({ replay }) => replay.key.toString('hex')));
    expect([door.asked.length, keys.size]).to.deep.equal([3, 1]);
    await door.post(await askingFor(supplier, { at: testTime, pull: { prioritet: 'NORMAL', id: undefined } }));
    expect(door.asked.at(-1)?.replay.key.toString('hex')).not.to.equal([...keys][0]);
  });

  it('SECURITY 77: a password instead of a signature is refused, and nothing is stored', async () => {
    expect(withPassword(good.envelope)).not.to.equal(good.envelope);
    expect(codeOf(await post(withPassword(good.envelope)))).to.equal('EBMS:0103');
    nothing('password');
  });
});
