import { expect } from 'chai';
import { stageContents } from '../../../src/contract/forsendelse/content.js';
import { tns } from '../../../src/contract/forsendelse/names.js';
import type { Failure } from '../../../src/errors.js';
import { readWithPassword } from '../../../src/security/basic.js';
import { forsendelsePolicy } from '../../../src/security/policy.js';
import { signingKey } from '../../../src/security/sign.js';
import { plainEnvelope } from '../../../src/security/signAnswer.js';
import { verify } from '../../../src/security/signature.js';
import type { Incoming, Sinks } from '../../../src/security/signature.js';
import type { Again, Place } from '../../../src/soap/message.js';
import { parseMultipartType } from '../../../src/soap/mime.js';
import type { XmlElement } from '../../../src/xml/model.js';
import { childElements, textOf } from '../../../src/xml/model.js';
import { parse } from '../../../src/xml/tree.js';
import { memoryPayloads } from '../../support/memoryPayloads.js';
import { include, message, referring, swaMessage, takeOut } from '../../support/partsMessage.js';
import type { Part } from '../../support/partsMessage.js';
import { makeChain, testTime, trustOf } from '../../support/pki.js';
import { signedWithAttachments } from '../../support/signedAttachments.js';

/* Signed messages with parts, good but for what an attack changes: by XOP, and with attachments. */

const chain = makeChain();
const key = signingKey(chain.privateKey, chain.leaf);
const deps = { trust: trustOf(chain), clock: { now: () => testTime } };

const contents = ['the first document', 'the second', ''] as const;
const inline = (text: string): string => `<f:innhold>${Buffer.from(text).toString('base64')}</f:innhold>`;
const letter = `<f:Send xmlns:f="${tns.uri}">${contents.map(inline).join('')}</f:Send>`;
const included = (id: string): string => `<f:innhold>${include(`cid:${id}`)}</f:innhold>`;

interface Sent {
  readonly text: string;
  readonly all: readonly Part[];
}

const signed = (markup: string, attachments: readonly Part[] = []): Promise<string> =>
  signedWithAttachments({ markup }, '1.2', key, testTime, attachments);

/** Signed with its documents inline, then optimised. */
const byXop = async (attachments: readonly Part[] = []): Promise<Sent> =>
  takeOut(await signed(letter, attachments), included);

/** Signed with its attachments, or those of them that `covered` picks. */
async function attached(covered: (all: Part[]) => readonly Part[] = (all) => all): Promise<Sent> {
  const { text, all } = referring(letter);
  return { text: await signed(text, covered(all)), all };
}

const [first, second, third] = takeOut(letter, included).all as [Part, Part, Part];
const xop = ({ text, all }: Sent) => message(text, '1.2', all);
const swa = ({ text, all }: Sent) => swaMessage(text, '1.2', all);

const incomingOf = ({ contentType, body }: ReturnType<typeof message>): Incoming => ({
  stream: (async function* () {
    for (let at = 0; at < body.length; at += 100) yield body.subarray(at, at + 100);
  })(),
  multipart: parseMultipartType(contentType),
});

/** The contents as the decoder gets them, or the code that refuses the message. @param change of what the verifier is handed */
async function read(sent: ReturnType<typeof message>, change: (stage: Sinks) => Sinks = (s) => s) {
  const payloads = memoryPayloads();
  const stage = stageContents(payloads);
  try {
    const { operation } = await verify(incomingOf(sent), forsendelsePolicy(), deps, change(stage));
    const settled = await stage.settle();
    const refs = childElements(operation).map((e) => settled.get(textOf(e))?.ref ?? '');
    return refs.map((ref) => payloads.stored.get(ref)?.toString() ?? '');
  } catch (error) {
    await stage.discard();
    expect(payloads.stored.size).to.equal(0);
    return (error as Failure).code;
  }
}

const swapped = async (sent: Promise<Sent>, from: string, to: string): Promise<Sent> => {
  const { text, all } = await sent;
  expect(text).to.contain(from);
  return { text: text.replace(from, () => to), all };
};
const following = async (sent: Promise<Sent>, ...all: readonly Part[]): Promise<Sent> => ({ ...(await sent), all });
const other = (part: Part): Part => ({ ...part, content: Buffer.from('!'.repeat(part.content.length)) });
const longer = (part: Part): Part => ({ ...part, content: Buffer.concat([part.content, Buffer.from('!')]) });
const as = (part: Part, { contentId }: Part): Part => ({ ...part, contentId });
const firstInclude = include(`cid:${first.contentId}`);

type Case = readonly [what: string, code: string, make: () => Promise<ReturnType<typeof message>>];

const refused: readonly Case[] = [
  [
    'SECURITY 90: other octets of an included part',
    'FAILED_CHECK',
    async () => xop(await following(byXop(), other(first), second, third)),
  ],
  [
    'SECURITY 90: an octet more',
    'FAILED_CHECK',
    async () => xop(await following(byXop(), first, second, longer(third))),
  ],
  [
    'SECURITY 90: other octets of a part before its turn',
    'FAILED_CHECK',
    async () => xop(await following(byXop(), other(second), third, first)),
  ],
  [
    'SECURITY 90: two contents that change places',
    'FAILED_CHECK',
    async () => xop(await following(byXop(), as(second, first), as(first, second), third)),
  ],
  ['SECURITY 90: a part that is left out', 'INVALID_REQUEST', async () => xop(await following(byXop(), first, second))],
  ['SECURITY 90: no part at all', 'INVALID_REQUEST', async () => xop(await following(byXop()))],
  [
    'SECURITY 89: a part that comes twice',
    'MALFORMED_XML',
    async () => xop(await following(byXop(), first, second, third, third)),
  ],
  [
    'SECURITY 90: a part too many',
    'INVALID_REQUEST',
    async () => xop(await following(byXop(), first, second, third, { ...third, contentId: 'x@x' })),
  ],
  [
    'SECURITY 90: an Include of another part',
    'FAILED_CHECK',
    async () => {
      const swap = await swapped(byXop(), firstInclude, include('cid:x@x'));
      return xop({ text: swap.text, all: [{ ...second, contentId: 'x@x' }, second, third] });
    },
  ],
  [
    'SECURITY 90: an attribute on Include',
    'INVALID_REQUEST',
    async () => xop(await swapped(byXop(), firstInclude, firstInclude.replace('></', ' a="b"></'))),
  ],
  [
    'SECURITY 90: an Include beside base64',
    'INVALID_REQUEST',
    async () => xop(await swapped(byXop(), firstInclude, `QUJD${firstInclude}`)),
  ],
  [
    'SECURITY 90: an Include in another element',
    'INVALID_REQUEST',
    async () => xop(await swapped(byXop(), '<f:innhold>', `<f:tittel>${firstInclude}</f:tittel><f:innhold>`)),
  ],
  [
    'SECURITY 90: an Include in the Header',
    'INVALID_REQUEST',
    async () =>
      xop(await swapped(byXop(), '<env:Header>', `<env:Header><x:Y xmlns:x="urn:x">${include('cid:x@x')}</x:Y>`)),
  ],
  [
    'SECURITY 90: an Include in the place of the token',
    'INVALID_REQUEST',
    async () => xop(await swapped(byXop(), key.token, firstInclude)),
  ],
  [
    'SECURITY 90: a Body signed as it is sent, optimised already',
    'FAILED_CHECK',
    async () => {
      const { text, all } = takeOut(letter, included);
      return xop({ text: await signed(text), all });
    },
  ],
  [
    'SECURITY 90: the same, its parts signed',
    'FAILED_CHECK',
    async () => {
      const { text, all } = takeOut(letter, included);
      return xop({ text: await signed(text, all), all });
    },
  ],
  [
    'SECURITY 90: the same, in an envelope that is not by XOP',
    'INVALID_REQUEST',
    async () => {
      const { text, all } = takeOut(letter, included);
      return swa({ text: await signed(text, all), all });
    },
  ],
  ['SECURITY 90: optimised, in an envelope that is not by XOP', 'FAILED_CHECK', async () => swa(await byXop())],
  [
    'SECURITY 42: text of the Body changed after its Includes',
    'FAILED_CHECK',
    async () => xop(await swapped(byXop(), '</f:Send>', '<f:x></f:x></f:Send>')),
  ],
  [
    'SECURITY 42: text of the Body changed before its Includes',
    'FAILED_CHECK',
    async () => xop(await swapped(byXop(), '<f:innhold>', ' <f:innhold>')),
  ],
  [
    'SECURITY 42: an included part whose own reference is wrong',
    'FAILED_CHECK',
    async () => xop(await byXop([other(first)])),
  ],
  [
    'SECURITY 46: a reference to an included part that is not there',
    'INVALID_SECURITY',
    async () => xop(await following(byXop([third]), first, second)),
  ],
  [
    'SECURITY 46: a reference to a part that is not there',
    'INVALID_SECURITY',
    async () => xop(await byXop([{ ...first, contentId: 'x@x' }])),
  ],
  [
    'SECURITY 42: an attachment that is not signed',
    'FAILED_CHECK',
    async () => swa(await attached(([a, b]) => [a as Part, b as Part])),
  ],
  ['SECURITY 42: no attachment is signed', 'FAILED_CHECK', async () => swa(await attached(() => []))],
  [
    'SECURITY 42: other octets of an attachment',
    'FAILED_CHECK',
    async () => swa(await following(attached(), first, other(second), third)),
  ],
  [
    'SECURITY 42: two attachments that change places',
    'FAILED_CHECK',
    async () => swa(await following(attached(), as(second, first), as(first, second), third)),
  ],
  [
    'SECURITY 42: a signed attachment that is left out',
    'INVALID_SECURITY',
    async () => swa(await following(attached(), first, second)),
  ],
  [
    'SECURITY 42: a reference to another attachment',
    'FAILED_CHECK',
    async () =>
      swa(
        await swapped(attached(), `Ref>cid:${first.contentId}`, 'Ref>cid:x@x').then(({ text }) => ({
          text,
          all: [{ ...first, contentId: 'x@x' }, second, third],
        })),
      ),
  ],
  [
    'SECURITY 89: an attachment that is signed and that nothing names',
    'INVALID_REQUEST',
    async () => {
      const { text, all } = referring(letter);
      const more = [...all, { ...third, contentId: 'x@x' }];
      return swa({ text: await signed(text, more), all: more });
    },
  ],
];

describe('attacks on signed messages with parts', () => {
  it('a message by XOP is good, whatever the order of its parts', async () => {
    for (const all of [
      [first, second, third],
      [third, second, first],
      [second, first, third],
    ]) {
      expect(await read(xop(await following(byXop(), ...all)))).to.deep.equal(contents);
    }
  });

  it('a message with attachments is good, and one by XOP whose attachments are signed too', async () => {
    expect(await read(swa(await attached()))).to.deep.equal(contents);
    expect(await read(xop(await attached()))).to.deep.equal(contents);
    expect(await read(xop(await byXop([first, third])))).to.deep.equal(contents);
  });

  it('what is included and what is referred to go together', async () => {
    const mixed = letter.replace(inline(contents[1]), `<f:innholdRef>cid:${second.contentId}</f:innholdRef>`);
    const { text } = takeOut(await signed(mixed, [second]), (id) => included(id.replace('1', '2')));
    expect(await read(xop({ text, all: [first, second, third] }))).to.deep.equal(contents);
    const unsigned = takeOut(await signed(mixed), (id) => included(id.replace('1', '2')));
    expect(await read(xop({ text: unsigned.text, all: [first, second, third] }))).to.equal('FAILED_CHECK');
  });

  for (const [what, code, make] of refused) {
    it(`${what} is refused as ${code}, and leaves nothing behind`, async () => {
      expect(await read(await make())).to.equal(code);
    });
  }

  it('SECURITY 24: says what the part calls the operation', async () => {
    const { text, all } = await byXop();
    const incoming = incomingOf(message(text, '1.2', all, '; action="urn:x:Other"'));
    await verify(incoming, forsendelsePolicy(), deps, stageContents(memoryPayloads()));
    expect(incoming.partAction).to.equal('urn:x:Other');
  });

  it('SECURITY 90: takes no envelope by XOP where the policy has none', async () => {
    const policy = { ...forsendelsePolicy(), xop: false };
    const refusal = verify(incomingOf(xop(await byXop())), policy, deps, stageContents(memoryPayloads()));
    expect(await refusal.catch(({ code }: Failure) => code)).to.equal('MALFORMED_XML');
  });

  it('SECURITY 90: refuses an Include that stands for no document, by password too', async () => {
    const reading = (body: string) => {
      const envelope = plainEnvelope({ markup: body } as unknown as XmlElement, '1.2');
      const account = { brukernavn: 'arkiv', organisasjonsnummer: '310000019' };
      const incoming = incomingOf(message(envelope, '1.2', []));
      return readWithPassword(incoming, account, forsendelsePolicy(), stageContents(memoryPayloads())).then(
        ({ operation }) => operation.local,
        ({ code }: Failure) => code,
      );
    };
    const titled = (title: string): string => `<f:Send xmlns:f="${tns.uri}"><f:tittel>${title}</f:tittel></f:Send>`;
    expect(await reading(titled('QUJD'))).to.equal('Send');
    expect(await reading(titled(include('cid:a@x')))).to.equal('INVALID_REQUEST');
  });

  it('refuses a Body that is wrong before anything of its attachments is stored', async () => {
    const sent = await swapped(attached(), '<f:innholdRef>', ' <f:innholdRef>');
    let asked = 0;
    const code = await read(swa(sent), ({ spill, parts }) => ({
      ...(spill && { spill }),
      parts: { claim: (id) => (asked++, parts?.claim(id)) },
    }));
    expect([code, asked]).to.deep.equal(['FAILED_CHECK', 0]);
  });

  describe('when what says where parts go is wrong', () => {
    const drain = async (octets: AsyncIterable<Uint8Array>): Promise<Again> => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of octets) chunks.push(chunk);
      return async function* () {
        yield* chunks;
      };
    };
    /** Sinks that hand out the nth Include that they have seen for each part. */
    const choosing = (
      choose: (n: number, seen: readonly XmlElement[]) => XmlElement | undefined,
      store = drain,
    ): Sinks => {
      const seen: XmlElement[] = [];
      let n = 0;
      return {
        spill: (e) => {
          if (e.local === 'Include') seen.push(e);
          return undefined;
        },
        parts: {
          claim: (): Place | undefined => {
            const include = choose(n++, seen);
            return include && { include, store };
          },
        },
      };
    };
    const verdict = async (sinks: Sinks, sent: Promise<Sent> = byXop()): Promise<string> =>
      verify(incomingOf(xop(await sent)), forsendelsePolicy(), deps, sinks).then(
        () => 'verified',
        ({ code, detail }: Failure) => `${code}: ${detail}`,
      );
    const filled = 'FAILED_CHECK: a part for an xop:Include that is not in Body, or filled';

    it('verifies when it is right', async () => {
      expect(await verdict(choosing((n, seen) => seen[n]))).to.equal('verified');
    });

    it('refuses an Include that Body does not have', async () => {
      expect(await verdict(choosing(() => parse(include('cid:a@x'))))).to.equal(filled);
    });

    it('refuses a second part for one Include, whether its turn has been or has not come', async () => {
      expect(await verdict(choosing((_, seen) => seen[0]))).to.equal(filled);
      expect(await verdict(choosing((_, seen) => seen[2]))).to.equal(filled);
    });

    it('refuses a part for another Include', async () => {
      const digest = 'FAILED_CHECK: digest of Body does not match';
      expect(await verdict(choosing((n, seen) => seen[2 - n]))).to.equal(digest);
    });

    it('refuses a store that gives back something else than it got', async () => {
      const changed = async (octets: AsyncIterable<Uint8Array>): Promise<Again> => {
        await drain(octets);
        return async function* () {
          yield Buffer.from('other');
        };
      };
      const order = following(byXop(), second, first, third);
      const turn = [1, 0, 2];
      expect(
        await verdict(
          choosing((n, seen) => seen[turn[n] ?? 0]),
          order,
        ),
      ).to.equal('verified');
      expect(
        await verdict(
          choosing((n, seen) => seen[turn[n] ?? 0], changed),
          order,
        ),
      ).to.match(/^FAILED_CHECK/);
    });

    for (const [what, inside] of [
      ['an element', '<x/>'],
      ['text', 'x'],
      ['a comment', '<!-- -->'],
    ] as const) {
      it(`refuses ${what} in an Include, which nothing covers`, async () => {
        const within = firstInclude.replace('></', `>${inside}</`);
        const sent = swapped(byXop(), firstInclude, within);
        const refusal = 'FAILED_CHECK: content of an xop:Include, which no signature covers';
        expect(
          await verdict(
            choosing((n, seen) => seen[n]),
            sent,
          ),
        ).to.equal(refusal);
      });
    }
  });
});
