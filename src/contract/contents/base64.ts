import { Failure } from '../../errors.js';

const invalid = (reason: string): Failure => new Failure('INVALID_REQUEST', reason, { reason });
const onlyBase64 = /^[A-Za-z0-9+/]*$/;

/**
 * The octets of digits that make whole groups; undefined where there is something else among them. Node passes over what is no digit, so
 * that octets are missing then, but it takes the digits of base64url too, and other letters by the last octet of their number.
 */
function decoded(digits: string): Buffer | undefined {
  const octets = Buffer.from(digits, 'base64');
  const whole = octets.length * 4 === digits.length * 3 && Buffer.byteLength(digits) === digits.length;
  return whole && !digits.includes('-') && !digits.includes('_') ? octets : undefined;
}

/** Decodes xs:base64Binary piece by piece; white space may stand anywhere. It keeps at most three characters between the pieces. */
export class Base64Decoder {
  private carry = '';
  private padding = '';

  /** The octets that are whole with `text`. @throws Failure INVALID_REQUEST */
  write(text: string): Buffer {
    return (this.padding === '' ? this.onlyDigits(text) : undefined) ?? this.anything(text);
  }

  /** As nearly every piece is: digits and nothing else. Undefined where it is not, and then nothing has happened. */
  private onlyDigits(text: string): Buffer | undefined {
    const all = this.carry + text;
    const whole = all.length - (all.length % 4);
    const rest = all.slice(whole);
    const octets = onlyBase64.test(rest) ? decoded(all.slice(0, whole)) : undefined;
    if (octets !== undefined) this.carry = rest;
    return octets;
  }

  private anything(text: string): Buffer {
    let digits = /[ \t\r\n]/.test(text) ? text.replace(/[ \t\r\n]+/g, '') : text;
    const at = digits.indexOf('=');
    if (at >= 0 || this.padding !== '') {
      this.padding += at >= 0 ? digits.slice(at) : digits;
      digits = at >= 0 && this.padding.length === digits.length - at ? digits.slice(0, at) : '';
      if (!/^={0,2}$/.test(this.padding)) throw invalid('innhold is not base64');
    }
    if (!onlyBase64.test(digits)) throw invalid('innhold is not base64');
    const all = this.carry + digits;
    const whole = all.length - (all.length % 4);
    this.carry = all.slice(whole);
    return Buffer.from(all.slice(0, whole), 'base64');
  }

  /** The last octets. @throws Failure INVALID_REQUEST when the text was cut, or its padding is wrong */
  end(): Buffer {
    const { carry, padding } = this;
    const right = carry.length === 0 ? padding === '' : carry.length > 1 && carry.length + padding.length === 4;
    if (!right) throw invalid('innhold is not base64: its end is missing');
    return Buffer.from(carry, 'base64');
  }
}
