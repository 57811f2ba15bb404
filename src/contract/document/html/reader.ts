import { limits } from '../../../limits.js';

/* A reader of HTML as browsers read it (HTML Living Standard, 13.2.5), as far as is needed to see every element that one would make. */

export interface HtmlAttribute {
  /** In lower case. */
  readonly name: string;
  /** As it is written, at most limits.htmlValueCharacters of it. */
  value: string;
  /** There was more of it. */
  cut: boolean;
}

export interface HtmlTag {
  /** In lower case. */
  readonly name: string;
  readonly end: boolean;
  readonly attributes: readonly HtmlAttribute[];
}

/** Each says what is wrong, or undefined. */
export interface HtmlEvents {
  tag(tag: HtmlTag): string | undefined;
  /** What stands in a `style`. */
  style(css: string): string | undefined;
}

const letter = /[A-Za-z]/;
const space = /[ \t\n\f\r]/;

/** How a comment ends: what each character does to where one is in it. */
const comment: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  start: { '-': 'startDash', '>': 'over' },
  startDash: { '-': 'end', '>': 'over' },
  body: { '-': 'dash' },
  dash: { '-': 'end' },
  end: { '-': 'end', '!': 'bang', '>': 'over' },
  bang: { '-': 'dash', '>': 'over' },
};

/** Takes the text from a place on, and says up to where it has read. */
type State = (text: string, at: number) => number;

/** Reads characters in pieces. */
export class HtmlReader {
  /** What is wrong; nothing more is read then. */
  reason: string | undefined;
  private state: State;
  private name = '';
  private end = false;
  private attributes: HtmlAttribute[] = [];
  private pending = '';
  private quote = '';
  /** The element whose content is text. */
  private raw = '';
  private css = '';
  private place = 'start';

  constructor(private readonly events: HtmlEvents) {
    this.state = this.data;
  }

  write(text: string): void {
    for (let at = 0; at < text.length && this.reason === undefined;) at = this.state(text, at);
  }

  private readonly data: State = (text, at) => {
    const open = text.indexOf('<', at);
    if (open < 0) return text.length;
    this.state = this.tagOpen;
    return open + 1;
  };

  private readonly tagOpen: State = (text, at) => {
    const c = text.charAt(at);
    this.end = c === '/';
    this.pending = '';
    if (letter.test(c)) return this.beginTag(at);
    this.state = c === '/' ? this.endTagOpen : c === '!' ? this.declaration : c === '?' ? this.bogus : this.data;
    return this.state === this.data ? at : at + 1;
  };

  private readonly endTagOpen: State = (text, at) => {
    const c = text.charAt(at);
    if (letter.test(c)) return this.beginTag(at);
    this.state = c === '>' ? this.data : this.bogus;
    return c === '>' ? at + 1 : at;
  };

  private beginTag(at: number): number {
    this.name = '';
    this.attributes = [];
    this.state = this.tagName;
    return at;
  }

  private readonly declaration: State = (text, at) => {
    const next = this.pending + text.charAt(at);
    if (next === '--') {
      this.place = 'start';
      this.state = this.comment;
    } else if (next === '[CDATA[') {
      // Text or mark-up, as it stands in SVG or not.
      this.reason = 'it has a CDATA section';
    } else if (next !== '-' && !'[CDATA['.startsWith(next)) {
      // What has been passed over holds no end of it.
      this.state = this.bogus;
      return at;
    }
    this.pending = next;
    return at + 1;
  };

  private readonly bogus: State = (text, at) => {
    const close = text.indexOf('>', at);
    if (close < 0) return text.length;
    this.state = this.data;
    return close + 1;
  };

  private readonly comment: State = (text, at) => {
    this.place = comment[this.place]?.[text.charAt(at)] ?? 'body';
    if (this.place === 'over') this.state = this.data;
    if (this.place !== 'body') return at + 1;
    const dash = text.indexOf('-', at + 1);
    return dash < 0 ? text.length : dash;
  };

  private readonly tagName: State = (text, at) => {
    const c = text.charAt(at);
    if (c !== '>' && c !== '/' && !space.test(c)) {
      if (this.name.length < limits.htmlNameCharacters) this.name += c.toLowerCase();
      else this.reason = 'it has a name that is too long';
      return at + 1;
    }
    this.state = this.beforeName;
    return at;
  };

  private readonly beforeName: State = (text, at) => {
    const c = text.charAt(at);
    if (c === '>') return this.emit(at);
    if (c === '/' || space.test(c)) return at + 1;
    this.attributes.push({ name: '', value: '', cut: false });
    if (this.attributes.length > limits.htmlAttributes) this.reason = 'an element has too many attributes';
    this.pending = c.toLowerCase();
    this.state = this.attributeName;
    return at + 1;
  };

  private readonly attributeName: State = (text, at) => {
    const c = text.charAt(at);
    if (c !== '=' && c !== '>' && c !== '/' && !space.test(c)) {
      if (this.pending.length < limits.htmlNameCharacters) this.pending += c.toLowerCase();
      else this.reason = 'it has a name that is too long';
      return at + 1;
    }
    this.attributes.splice(-1, 1, { name: this.pending, value: '', cut: false });
    this.state = this.afterName;
    return at;
  };

  private readonly afterName: State = (text, at) => {
    const c = text.charAt(at);
    if (space.test(c)) return at + 1;
    this.state = c === '=' ? this.beforeValue : this.beforeName;
    return c === '=' ? at + 1 : at;
  };

  private readonly beforeValue: State = (text, at) => {
    const c = text.charAt(at);
    if (space.test(c)) return at + 1;
    this.quote = c === '"' || c === "'" ? c : '';
    this.state = c === '>' ? this.beforeName : this.quote === '' ? this.unquoted : this.quoted;
    return this.quote === '' ? at : at + 1;
  };

  private readonly quoted: State = (text, at) => {
    const close = text.indexOf(this.quote, at);
    this.keep(text.slice(at, close < 0 ? undefined : close));
    if (close < 0) return text.length;
    this.state = this.beforeName;
    return close + 1;
  };

  private readonly unquoted: State = (text, at) => {
    const stop = text.slice(at).search(/[ \t\n\f\r>]/);
    this.keep(text.slice(at, stop < 0 ? undefined : at + stop));
    if (stop < 0) return text.length;
    this.state = this.beforeName;
    return at + stop;
  };

  private keep(piece: string): void {
    const attribute = this.attributes.at(-1);
    if (attribute === undefined) return;
    const room = limits.htmlValueCharacters - attribute.value.length;
    attribute.value += piece.slice(0, room);
    attribute.cut ||= piece.length > room;
  }

  private emit(at: number): number {
    const { name, end, attributes } = this;
    this.reason = this.events.tag({ name, end, attributes });
    const text = !end && (name === 'style' || name === 'title');
    this.raw = text ? name : '';
    this.css = '';
    this.state = text ? this.rawText : this.data;
    return at + 1;
  }

  private readonly rawText: State = (text, at) => {
    const open = text.indexOf('<', at);
    this.keepText(text.slice(at, open < 0 ? undefined : open));
    if (open < 0) return text.length;
    this.pending = '<';
    this.state = this.rawOpen;
    return open + 1;
  };

  private keepText(piece: string): void {
    if (this.raw !== 'style') return;
    this.css += piece;
    if (this.css.length > limits.htmlStyleCharacters) this.reason = 'a style is too long';
  }

  /** Within SVG the same octets are mark-up, so nothing may stand there that would be read in two ways. */
  private readonly rawOpen: State = (text, at) => {
    const c = text.charAt(at);
    const [close, next] = [`</${this.raw}`, this.pending + c.toLowerCase()];
    if (this.pending === close && (c === '>' || c === '/' || space.test(c))) return this.endRaw(at);
    if (next === '<!--' && this.raw === 'style') this.backToRaw(next);
    else if (this.pending === '<' && !/[A-Za-z/!?]/.test(c)) return this.backToRaw('<', at);
    else if (!close.startsWith(next) && !(this.raw === 'style' && '<!--'.startsWith(next))) {
      this.reason = `there is mark-up in a ${this.raw}`;
    } else this.pending = next;
    return at + 1;
  };

  private backToRaw(text: string, at = 0): number {
    this.keepText(text);
    this.state = this.rawText;
    return at;
  }

  private endRaw(at: number): number {
    const { css, raw } = this;
    const open = css.lastIndexOf('<!--');
    if (open >= 0 && !css.includes('-->', open + 2)) this.reason = 'there is mark-up in a style';
    else this.reason = this.events.style(css);
    [this.name, this.end, this.attributes] = [raw, true, []];
    this.state = this.beforeName;
    return at;
  }
}
