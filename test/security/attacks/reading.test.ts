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
    // Two doors, one for each proof of who calls.
    expect(using(/new EnvelopeReader\(/)).to.deep.equal(['security/basic.ts', 'security/signature.ts']);
    // A document that is XML is looked at while it passes, and nothing is decoded of it.
    expect(using(/new XmlReader\(/)).to.deep.equal(['contract/document/xml.ts', 'soap/envelope.ts', 'xml/tree.ts']);
    // Answers are read by callers of a service. A document or package that is signed by itself is read as one of its own before its signature
    // is verified, and what was verified is what is decoded. What was kept is read again to stand in an envelope of ours.
    // Schemas of ours are read at start.
    expect(using(/import \{[^}]*\bparse\b[^}]*\} from '[^']*\/tree\.js'/)).to.deep.equal([
      'contract/sdp/manifest.ts',
      'contract/sdp/stored.ts',
      'package/xades.ts',
      'security/answer.ts',
      'security/enveloped.ts',
      'xml/plainly.ts',
    ]);
  });
});
