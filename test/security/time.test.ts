import { expect } from 'chai';
import { oppslagstjenestenPolicy } from '../../src/security/policy.js';
import { checkTimes, readInstant, readTimestamp } from '../../src/security/time.js';
import { wsu } from '../../src/soap/names.js';
import type { XmlElement, XmlNode } from '../../src/xml/model.js';
import { element, plain } from '../../src/xml/write.js';
import { failureOf } from '../support/pki.js';

const codeOf = (act: () => unknown): string => {
  let code = 'none';
  try {
    act();
  } catch {
    ({ code } = failureOf(act));
  }
  return code;
};

describe('security/time', () => {
  describe('readInstant', () => {
    const good: Readonly<Record<string, string>> = {
      '2026-03-02T12:00:00Z': '2026-03-02T12:00:00.000Z',
      '2026-03-02T12:00:00.1Z': '2026-03-02T12:00:00.100Z',
      '2026-03-02T12:00:00.12Z': '2026-03-02T12:00:00.120Z',
      '2026-03-02T12:00:00.123Z': '2026-03-02T12:00:00.123Z',
      '2024-02-29T23:59:59.999Z': '2024-02-29T23:59:59.999Z',
      '0001-01-01T00:00:00Z': '0001-01-01T00:00:00.000Z',
    };
    for (const [text, instant] of Object.entries(good)) {
      it(`takes ${text}`, () => expect(readInstant(text).toISOString()).to.equal(instant));
    }

    const bad = [
      '',
      'now',
      '2026-03-02',
      '2026-03-02T12:00:00',
      '2026-03-02T12:00Z',
      '2026-03-02 12:00:00Z',
      '2026-03-02t12:00:00Z',
      '2026-03-02T12:00:00z',
      '2026-03-02T12:00:00+00:00',
      '2026-03-02T12:00:00+14:00',
      '2026-03-02T12:00:00-00:00',
      '2026-03-02T12:00:00.Z',
      '2026-03-02T12:00:00.1234Z',
      '2026-03-02T12:00:00,5Z',
      '2026-03-02T12:00:60Z',
      '2026-03-02T12:60:00Z',
      '2026-03-02T24:00:00Z',
      '2026-03-02T25:00:00Z',
      '2025-02-29T12:00:00Z',
      '2026-02-30T12:00:00Z',
      '2026-04-31T12:00:00Z',
      '2026-13-01T12:00:00Z',
      '2026-00-01T12:00:00Z',
      '2026-01-00T12:00:00Z',
      '02026-03-02T12:00:00Z',
      '-2026-03-02T12:00:00Z',
      '+002026-03-02T12:00:00Z',
      ' 2026-03-02T12:00:00Z',
      '2026-03-02T12:00:00Z\n',
      '٢٠٢٦-03-02T12:00:00Z',
    ];
    for (const text of bad) {
      it(`SECURITY 72: refuses ${JSON.stringify(text)}`, () =>
        expect(codeOf(() => readInstant(text))).to.equal('INVALID_SECURITY'));
    }
  });

  describe('readTimestamp', () => {
    const at = (local: string, text: string): XmlElement => element(wsu, local, {}, [text]);
    const created = at('Created', '2026-03-02T12:00:00Z');
    const expires = at('Expires', '2026-03-02T12:01:00Z');
    const timestamp = (...children: readonly XmlNode[]): XmlElement => element(wsu, 'Timestamp', {}, children);

    it('reads Created alone, and with Expires; white space around does not count', () => {
      const first = new Date('2026-03-02T12:00:00Z');
      const last = new Date('2026-03-02T12:01:00Z');
      expect(readTimestamp(timestamp(created))).to.deep.equal({ created: first, expires: null });
      expect(readTimestamp(timestamp('\n ', created, '\n ', expires, '\n'))).to.deep.equal({
        created: first,
        expires: last,
      });
      expect(readTimestamp(timestamp(at('Created', '\n2026-03-02T12:00:00Z ')))).to.deep.include({ created: first });
    });

    const bad: Readonly<Record<string, readonly XmlNode[]>> = {
      nothing: [],
      'Expires alone': [expires],
      'the wrong order': [expires, created],
      'two Created': [created, created],
      'something after Expires': [created, expires, at('Other', '')],
      'text between': [created, 'text', expires],
      'a comment between': [created, { comment: '' }, expires],
      'another namespace': [element({ prefix: 'x', uri: 'urn:x' }, 'Created', {}, ['2026-03-02T12:00:00Z'])],
      'an attribute': [{ ...created, attributes: plain({ ValueType: 'xsd:dateTime' }) }],
      'an element in Created': [{ ...created, children: ['2026-03-02T12:00:00Z', at('x', '')] }],
      'a comment in Created': [{ ...created, children: ['2026-03-02T', { comment: '' }, '12:00:00Z'] }],
      'Expires at Created': [created, at('Expires', '2026-03-02T12:00:00Z')],
      'Expires before Created': [created, at('Expires', '2026-03-02T11:59:59.999Z')],
    };
    for (const [name, children] of Object.entries(bad)) {
      it(`SECURITY 72: refuses ${name}`, () =>
        expect(codeOf(() => readTimestamp(timestamp(...children)))).to.equal('INVALID_SECURITY'));
    }
  });

  describe('checkTimes', () => {
    const policy = oppslagstjenestenPolicy(
      { sha1Digest: true, timestampWithoutTransforms: true, oaepSha1Cbc: true },
      [],
    );
    const now = new Date('2026-03-02T12:00:00Z');
    const after = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
    const rows: readonly (readonly [name: string, created: number, expires: number | null, verdict: string])[] = [
      ['made now', 0, 60, 'none'],
      ['without Expires', 0, null, 'none'],
      ['299.999 s old', -299.999, 60, 'none'],
      ['300 s old', -300, 60, 'none'],
      ['300.001 s old', -300.001, 60, 'MESSAGE_EXPIRED'],
      ['300.001 s old, without Expires', -300.001, null, 'MESSAGE_EXPIRED'],
      ['59.999 s ahead', 59.999, 120, 'none'],
      ['60 s ahead', 60, 120, 'none'],
      ['60.001 s ahead', 60.001, 120, 'MESSAGE_EXPIRED'],
      ['expiring in a millisecond', -10, 0.001, 'none'],
      ['expiring now', -10, 0, 'MESSAGE_EXPIRED'],
      ['expired a millisecond ago', -10, -0.001, 'MESSAGE_EXPIRED'],
      ['living 2099.999 s', 0, 2099.999, 'none'],
      ['living 2100 s', 0, 2100, 'none'],
      ['living 2100.001 s', 0, 2100.001, 'MESSAGE_EXPIRED'],
      ['living ten years', 0, 315_360_000, 'MESSAGE_EXPIRED'],
    ];
    for (const [name, created, expires, verdict] of rows) {
      it(`SECURITY 73: ${verdict === 'none' ? 'takes' : 'refuses'} a message ${name}`, () => {
        const times = { created: after(created), expires: expires === null ? null : after(expires) };
        expect(codeOf(() => checkTimes(times, now, policy))).to.equal(verdict);
      });
    }
  });
});
