import { expect } from 'chai';
import { limits } from '../src/limits.js';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import {
  ConfigError,
  describeConfig,
  ensureDataKey,
  loadConfig,
  namedExceptions,
  productionProblems,
  type Problem,
} from '../src/config.js';

const everything = (): boolean => true;
const load = (environment: Record<string, string>) => loadConfig(environment, everything);

function problemsOf(
  environment: Record<string, string>,
  readable: (file: string) => boolean = everything,
): readonly Problem[] {
  try {
    loadConfig(environment, readable);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
const variablesOf = (environment: Record<string, string>): string[] => problemsOf(environment).map((p) => p.variable);

const key = Buffer.alloc(32, 7);
const production = {
  POSTHORN_MODE: 'production',
  POSTHORN_DATA_KEY: key.toString('base64'),
  POSTHORN_OPPSLAGSTJENESTEN_KEYSTORE: '/etc/posthorn/answers.p12',
  POSTHORN_OPPSLAGSTJENESTEN_KEYSTORE_PASSWORD: 'not-everybody-knows',
  POSTHORN_TRUST_ANCHORS: '/etc/posthorn/root.pem',
  POSTHORN_CRL_FILES: '/etc/posthorn/root.crl',
  POSTHORN_TLS_KEY: '/etc/posthorn/tls.key',
  POSTHORN_TLS_CERT: '/etc/posthorn/tls.pem',
};
const facts = {
  signingIssuer: 'CN=Buypass Class 3 CA 3,O=Buypass AS,C=NO',
  anchorSubjects: ['CN=Buypass Class 3 Root'],
};

/** Notices by a mail server and by a gateway for SMS. */
const byMail = { POSTHORN_SMTP_HOST: 'mail.example', POSTHORN_SMTP_FROM: 'varsel@kommune.example' };
const bySms = { POSTHORN_SMS_URL: 'https://sms.example/send' };

describe('config: defaults and values', () => {
  it('needs no variable at all in development', () => {
    const config = load({});
    expect(config.databaseUrl.reveal()).to.equal('sqlite:data/posthorn.db');
    expect(config).to.include({
      mode: 'development',
      host: '127.0.0.1',
      port: 8080,
      revocation: 'require',
    });
    expect(config.trustAnchors).to.deep.equal(['certs/dev/root.pem']);
    expect(config.oppslagstjenestenKeystore).to.equal('certs/dev/oppslagstjenesten.p12');
  });

  it('puts the database into the data directory and the certificates into theirs', () => {
    const config = load({ POSTHORN_DATA_DIR: '/var/lib/posthorn', POSTHORN_CERTS_DIR: '/tmp/certs' });
    expect(config.databaseUrl.reveal()).to.equal('sqlite:/var/lib/posthorn/posthorn.db');
    expect(config.crlFiles).to.deep.equal(['/tmp/certs/crl.pem']);
  });

  it('reads every kind of value', () => {
    const config = load({
      POSTHORN_PORT: '0',
      POSTHORN_HOST: '::1',
      POSTHORN_PUBLIC_URL: 'https://post.example.no/',
      POSTHORN_TRUSTED_PROXIES: '10.0.0.5, 192.168.0.0/16,fd00::/8',
      POSTHORN_TLS_PROXY: 'true',
      POSTHORN_ALLOW_SHA1_DIGEST: 'false',
      POSTHORN_DATA_KEY: key.toString('hex'),
      POSTHORN_DATABASE_URL: 'mysql://posthorn:hemmelig@127.0.0.1:3306/posthorn',
      POSTHORN_SDP_PROVIDERS: '984661185=https://post.example.no/a, 996460320=http://127.0.0.1:9/b',
      POSTHORN_MIME_TYPES: 'application/PDF, text/csv,application/vnd.example+xml',
    });
    expect(config.sdpProviders).to.deep.equal([
      ['984661185', 'https://post.example.no/a'],
      ['996460320', 'http://127.0.0.1:9/b'],
    ]);
    expect(config.mimeTypes).to.deep.equal(['application/pdf', 'text/csv', 'application/vnd.example+xml']);
    expect(config).to.include({ sdpUpstreamUrl: undefined, sdpUpstreamPollNormal: 600, sdpUpstreamPollPrioritert: 60 });
    expect(config).to.include({ port: 0, host: '::1', publicUrl: 'https://post.example.no', tlsProxy: true });
    expect(config.trustedProxies).to.deep.equal(['10.0.0.5', '192.168.0.0/16', 'fd00::/8']);
    expect(config.dataKey?.export()).to.deep.equal(key);
    expect(namedExceptions(config)).to.deep.equal([
      'POSTHORN_ALLOW_TIMESTAMP_WITHOUT_TRANSFORMS',
      'POSTHORN_ALLOW_OAEP_SHA1_CBC',
    ]);
  });

  it('is frozen, lists and all', () => {
    const config = load({});
    expect(config).to.be.frozen;
    for (const value of Object.values(config)) if (typeof value === 'object') expect(value).to.be.frozen;
  });

  it('takes packages of 30 MB unless told otherwise, and of 50 MB at the most', () => {
    const of = (value?: number) =>
      load(value === undefined ? {} : { POSTHORN_MAX_PACKAGE: String(value) }).maxPackage / 2 ** 20;
    expect([of(), of(50 * 2 ** 20)]).to.deep.equal([30, 50]);
    expect(of(50 * 2 ** 20 - 1)).to.be.below(50);
  });

  it('R-33: takes letters of 50 MB by Forsendelse unless told otherwise, and of 4 GB at the most', () => {
    const of = (value?: string) =>
      load(value === undefined ? {} : { POSTHORN_MAX_SHIPMENT: value }).maxShipment / 2 ** 20;
    expect([of(), of('4g'), of('300M'), of('2048k'), of('1048576')]).to.deep.equal([50, 4096, 300, 2, 1]);
    expect(of(String(2 ** 32 - 1))).to.be.below(4096);
  });

  it('takes letters of 350 MB by SvarUt unless told otherwise, and of 2 GB at the most', () => {
    const of = (value?: number) =>
      load(value === undefined ? {} : { POSTHORN_SVARUT_MAX: String(value) }).svarutMax / 2 ** 20;
    expect([of(), of(2 ** 31)]).to.deep.equal([350, 2048]);
    expect(of(2 ** 31 - 1)).to.be.below(2048);
  });

  const wrong: Record<string, string[]> = {
    POSTHORN_MODE: ['prod', 'Production'],
    POSTHORN_HOST: ['not a host', 'http://x', '-x'],
    POSTHORN_PORT: ['65536', '-1', '80.5', 'abc', '1e3'],
    POSTHORN_PUBLIC_URL: ['post.example.no', 'ftp://x', 'https://user@x', 'https://x/?a=b'],
    POSTHORN_DATABASE_URL: [
      'data/posthorn.db',
      'sqlite:',
      'postgres://x/y',
      'mysql://host',
      'mysql://u:p@a,b',
      'mysql://a,/x',
      'mysql://a,b:x/y',
    ],
    POSTHORN_DATA_KEY: ['short', 'A'.repeat(44), 'g'.repeat(64), `${key.toString('base64')}=`],
    POSTHORN_TRUSTED_PROXIES: ['10.0.0.0/33', 'proxy.example', '::1/129', '1.2.3.4/8/8', ','],
    POSTHORN_TLS_PROXY: ['yes', '1'],
    POSTHORN_REVOCATION: ['false'],
    POSTHORN_LOG_LEVEL: ['verbose'],
    POSTHORN_MAX_LOOKUP_BODY: ['1023', '67108865', '1MB'],
    POSTHORN_MAX_CONNECTIONS: ['0', '65536'],
    POSTHORN_MAX_PACKAGE: ['1023', String(limits.brokerPackageBytesMost + 1), '30MB'],
    POSTHORN_MAX_SHIPMENT: ['1023', String(limits.letterBytesMost + 1), '5g', '0k', '1t', '1.5g', 'g', '300MB'],
    POSTHORN_SVARUT_MAX: ['1023', String(limits.svarutBytesMost + 1), '350MB'],
    POSTHORN_THROTTLE_PULLS: ['yes'],
    POSTHORN_TRUST_ANCHORS: [' , '],
    POSTHORN_ROLE: ['both'],
    POSTHORN_IDENTIFIERS: ['none'],
    POSTHORN_MIME_TYPES: [',', 'pdf', 'image/tiff', 'application/pdf, application/x-msdownload'],
    POSTHORN_SDP_PROVIDERS: ['https://x', '98466118=https://x', '984661185=ftp://x', '984661185:https://x', ','],
    POSTHORN_SDP_UPSTREAM_URL: ['broker.example', 'ftp://broker.example', 'https://u:p@broker.example'],
    POSTHORN_SDP_UPSTREAM_CERTIFICATES: [','],
    POSTHORN_SDP_UPSTREAM_MPC_ID: ['a b', 'a:b', 'å', 'x'.repeat(101)],
    POSTHORN_SVARUT_UPSTREAM_URL: ['svarut.example', 'ftp://svarut.example', 'https://u:p@svarut.example'],
    POSTHORN_SVARUT_UPSTREAM_KIND: ['', 'v9', 'SOAP'],
    POSTHORN_SVARUT_UPSTREAM_FOR: [',', 'PORTAL', 'UTSKRIFT,SVARINN'],
    POSTHORN_SVARUT_UPSTREAM_KONTO: ['1', '6f8f3d9e2f6c4a689a550b1c7a1d2e3f'],
    POSTHORN_SVARUT_UPSTREAM_ORGANISATION: ['97103214', '9710321460', 'x'],
    POSTHORN_SVARUT_UPSTREAM_POLL: ['0', '86401', 'x'],
    POSTHORN_SVARUT_UPSTREAM_TIMEOUT: ['0', '901', 'x'],
    POSTHORN_ALTINN_URL: ['altinn.example', 'ftp://altinn.example', 'https://u:p@altinn.example'],
    POSTHORN_ALTINN_KIND: ['', 'v3', 'REST'],
    POSTHORN_ALTINN_POLL: ['0', '86401', 'x'],
    POSTHORN_ALTINN_TIMEOUT: ['0', '901', 'x'],
    POSTHORN_SDP_UPSTREAM_POLL_NORMAL: ['0', '86401', 'x'],
    POSTHORN_SDP_UPSTREAM_POLL_PRIORITERT: ['0', '86401', '1.5'],
  };
  for (const [variable, values] of Object.entries(wrong)) {
    it(`refuses ${variable} = ${values.join(' | ')}`, () => {
      for (const value of values) expect(variablesOf({ [variable]: value }), value).to.deep.equal([variable]);
    });
  }

  it('refuses a variable that is set but empty, rather than guess', () => {
    for (const { name } of describeConfig()) expect(variablesOf({ [name]: ' ' }), name).to.include(name);
  });
});

describe('config: errors', () => {
  it('are reported all at once, each with variable, fault and fix', () => {
    const environment = {
      POSTHORN_PORT: 'x',
      POSTHORN_LOG_LEVEL: 'loud',
      POSTHORN_TLS_KEY: '/k.pem',
      POSTHORN_PROT: '80',
    };
    const problems = problemsOf(environment);
    expect(problems.map((p) => p.variable)).to.have.members([
      'POSTHORN_PORT',
      'POSTHORN_LOG_LEVEL',
      'POSTHORN_TLS_CERT',
      'POSTHORN_PROT',
    ]);
    for (const problem of problems) expect(problem.fix).to.not.equal('');
    const { message } = new ConfigError(problems);
    expect(message).to.match(/4 errors/);
    expect(message).to.include('POSTHORN_PORT = "x" is not a whole number from 0 to 65535. Use a free port');
  });

  it('name the setting that an unknown variable probably meant', () => {
    expect(problemsOf({ POSTHORN_TRUST_ANCHOR: 'x' })[0]?.fix).to.equal('Did you mean POSTHORN_TRUST_ANCHORS?');
    expect(problemsOf({ POSTHORN_COFFEE_MACHINE: 'x' })[0]?.fix).to.equal('Remove it.');
    expect(problemsOf({ PATH: '/bin', OTHER_PORT: 'x' })).to.deep.equal([]);
  });

  it('name files that are not there, and only those that the environment names', () => {
    const absent = (file: string): boolean => file === '/there.pem';
    const problems = problemsOf({ POSTHORN_TRUST_ANCHORS: '/there.pem,/gone.pem' }, absent);
    expect(problems.map((p) => p.problem)).to.deep.equal(['names "/gone.pem", which is not there or not readable']);
  });

  it('want both halves of TLS, and addresses for a TLS proxy', () => {
    expect(variablesOf({ POSTHORN_TLS_KEY: '/k' })).to.deep.equal(['POSTHORN_TLS_CERT']);
    expect(variablesOf({ POSTHORN_TLS_CERT: '/c' })).to.deep.equal(['POSTHORN_TLS_KEY']);
    expect(variablesOf({ POSTHORN_TLS_PROXY: 'true' })).to.deep.equal(['POSTHORN_TLS_PROXY']);
  });

  it('a SvarUt upstream needs an account and one password, and by REST an account id and an issuer of tokens', () => {
    const prefix = 'POSTHORN_SVARUT_UPSTREAM_';
    const names = (changes: Record<string, string>) =>
      variablesOf({ [`${prefix}URL`]: 'http://127.0.0.1:1', ...changes }).map((name) => name.slice(prefix.length));
    const account = { [`${prefix}USER`]: 'u' };
    const password = { [`${prefix}PASSWORD`]: 'p' };
    expect(names({})).to.deep.equal(['USER', 'PASSWORD']);
    expect(names({ ...account, ...password })).to.deep.equal([]);
    expect(names({ ...account, [`${prefix}PASSWORD_FILE`]: '/run/password' })).to.deep.equal([]);
    expect(names({ ...account, ...password, [`${prefix}PASSWORD_FILE`]: '/run/password' })).to.deep.equal([
      'PASSWORD_FILE',
    ]);
    const rest = { ...account, ...password, [`${prefix}KIND`]: 'rest' };
    expect(names(rest)).to.deep.equal(['KONTO', 'MASKINPORTEN_URL', 'MASKINPORTEN_CLIENT']);
    const config = load({ [`${prefix}FOR`]: 'altinn, UTSKRIFT,ALTINN' });
    expect(config.svarutUpstreamFor).to.deep.equal(['ALTINN', 'UTSKRIFT']);
    expect(load({}).svarutUpstreamFor).to.deep.equal(['UTSKRIFT', 'ALTINN']);
  });

  it('Altinn needs a resource and, by REST, an issuer of tokens, by SOAP an account; and nobody else for its letters', () => {
    const prefix = 'POSTHORN_ALTINN_';
    const names = (changes: Record<string, string>) =>
      variablesOf({ [`${prefix}URL`]: 'http://127.0.0.1:1', ...changes }).map((name) => name.slice(prefix.length));
    const resource = { [`${prefix}RESOURCE`]: 'brev' };
    expect(names({})).to.deep.equal(['RESOURCE', 'MASKINPORTEN_URL', 'MASKINPORTEN_CLIENT']);
    const rest = { ...resource, [`${prefix}MASKINPORTEN_URL`]: 'http://m', [`${prefix}MASKINPORTEN_CLIENT`]: 'k' };
    expect(names(rest)).to.deep.equal([]);
    const soap = {
      [`${prefix}KIND`]: 'soap',
      [`${prefix}USER`]: 'u',
      [`${prefix}USER_CODE`]: 'c',
      [`${prefix}PASSWORD`]: 'p',
    };
    expect(names({ [`${prefix}KIND`]: 'soap', [`${prefix}RESOURCE`]: '4255/10' })).to.deep.equal([
      'USER',
      'USER_CODE',
      'PASSWORD',
    ]);
    expect(names({ ...soap, [`${prefix}RESOURCE`]: '4255/10' })).to.deep.equal([]);
    expect(names({ ...soap, ...resource })).to.deep.equal(['RESOURCE']);
    const confidential = { [`${prefix}RESOURCE`]: '4255/10', [`${prefix}CONFIDENTIAL_RESOURCE`]: '5504' };
    expect(names({ ...soap, ...confidential })).to.deep.equal(['CONFIDENTIAL_RESOURCE']);
    const upstream = {
      POSTHORN_SVARUT_UPSTREAM_URL: 'http://s',
      POSTHORN_SVARUT_UPSTREAM_USER: 'u',
      POSTHORN_SVARUT_UPSTREAM_PASSWORD: 'p',
    };
    expect(names({ ...rest, ...upstream })).to.deep.equal(['URL']);
    expect(names({ ...rest, ...upstream, POSTHORN_SVARUT_UPSTREAM_FOR: 'UTSKRIFT' })).to.deep.equal([]);
  });
});

describe('SECURITY 117: configuration keeps its secrets', () => {
  it('in errors', () => {
    const secrets = { POSTHORN_DATA_KEY: 'hemmelig-nokkel', POSTHORN_DATABASE_URL: 'pg://u:hemmelig-passord@h/d' };
    const text = new ConfigError(problemsOf(secrets)).message;
    expect(text).to.include('POSTHORN_DATA_KEY').and.to.include('POSTHORN_DATABASE_URL').and.not.include('hemmelig');
  });

  it('when it is printed or turned into JSON', () => {
    const config = load({
      POSTHORN_DATABASE_URL: 'mysql://u:hemmelig@h/d',
      POSTHORN_OPPSLAGSTJENESTEN_KEYSTORE_PASSWORD: 'hemmelig',
      POSTHORN_DATA_KEY: key.toString('base64'),
    });
    const printed = [
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true }),
      `${String(config.databaseUrl)}`,
    ];
    for (const text of printed) {
      expect(text).to.include('[secret]').and.not.include('hemmelig').and.not.include(key.toString('base64'));
    }
    expect(config.databaseUrl.reveal()).to.equal('mysql://u:hemmelig@h/d');
  });
});

describe('SECURITY 119: production refuses to be downgraded', () => {
  it('starts when everything is there', () => {
    expect(problemsOf(production)).to.deep.equal([]);
    expect(productionProblems(load(production), facts)).to.deep.equal([]);
  });

  it('starts behind a declared TLS proxy instead of with TLS of its own', () => {
    const plain = Object.fromEntries(Object.entries(production).filter(([name]) => !name.includes('TLS')));
    expect(variablesOf(plain)).to.deep.equal(['POSTHORN_TLS_KEY']);
    expect(variablesOf({ ...plain, POSTHORN_TLS_PROXY: 'true', POSTHORN_TRUSTED_PROXIES: '10.0.0.1' })).to.deep.equal(
      [],
    );
  });

  it("a broker upstream is known by a certificate that is not development's, and called over TLS", () => {
    const upstream = {
      ...production,
      POSTHORN_SDP_UPSTREAM_URL: 'https://broker.example/api',
      POSTHORN_SDP_UPSTREAM_CERTIFICATES: '/etc/posthorn/broker.pem',
    };
    expect(problemsOf(upstream)).to.deep.equal([]);
    const broken = {
      POSTHORN_SDP_UPSTREAM_URL: 'http://broker.example/api',
      POSTHORN_SDP_UPSTREAM_CERTIFICATES: 'certs/dev/meldingsformidler.cert.pem',
    };
    for (const [name, value] of Object.entries(broken)) {
      expect(variablesOf({ ...upstream, [name]: value }), name).to.deep.equal([name]);
    }
    const without = { ...production, POSTHORN_SDP_UPSTREAM_URL: 'https://broker.example/api' };
    expect(variablesOf(without)).to.deep.equal(['POSTHORN_SDP_UPSTREAM_CERTIFICATES']);
  });

  it("SECURITY 119: a SvarUt upstream and its issuer of tokens are called over TLS, with a key that is not development's", () => {
    const upstream = {
      ...production,
      POSTHORN_SVARUT_UPSTREAM_URL: 'https://svarut.example',
      POSTHORN_SVARUT_UPSTREAM_KIND: 'rest',
      POSTHORN_SVARUT_UPSTREAM_USER: 'u',
      POSTHORN_SVARUT_UPSTREAM_PASSWORD: 'p',
      POSTHORN_SVARUT_UPSTREAM_KONTO: '6f8f3d9e-2f6c-4a68-9a55-0b1c7a1d2e3f',
      POSTHORN_SVARUT_UPSTREAM_MASKINPORTEN_URL: 'https://tokens.example',
      POSTHORN_SVARUT_UPSTREAM_MASKINPORTEN_CLIENT: 'c',
      POSTHORN_SVARUT_UPSTREAM_KEYSTORE: '/etc/posthorn/enterprise.p12',
    };
    expect(problemsOf(upstream)).to.deep.equal([]);
    const broken = {
      POSTHORN_SVARUT_UPSTREAM_URL: 'http://svarut.example',
      POSTHORN_SVARUT_UPSTREAM_MASKINPORTEN_URL: 'http://tokens.example',
      POSTHORN_SVARUT_UPSTREAM_KEYSTORE: 'certs/dev/posthorn.p12',
    };
    for (const [name, value] of Object.entries(broken)) {
      expect(variablesOf({ ...upstream, [name]: value }), name).to.deep.equal([name]);
    }
  });

  it("SECURITY 119: Altinn and its issuer of tokens are called over TLS, with a key that is not development's", () => {
    const altinn = {
      ...production,
      POSTHORN_ALTINN_URL: 'https://altinn.example',
      POSTHORN_ALTINN_RESOURCE: 'brev',
      POSTHORN_ALTINN_MASKINPORTEN_URL: 'https://tokens.example',
      POSTHORN_ALTINN_MASKINPORTEN_CLIENT: 'c',
      POSTHORN_ALTINN_KEYSTORE: '/etc/posthorn/enterprise.p12',
    };
    expect(problemsOf(altinn)).to.deep.equal([]);
    for (const [name, value] of [
      ['POSTHORN_ALTINN_URL', 'http://altinn.example'],
      ['POSTHORN_ALTINN_MASKINPORTEN_URL', 'http://tokens.example'],
      ['POSTHORN_ALTINN_KEYSTORE', 'certs/dev/posthorn.p12'],
    ] as const) {
      expect(variablesOf({ ...altinn, [name]: value }), name).to.deep.equal([name]);
    }
  });

  it("SECURITY 119: notices go over TLS, to a server whose authority is not development's", () => {
    const notices = { ...production, ...byMail, POSTHORN_SMTP_CA: '/etc/posthorn/mail.pem', ...bySms };
    expect(problemsOf(notices)).to.deep.equal([]);
    for (const [name, value] of [
      ['POSTHORN_SMTP_CA', 'certs/dev/root.pem'],
      ['POSTHORN_SMS_URL', 'http://sms.example/send'],
    ] as const) {
      expect(variablesOf({ ...notices, [name]: value }), name).to.deep.equal([name]);
    }
  });

  const required = [
    'POSTHORN_DATA_KEY',
    'POSTHORN_OPPSLAGSTJENESTEN_KEYSTORE',
    'POSTHORN_OPPSLAGSTJENESTEN_KEYSTORE_PASSWORD',
    'POSTHORN_TRUST_ANCHORS',
    'POSTHORN_CRL_FILES',
  ];
  for (const name of required) {
    it(`refuses to start without ${name}`, () => {
      const rest = Object.fromEntries(Object.entries(production).filter(([variable]) => variable !== name));
      expect(variablesOf(rest)).to.deep.equal([name]);
    });
  }

  const downgrades: [string, string, string][] = [
    ['the revocation check off', 'POSTHORN_REVOCATION', 'off'],
    ['a development key store', 'POSTHORN_OPPSLAGSTJENESTEN_KEYSTORE', 'certs/dev/oppslagstjenesten.p12'],
    [
      'a development key store by a winding path',
      'POSTHORN_OPPSLAGSTJENESTEN_KEYSTORE',
      'certs/../certs/dev/x/../o.p12',
    ],
    ['a development root among the anchors', 'POSTHORN_TRUST_ANCHORS', '/etc/posthorn/root.pem,certs/dev/root.pem'],
    ['an empty list of anchors', 'POSTHORN_TRUST_ANCHORS', ''],
    ['a development key store for packages', 'POSTHORN_DATABEHANDLER_KEYSTORE', 'certs/dev/posthorn.p12'],
    ['a development key store for envelopes', 'POSTHORN_MELDINGSFORMIDLER_KEYSTORE', 'certs/dev/meldingsformidler.p12'],
    ['synthetic persons', 'POSTHORN_IDENTIFIERS', 'any'],
    ['a public address in clear', 'POSTHORN_PUBLIC_URL', 'http://post.example.no'],
  ];
  for (const [what, name, value] of downgrades) {
    it(`refuses to start with ${what}`, () => {
      expect(variablesOf({ ...production, [name]: value })).to.deep.equal([name]);
    });
  }

  it('refuses key stores in a certificate directory of another name', () => {
    const environment = { ...production, POSTHORN_CERTS_DIR: '/etc/posthorn' };
    expect(variablesOf(environment)).to.deep.equal(['POSTHORN_OPPSLAGSTJENESTEN_KEYSTORE', 'POSTHORN_TRUST_ANCHORS']);
  });

  const development = 'C=NO,O=Posthorn Development,CN=Posthorn Development Issuing CA';
  const loaded: [string, Partial<typeof facts>, string][] = [
    ['a key whose certificate the development authority issued', { signingIssuer: development }, 'KEYSTORE'],
    [
      'the development root under another file name',
      { anchorSubjects: [...facts.anchorSubjects, development] },
      'TRUST_ANCHORS',
    ],
    ['anchor files that hold nothing', { anchorSubjects: [] }, 'TRUST_ANCHORS'],
  ];
  for (const [what, change, name] of loaded) {
    it(`refuses ${what}`, () => {
      const problems = productionProblems(load(production), { ...facts, ...change });
      expect(problems).to.have.length(1);
      expect(problems[0]).to.include(name);
    });
  }

  it('judges a configuration that was not loaded from the environment', () => {
    const config = { ...load(production), trustAnchors: [], revocation: 'off' as const };
    expect(productionProblems(config, facts).join())
      .to.include('POSTHORN_TRUST_ANCHORS')
      .and.include('POSTHORN_REVOCATION');
  });

  it('lets development use its own keys', () => {
    expect(productionProblems(load({}), { signingIssuer: development, anchorSubjects: [development] })).to.deep.equal(
      [],
    );
  });
});

describe('describeConfig', () => {
  it('has a row with a meaning for every setting, whose default is the real one', () => {
    const rows = describeConfig();
    expect(rows.map(({ name }) => name)).to.include.members([
      'POSTHORN_MODE',
      'POSTHORN_CRL_FILES',
      'POSTHORN_MAX_LOOKUP_BODY',
    ]);
    for (const { name, meaning } of rows) expect(meaning, name).to.not.equal('');
    expect(rows.find(({ name }) => name === 'POSTHORN_PORT')?.default).to.equal('8080');
    expect(rows.find(({ name }) => name === 'POSTHORN_TLS_PROXY')?.default).to.equal('false');
  });
});

describe('ensureDataKey', () => {
  let dir = '';
  beforeEach(() => {
    dir = join(mkdtempSync(join(tmpdir(), 'posthorn-')), 'data');
  });
  afterEach(() => rmSync(join(dir, '..'), { recursive: true }));

  it('makes one key once, for its owner only, however many ask at the same time', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => ensureDataKey(dir)));
    const again = await ensureDataKey(dir);
    expect(new Set([...keys, again].map((k) => k.export().toString('hex')))).to.have.property('size', 1);
    expect(again.symmetricKeySize).to.equal(32);
    expect(statSync(join(dir, 'data.key')).mode & 0o777).to.equal(0o600);
    expect(statSync(dir).mode & 0o777).to.equal(0o700);
  });

  it('never replaces a file that it cannot read as a key', async () => {
    await ensureDataKey(dir);
    writeFileSync(join(dir, 'data.key'), 'damaged');
    const error = await ensureDataKey(dir).catch((e: unknown) => e as Error);
    expect((error as Error).message).to.match(/does not hold a data key/);
    expect(readFileSync(join(dir, 'data.key'), 'utf8')).to.equal('damaged');
  });
});
