import { expect } from 'chai';
import { judge, settings } from '../../src/store/mysql-settings.js';

/** As good servers say them. */
const alone: Readonly<Record<string, string>> = {
  log_bin: 'ON',
  wsrep_on: 'OFF',
  innodb_flush_log_at_trx_commit: '1',
  innodb_doublewrite: 'ON',
  sync_binlog: '1',
  sql_mode: 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION',
  max_allowed_packet: '1048576',
};
const galera = {
  ...alone,
  wsrep_on: 'ON',
  sync_binlog: '0',
  wsrep_osu_method: 'TOI',
  binlog_format: 'ROW',
  innodb_autoinc_lock_mode: '2',
  wsrep_auto_increment_control: 'ON',
  wsrep_dirty_reads: 'OFF',
};
const group = {
  ...alone,
  group_replication_group_name: '5d9c2d1e-0000-4000-8000-000000000000',
  group_replication_single_primary_mode: 'OFF',
  group_replication_consistency: 'BEFORE',
  group_replication_transaction_size_limit: '0',
};
const servers = { alone, galera, group };

/** Each row with a value that breaks it, and what is said. */
const broken: readonly (readonly [server: keyof typeof servers, name: string, value: string, said: RegExp])[] = [
  ['alone', 'innodb_flush_log_at_trx_commit', '2', /may lose what has been accepted; set .* = 1$/],
  ['galera', 'innodb_flush_log_at_trx_commit', '0', /safe on the other nodes, and lost when all of them crash/],
  ['alone', 'innodb_doublewrite', 'OFF', /set innodb_doublewrite = ON/],
  ['alone', 'sync_binlog', '0', /set sync_binlog = 1/],
  ['alone', 'sql_mode', '', /is empty: .*add STRICT_TRANS_TABLES/],
  ['alone', 'max_allowed_packet', '1047552', /1048576 or more/],
  ['galera', 'wsrep_osu_method', 'RSU', /TOI on each/],
  ['galera', 'binlog_format', 'MIXED', /ROW on each/],
  ['galera', 'innodb_autoinc_lock_mode', '1', /= 2 on each/],
  ['galera', 'wsrep_auto_increment_control', 'OFF', /ON on each/],
  ['galera', 'wsrep_dirty_reads', 'ON', /OFF on each/],
  ['group', 'group_replication_consistency', 'EVENTUAL', /BEFORE on each, or use a single primary/],
  ['group', 'group_replication_transaction_size_limit', '150000000', /= 0 on each/],
];

const said = (values: Readonly<Record<string, string>>): { refused: boolean; text: string } => {
  try {
    return { refused: false, text: judge(new Map(Object.entries(values))).join('\n') };
  } catch (error) {
    const [, text = ''] =
      /^Posthorn cannot work with this database server\. (.*)\. Set it .*SET GLOBAL.* again\.$/.exec(
        (error as Error).message,
      ) as unknown as string[];
    expect((error as Error).name).to.equal('Error');
    return { refused: true, text };
  }
};

describe('settings of MySQL, MariaDB and Galera', () => {
  for (const [name, values] of Object.entries(servers))
    it(`a good server is not complained of: ${name}`, () =>
      expect(said(values)).to.deep.equal({ refused: false, text: '' }));

  for (const [server, name, value, what] of broken)
    it(`${name} = ${value || "''"} is complained of, ${server === 'alone' ? 'on one server' : `in a ${server}`}`, () => {
      const { refused, text } = said({ ...servers[server], [name]: value });
      expect(text)
        .to.match(new RegExp(`^${name} is `))
        .and.to.match(what);
      expect(text.split('\n')).to.have.length(1);
      expect(refused).to.equal(settings.some((setting) => setting.name === name && setting.refused === true));
    });

  it('are each broken once here', () => {
    expect(broken.map(([, name]) => name)).to.deep.equal(settings.map(({ name }) => name));
  });

  it('count where they are there: a cluster of one primary, a server without binary log, a setting that a server does not have', () => {
    const eventual = { group_replication_consistency: 'EVENTUAL', group_replication_single_primary_mode: 'ON' };
    expect(said({ ...group, ...eventual }).text).to.equal('');
    expect(said({ ...alone, log_bin: 'OFF', sync_binlog: '0' }).text).to.equal('');
    expect(said({ ...alone, binlog_format: 'MIXED', innodb_autoinc_lock_mode: '1' }).text).to.equal('');
    expect(said({}).text).to.equal('');
  });
});
