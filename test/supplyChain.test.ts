import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
}

const root = join(import.meta.dirname, '..');
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Readonly<Record<string, Locked>>;
};
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Readonly<Record<string, string>>;
};
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');

/** First versions without a known hole that an attacker of ours could use. */
const atLeast: Readonly<Record<string, readonly [number, number, number]>> = {
  'xml-crypto': [6, 0, 1], // CVE-2025-29774, CVE-2025-29775
  '@xmldom/xmldom': [0, 8, 10],
  'node-forge': [1, 3, 2],
};

const older = (version: string, least: readonly number[]): boolean => {
  const numbers = version.split(/[.-]/).map(Number);
  const at = least.findIndex((n, i) => n !== numbers[i]);
  return at >= 0 && (numbers[at] ?? 0) < (least[at] ?? 0);
};

describe('SECURITY 118: supply chain', () => {
  it('installs nothing that the lock file does not name by its digest, and names no download address', () => {
    expect(packages.length).to.be.greaterThan(100);
    expect(packages.filter(([, p]) => p.integrity === undefined).map(([path]) => path)).to.deep.equal([]);
    expect(packages.filter(([, p]) => p.resolved !== undefined).map(([path]) => path)).to.deep.equal([]);
  });

  it('runs no install script of a package that reaches production', () => {
    const scripted = packages.filter(([, p]) => p.hasInstallScript === true && p.dev !== true);
    expect(scripted.map(([path]) => path)).to.deep.equal([]);
  });

  it('has no version with a known hole, and would notice one', () => {
    const held = packages.flatMap(([path, { version = '' }]) => {
      const least = atLeast[path.replace(/^.*node_modules\//, '')];
      return least !== undefined && older(version, least) ? [`${path} ${version}`] : [];
    });
    expect(held).to.deep.equal([]);
    expect(older('6.0.0', [6, 0, 1])).to.equal(true);
    expect(older('6.0.1', [6, 0, 1])).to.equal(false);
  });

  it('depends on no package that the product does not use', () => {
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(root, 'src', name), 'utf8'))
      .join('\n');
    const unused = Object.keys(manifest.dependencies).filter((name) => !sources.includes(`from '${name}`));
    expect(unused).to.deep.equal([]);
  });
});
