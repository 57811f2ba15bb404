import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

describe('the way of a request', () => {
  it('SECURITY 43: there is one reading of a request', () => {
    const root = join(import.meta.dirname, '../../../src');
    const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
    const serving = sources.filter((f) => !/^(diagnosis|sandbox|cli|client)\//.test(f));
    const using = (call: RegExp): string[] =>
      serving.filter((f) => call.test(readFileSync(join(root, f), 'utf8'))).sort();
    expect(using(/new EnvelopeReader\(/)).to.deep.equal(['security/signature.ts']);
    expect(using(/new XmlReader\(/)).to.deep.equal(['soap/envelope.ts', 'xml/tree.ts']);
    // Answers are read by callers of a service, and never while a request is.
    expect(using(/import \{[^}]*\bparse\b[^}]*\} from '[^']*\/tree\.js'/)).to.deep.equal(['security/answer.ts']);
  });
});
