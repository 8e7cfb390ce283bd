-- The demo's unsharded keyspace.

CREATE TABLE settings (
  name VARCHAR(60) NOT NULL,
  value VARCHAR(255) NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
