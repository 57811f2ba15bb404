import { relative, resolve } from 'node:path';
import type { Config } from './settings.js';
import { altinnProduction, altinnRules } from './altinnRules.js';
import { noticeProduction, noticeRules } from './noticeRules.js';
import type { Rule } from './rule.js';
import { svarutUpstreamProduction, svarutUpstreamRules } from './svarutUpstreamRules.js';

function isInside(file: string, directory: string): boolean {
  const path = relative(resolve(directory), resolve(file));
  return path !== '' && !path.startsWith('..');
}

const isDevelopmentFile = (config: Config, file: string): boolean =>
  file !== '' && (isInside(file, config.certsDir) || isInside(file, 'certs/dev'));

/** Hold in every mode. */
export const generalRules: readonly Rule[] = [
  {
    key: 'tlsKey',
    needs: ['tlsKey', 'tlsCert'],
    broken: ({ tlsKey, tlsCert }) => tlsKey === undefined && tlsCert !== undefined,
    problem: 'is missing, but POSTHORN_TLS_CERT is set',
    fix: 'Set both, or neither.',
  },
  {
    key: 'tlsCert',
    needs: ['tlsKey', 'tlsCert'],
    broken: ({ tlsKey, tlsCert }) => tlsKey !== undefined && tlsCert === undefined,
    problem: 'is missing, but POSTHORN_TLS_KEY is set',
    fix: 'Set both, or neither.',
  },
  {
    key: 'tlsProxy',
    needs: ['tlsProxy', 'trustedProxies'],
    broken: ({ tlsProxy, trustedProxies }) => tlsProxy && trustedProxies.length === 0,
    problem: 'says that a proxy ends TLS, but no proxy is trusted',
    fix: 'List its addresses in POSTHORN_TRUSTED_PROXIES.',
  },
  ...svarutUpstreamRules,
  ...altinnRules,
  ...noticeRules,
];

/** A key store for sending: development's is refused, and none means that nothing is sent. */
const sendingKeystore = (key: 'databehandlerKeystore' | 'meldingsformidlerKeystore'): Rule => ({
  key,
  needs: [key, 'certsDir'],
  broken: (config) => isDevelopmentFile(config, config[key]),
  problem: 'is a development key store, whose password everybody knows',
  fix: 'Name the PKCS#12 file of the enterprise certificate, or leave it out to send nothing.',
});

const tokenKeystore = (key: 'svarutUpstreamKeystore' | 'altinnKeystore'): Rule => ({
  key,
  needs: [key, 'certsDir'],
  broken: (config) => config[key] !== undefined && isDevelopmentFile(config, config[key]),
  problem: 'is a development key store, whose password everybody knows',
  fix: 'Name the PKCS#12 file of the enterprise certificate, or leave it out.',
});

/** The broker upstream is known by its certificate, and is sent letters over TLS. */
const upstreamRules: readonly Rule[] = [
  {
    key: 'sdpUpstreamCertificates',
    needs: ['sdpUpstreamUrl', 'sdpUpstreamCertificates'],
    broken: (config) => config.sdpUpstreamUrl !== undefined && config.sdpUpstreamCertificates.length === 0,
    problem: 'is missing; the broker upstream could not be told from anybody else',
    fix: 'List the PEM files of its certificates.',
  },
  {
    key: 'sdpUpstreamCertificates',
    needs: ['sdpUpstreamUrl', 'sdpUpstreamCertificates', 'certsDir'],
    broken: (config) =>
      config.sdpUpstreamUrl !== undefined &&
      config.sdpUpstreamCertificates.some((file) => isDevelopmentFile(config, file)),
    problem: 'names a development certificate, whose key everybody may have',
    fix: 'List the PEM files of the certificates of the broker upstream.',
  },
  {
    key: 'sdpUpstreamUrl',
    needs: ['sdpUpstreamUrl'],
    broken: ({ sdpUpstreamUrl }) => sdpUpstreamUrl?.startsWith('http:') ?? false,
    problem: 'is an http address; letters would say in clear who gets them',
    fix: 'Use the https address of the broker.',
  },
];

/** Hold in production: no development key, no empty trust store, no check switched off (SECURITY 119). */
export const productionRules: readonly Rule[] = [
  {
    key: 'dataKey',
    needs: ['dataKey'],
    broken: ({ dataKey }) => dataKey === undefined,
    problem: 'is missing; production does not make its own key',
    fix: 'Make one with: openssl rand -base64 32, and keep a copy where the backups are not.',
  },
  {
    key: 'oppslagstjenestenKeystore',
    needs: ['oppslagstjenestenKeystore'],
    broken: (config) => config.oppslagstjenestenKeystore === '',
    problem: 'is missing; look-up answers could not be signed',
    fix: 'Name the PKCS#12 file of the enterprise certificate.',
  },
  {
    key: 'oppslagstjenestenKeystore',
    needs: ['oppslagstjenestenKeystore', 'certsDir'],
    broken: (config) => isDevelopmentFile(config, config.oppslagstjenestenKeystore),
    problem: 'is a development key store, whose password everybody knows',
    fix: 'Name the PKCS#12 file of the enterprise certificate.',
  },
  {
    key: 'oppslagstjenestenKeystorePassword',
    needs: ['oppslagstjenestenKeystorePassword'],
    broken: (config) => config.oppslagstjenestenKeystorePassword.reveal() === '',
    problem: 'is missing',
    fix: 'Set it to the password of the key store.',
  },
  sendingKeystore('databehandlerKeystore'),
  sendingKeystore('meldingsformidlerKeystore'),
  ...upstreamRules,
  ...svarutUpstreamProduction,
  ...altinnProduction,
  ...noticeProduction,
  {
    key: 'smtpCa',
    needs: ['smtpCa', 'certsDir'],
    broken: (config) => config.smtpCa !== undefined && isDevelopmentFile(config, config.smtpCa),
    problem: 'names a development authority, whose key everybody may have',
    fix: 'Name the PEM file of the authority of the mail server.',
  },
  tokenKeystore('svarutUpstreamKeystore'),
  tokenKeystore('altinnKeystore'),
  {
    key: 'identifiers',
    needs: ['identifiers'],
    broken: ({ identifiers }) => identifiers !== 'real',
    problem: 'allows synthetic persons',
    fix: 'Remove it, or set it to real.',
  },
  {
    key: 'trustAnchors',
    needs: ['trustAnchors'],
    broken: ({ trustAnchors }) => trustAnchors.length === 0,
    problem: 'is missing; an empty trust store trusts nobody, and never everybody',
    fix: 'List the PEM files of the roots that senders are trusted by.',
  },
  {
    key: 'trustAnchors',
    needs: ['trustAnchors', 'certsDir'],
    broken: (config) => config.trustAnchors.some((file) => isDevelopmentFile(config, file)),
    problem: 'names a development root, whose key everybody may have',
    fix: 'List the PEM files of the real roots only.',
  },
  {
    key: 'revocation',
    needs: ['revocation'],
    broken: ({ revocation }) => revocation === 'off',
    problem: 'is off',
    fix: 'Remove it, or set it to require.',
  },
  {
    key: 'crlFiles',
    needs: ['crlFiles', 'revocation'],
    broken: ({ crlFiles, revocation }) => revocation === 'require' && crlFiles.length === 0,
    problem: 'is missing; revocation could not be checked and every sender would be refused',
    fix: 'List the revocation lists of the roots and issuers.',
  },
  {
    key: 'tlsKey',
    needs: ['tlsKey', 'tlsCert', 'tlsProxy'],
    broken: ({ tlsKey, tlsCert, tlsProxy }) => tlsKey === undefined && tlsCert === undefined && !tlsProxy,
    problem: 'is missing and no TLS proxy is declared; passwords and personal data would cross the network in clear',
    fix: 'Set POSTHORN_TLS_KEY and POSTHORN_TLS_CERT, or POSTHORN_TLS_PROXY=true with POSTHORN_TRUSTED_PROXIES.',
  },
  {
    key: 'publicUrl',
    needs: ['publicUrl'],
    broken: ({ publicUrl }) => publicUrl?.startsWith('http:') ?? false,
    problem: 'is an http address; callers would send personal data in clear',
    fix: 'Use the https address that callers see.',
  },
];
