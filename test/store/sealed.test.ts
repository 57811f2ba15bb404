import { createSecretKey } from 'node:crypto';
import { expect } from 'chai';
import { Failure } from '../../src/errors.js';
import { sealUnder } from '../../src/store/sealed.js';

const seal = sealUnder(createSecretKey(Buffer.alloc(32, 1)));
const place = 'shipment 1 forsendelse';

const refusal = (open: () => unknown): string => {
  try {
    open();
  } catch (error) {
    if (error instanceof Failure) return error.detail;
    throw error;
  }
  return 'opened';
};

describe('sealed values', () => {
  const value = {
    tid: new Date('2026-03-01T12:00:00.123Z'),
    liste: [new Date(0), { dato: new Date(1), tekst: 'æøå 👩‍👦' }, null, 1.5, true],
    tom: {},
    ingen: null,
    $dato: { $: 'no date' },
  };

  it('come back as they were, dates as dates', () => {
    expect(seal.open(seal.seal(value, place), place)).to.deep.equal(value);
  });

  it('leave what is sealed as it was', () => {
    const before = structuredClone(value);
    seal.seal(value, place);
    expect(value).to.deep.equal(before);
  });

  it('leave members out that are undefined, as JSON does', () => {
    expect(seal.open(seal.seal({ a: 1, b: undefined }, place), place)).to.deep.equal({ a: 1 });
  });

  it('are no invalid dates', () => {
    expect(() => seal.seal({ tid: new Date(NaN) }, place)).to.throw(TypeError, 'tid is no date');
  });

  it('are sealed under a key that serves no other value', () => {
    expect(seal.seal(value, place).equals(seal.seal(value, place))).to.equal(false);
  });

  it('open in their own place only', () => {
    const sealed = seal.seal(value, place);
    seal.open(sealed, place);
    expect(refusal(() => seal.open(sealed, 'shipment 2 forsendelse'))).to.equal(
      'shipment 2 forsendelse has been changed',
    );
  });

  it('open under their own data key only', () => {
    const other = sealUnder(createSecretKey(Buffer.alloc(32, 2)));
    expect(refusal(() => other.open(seal.seal(value, place), place))).to.contain('another data key');
  });

  it('are refused when one bit is another, wherever it is', () => {
    const sealed = seal.seal({ a: 1 }, place);
    for (const [at] of sealed.entries()) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(
        refusal(() => seal.open(changed, place)),
        String(at),
      ).to.match(/has been changed|another data key/);
    }
  });

  it('open when they are of the first version, in their own place', () => {
    const first = Buffer.from(
      'AXDKbhXGEwnI+Ur6tjkjijqbZhdgrrkR2vLg9Rl2PqVgl5D/pjFkjSjw7weRZwSFfBL2BfwBLgsjvytsfg/y8GVNaKjO6cHong==',
      'base64',
    );
    expect(seal.open(first, place)).to.deep.equal({ tid: new Date(1), tekst: 'æ' });
    expect(refusal(() => seal.open(first, 'shipment 2 forsendelse'))).to.contain('has been changed');
    expect(seal.seal({}, place)[0]).to.equal(2);
  });
});
