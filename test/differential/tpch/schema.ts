// The TPC-H tables, and two ways to shard them.
import type { WorldSchema } from '../../support/stage.ts';

export interface Sharding {
  readonly name: string;
  readonly world: WorldSchema;
}

/** Keys follow the sharding: a UNIQUE key that lacks the sharding column cannot hold over shards. */
interface Keys {
  readonly orders: string;
  readonly lineitem: string;
}

export const tableNames = [
  'region',
  'nation',
  'supplier',
  'customer',
  'part',
  'partsupp',
  'orders',
  'lineitem',
] as const;

export type TableName = (typeof tableNames)[number];

const money = 'DECIMAL(15,2) NOT NULL';

function schema(keys: Keys): string {
  const table = (name: TableName, columns: string): string =>
    `CREATE TABLE ${name} (${columns}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;\n`;
  return [
    table('region', 'r_regionkey INT NOT NULL PRIMARY KEY, r_name CHAR(25) NOT NULL, r_comment VARCHAR(152)'),
    table(
      'nation',
      'n_nationkey INT NOT NULL PRIMARY KEY, n_name CHAR(25) NOT NULL, n_regionkey INT NOT NULL, n_comment VARCHAR(152)',
    ),
    table(
      'supplier',
      `s_suppkey INT NOT NULL PRIMARY KEY, s_name CHAR(25) NOT NULL, s_address VARCHAR(40) NOT NULL,
       s_nationkey INT NOT NULL, s_phone CHAR(15) NOT NULL, s_acctbal ${money}, s_comment VARCHAR(101) NOT NULL,
       KEY (s_nationkey)`,
    ),
    table(
      'customer',
      `c_custkey INT NOT NULL PRIMARY KEY, c_name VARCHAR(25) NOT NULL, c_address VARCHAR(40) NOT NULL,
       c_nationkey INT NOT NULL, c_phone CHAR(15) NOT NULL, c_acctbal ${money}, c_mktsegment CHAR(10) NOT NULL,
       c_comment VARCHAR(117) NOT NULL, KEY (c_nationkey)`,
    ),
    table(
      'part',
      `p_partkey INT NOT NULL PRIMARY KEY, p_name VARCHAR(55) NOT NULL, p_mfgr CHAR(25) NOT NULL,
       p_brand CHAR(10) NOT NULL, p_type VARCHAR(25) NOT NULL, p_size INT NOT NULL, p_container CHAR(10) NOT NULL,
       p_retailprice ${money}, p_comment VARCHAR(23) NOT NULL`,
    ),
    table(
      'partsupp',
      `ps_partkey INT NOT NULL, ps_suppkey INT NOT NULL, ps_availqty INT NOT NULL, ps_supplycost ${money},
       ps_comment VARCHAR(199) NOT NULL, PRIMARY KEY (ps_partkey, ps_suppkey), KEY (ps_suppkey)`,
    ),
    table(
      'orders',
      `o_orderkey INT NOT NULL, o_custkey INT NOT NULL, o_orderstatus CHAR(1) NOT NULL, o_totalprice ${money},
       o_orderdate DATE NOT NULL, o_orderpriority CHAR(15) NOT NULL, o_clerk CHAR(15) NOT NULL,
       o_shippriority INT NOT NULL, o_comment VARCHAR(79) NOT NULL, ${keys.orders}`,
    ),
    table(
      'lineitem',
      `l_orderkey INT NOT NULL, l_partkey INT NOT NULL, l_suppkey INT NOT NULL, l_linenumber INT NOT NULL,
       l_quantity ${money}, l_extendedprice ${money}, l_discount ${money}, l_tax ${money},
       l_returnflag CHAR(1) NOT NULL, l_linestatus CHAR(1) NOT NULL, l_shipdate DATE NOT NULL,
       l_commitdate DATE NOT NULL, l_receiptdate DATE NOT NULL, l_shipinstruct CHAR(25) NOT NULL,
       l_shipmode CHAR(10) NOT NULL, l_comment VARCHAR(44) NOT NULL, KEY (l_suppkey), ${keys.lineitem}`,
    ),
  ].join('');
}

const shards = ['-40', '40-80', '80-c0', 'c0-'];
const reference = { type: 'reference' };

function by(column: string): object {
  return { column_vindexes: [{ column, name: 'hash' }] };
}

function sharding(name: string, keys: Keys, tables: Readonly<Record<TableName, object>>): Sharding {
  const vschema = { sharded: true, vindexes: { hash: { type: 'hash' } }, tables };
  return { name, world: { shards, vschema, schema: schema(keys), mainSchema: '' } };
}

/** Orders beside their lines, customers elsewhere. */
export const byOrder = sharding(
  'orders and lineitem by order, customer by customer, part and partsupp by part, supplier by supplier',
  {
    orders: 'PRIMARY KEY (o_orderkey), KEY (o_custkey)',
    lineitem: 'PRIMARY KEY (l_orderkey, l_linenumber), KEY (l_partkey)',
  },
  {
    region: reference,
    nation: reference,
    supplier: by('s_suppkey'),
    customer: by('c_custkey'),
    part: by('p_partkey'),
    partsupp: by('ps_partkey'),
    orders: by('o_orderkey'),
    lineitem: by('l_orderkey'),
  },
);

/** Orders beside their customer, lines beside their part. */
export const byCustomer = sharding(
  'customer and orders by customer, lineitem, part and partsupp by part, supplier on every shard',
  {
    orders: 'PRIMARY KEY (o_custkey, o_orderkey), KEY (o_orderkey)',
    lineitem: 'PRIMARY KEY (l_partkey, l_orderkey, l_linenumber), KEY (l_orderkey)',
  },
  {
    region: reference,
    nation: reference,
    supplier: reference,
    customer: by('c_custkey'),
    part: by('p_partkey'),
    partsupp: by('ps_partkey'),
    orders: by('o_custkey'),
    lineitem: by('l_partkey'),
  },
);
