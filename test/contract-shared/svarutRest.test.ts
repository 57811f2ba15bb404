import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { shapes } from '../support/svarutRestSchema.js';

const shared = new URL('../../../shared/spec/svarut/openapi/', import.meta.url);

const words = new Set(['description', 'example', 'default']);

/** What is published, without words. A member that is called as a word is kept. */
function bare(value: unknown, isMembers = false): unknown {
  if (Array.isArray(value)) return value.map((one) => bare(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => isMembers || !words.has(name))
      .map(([name, one]) => [name, bare(one, name === 'properties' && !isMembers)]),
  );
}

describe('REST V2 of SvarUt, as published', function () {
  before(function () {
    if (!existsSync(shared)) this.skip();
  });
  const files = ['forsendelse-send-api-v2.json', 'forsendelse-status-api-v2.json'];

  for (const name of Object.keys(shapes)) {
    it(`${name} has the shape that our requests are held against`, () => {
      const published = files.flatMap((file) => {
        const { components } = JSON.parse(readFileSync(new URL(file, shared), 'utf8')) as {
          components: { schemas: Readonly<Record<string, unknown>> };
        };
        return name in components.schemas ? [bare(components.schemas[name])] : [];
      });
      expect(published).to.deep.equal([shapes[name]]);
    });
  }
});
