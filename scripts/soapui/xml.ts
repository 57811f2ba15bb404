const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text or attribute value as XML. */
export const text = (value: string): string => value.replace(/[&<>"]/g, (c) => escapes[c] as string);

/** Text as one CDATA section, for what people read in the file. */
export const cdata = (value: string): string => `<![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;

/** An element of a message with its children below it, as people lay it out. */
export const block = (name: string, children: readonly string[], attributes = ''): string =>
  children.length === 0
    ? `<${name}${attributes}/>`
    : [
        `<${name}${attributes}>`,
        ...children.flatMap((c) => c.split('\n')).map((line) => `  ${line}`),
        `</${name}>`,
      ].join('\n');

type Attributes = Readonly<Record<string, string | undefined>>;

function tag(name: string, attributes: Attributes, content: string): string {
  const list = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : ` ${key}="${text(value)}"`,
  );
  return content === '' ? `<${name}${list.join('')}/>` : `<${name}${list.join('')}>${content}</${name}>`;
}

/** An element that holds a value; `content` is XML. */
export const leaf = (name: string, content: string, attributes: Attributes = {}): string =>
  tag(name, attributes, content);

/** An element that holds elements, one a line. */
export const node = (name: string, attributes: Attributes, children: readonly string[]): string =>
  tag(name, attributes, children.length === 0 ? '' : `\n${children.join('\n')}\n`);
