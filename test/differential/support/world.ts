// The world of the hand-written statements: the demo shop in small, and tables of every nasty type.
import { demoMainSchema, demoSchema, demoVschema } from '../../support/demo-shop.ts';
import type { WorldSchema } from '../../support/stage.ts';

/** The collation by which only equal bytes are equal, spaces included, is another on each flavour. */
const nopadCollation = { mariadb: 'utf8mb4_nopad_bin', mysql: 'utf8mb4_0900_bin' } as const;

const nastySchema = (flavour: 'mariadb' | 'mysql'): string => `
CREATE TABLE numbers (
  id BIGINT UNSIGNED NOT NULL,
  tiny TINYINT, small SMALLINT UNSIGNED, medium MEDIUMINT, plain INT, big BIGINT, huge BIGINT UNSIGNED,
  padded INT(6) UNSIGNED ZEROFILL, exact DECIMAL(30,10), money DECIMAL(12,2), f FLOAT, d DOUBLE, bits BIT(12), flag BOOLEAN,
  PRIMARY KEY (id), KEY by_plain (plain)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE texts (
  id INT NOT NULL,
  bin VARCHAR(40) COLLATE utf8mb4_bin,
  general VARCHAR(40) COLLATE utf8mb4_general_ci,
  uca VARCHAR(40) COLLATE utf8mb4_unicode_ci,
  nopad VARCHAR(40) COLLATE ${nopadCollation[flavour]},
  latin VARCHAR(40) CHARACTER SET latin1,
  fixed CHAR(6) COLLATE utf8mb4_general_ci,
  raw VARBINARY(20), raw4 BINARY(4), note TEXT, body BLOB,
  size ENUM('small','medium','large'), tags SET('red','green','blue'), doc JSON,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE moments (
  id INT NOT NULL,
  d DATE, t TIME, t3 TIME(3), dt DATETIME, dt6 DATETIME(6), ts TIMESTAMP NULL, ts3 TIMESTAMP(3) NULL, y YEAR,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE words (
  word VARCHAR(30) COLLATE utf8mb4_unicode_ci NOT NULL,
  lang CHAR(2) NOT NULL,
  hits INT,
  PRIMARY KEY (word, lang)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE meters (
  meter BIGINT UNSIGNED NOT NULL,
  slot INT NOT NULL,
  value DOUBLE,
  PRIMARY KEY (meter, slot)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE grid (
  a BIGINT NOT NULL,
  b BIGINT NOT NULL,
  v VARCHAR(10),
  PRIMARY KEY (a, b)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE \`odd names\` (
  \`select\` INT NOT NULL,
  \`a b\` INT,
  \`Größe\` VARCHAR(10),
  PRIMARY KEY (\`select\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
`;

const notesSchema = `
CREATE TABLE notes (
  id INT NOT NULL,
  user_id BIGINT,
  country CHAR(2),
  body VARCHAR(40),
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
`;

function vschema(): object {
  const demo = demoVschema() as { vindexes: object; tables: object };
  const by = (column: string, name: string): object => ({ column_vindexes: [{ column, name }] });
  return {
    ...demo,
    vindexes: {
      ...demo.vindexes,
      loose: { type: 'unicode_loose_md5' },
      numeric: { type: 'numeric' },
      grid: {
        type: 'multicol',
        params: { column_count: '2', column_bytes: '1,7', column_vindex: 'hash,hash' },
      },
    },
    tables: {
      ...demo.tables,
      numbers: by('id', 'hash'),
      texts: by('id', 'hash'),
      moments: by('id', 'hash'),
      words: by('word', 'loose'),
      meters: by('meter', 'numeric'),
      grid: { column_vindexes: [{ columns: ['a', 'b'], name: 'grid' }] },
      'odd names': by('select', 'hash'),
    },
  };
}

export function shopWorld(flavour: 'mariadb' | 'mysql'): WorldSchema {
  return {
    shards: ['-40', '40-80', '80-c0', 'c0-'],
    vschema: vschema(),
    schema: demoSchema() + nastySchema(flavour),
    mainSchema: demoMainSchema() + notesSchema,
  };
}
