CREATE TABLE users (
  id BIGINT NOT NULL, name VARCHAR(80) NOT NULL, email VARCHAR(120) NOT NULL, country CHAR(2) NOT NULL,
  balance DECIMAL(12,2) NOT NULL DEFAULT 0.00, score FLOAT, created_at DATETIME NOT NULL,
  PRIMARY KEY (id), KEY by_country (country)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE orders (
  id BIGINT NOT NULL, user_id BIGINT NOT NULL, status ENUM('new','paid') NOT NULL DEFAULT 'new',
  total DECIMAL(12,2) NOT NULL, created_at DATETIME NOT NULL, PRIMARY KEY (user_id, id), KEY by_created (created_at)
);
CREATE TABLE order_items (
  user_id BIGINT NOT NULL, order_id BIGINT NOT NULL, line INT NOT NULL, product VARCHAR(60) NOT NULL,
  quantity INT NOT NULL, price DECIMAL(12,2) NOT NULL, PRIMARY KEY (user_id, order_id, line)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE events (
  day DATE NOT NULL, id BIGINT NOT NULL, user_id BIGINT NOT NULL, kind VARCHAR(20) NOT NULL, payload JSON,
  PRIMARY KEY (day, id)
);
CREATE TABLE countries (code CHAR(2) NOT NULL, name VARCHAR(60) NOT NULL, PRIMARY KEY (code));
CREATE TABLE sessions (token VARBINARY(32) NOT NULL PRIMARY KEY, user_id BIGINT NOT NULL, seen TIMESTAMP NOT NULL);
CREATE TABLE accounts (
  region INT NOT NULL, id BIGINT NOT NULL, owner VARCHAR(40) COLLATE utf8mb4_unicode_ci, UNIQUE KEY by_owner (owner),
  PRIMARY KEY (region, id)
);
CREATE TABLE labels (name VARCHAR(40) COLLATE utf8mb4_general_ci NOT NULL PRIMARY KEY, color INT);
CREATE TABLE counted (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, v INT);
CREATE TABLE numbered (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, v INT);
CREATE TABLE contacts (id BIGINT NOT NULL PRIMARY KEY, phone BIGINT NOT NULL);
CREATE TABLE notes (id BIGINT NOT NULL PRIMARY KEY, body TEXT);
CREATE TABLE stray (id BIGINT NOT NULL PRIMARY KEY);
CREATE TABLE tickets (user_id BIGINT NOT NULL, number BIGINT NOT NULL AUTO_INCREMENT, PRIMARY KEY (user_id, number), KEY (number));
CREATE TABLE keyless (id BIGINT, at DATETIME);
CREATE TABLE topics (id BIGINT NOT NULL PRIMARY KEY, title VARCHAR(40));
CREATE TABLE replies (
  topic_id BIGINT NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (topic_id, id),
  CONSTRAINT of_topic FOREIGN KEY (topic_id) REFERENCES topics (id)
);
CREATE TABLE visits (user_id BIGINT NOT NULL, n INT NOT NULL, PRIMARY KEY (user_id, n));
CREATE TRIGGER renumbered BEFORE INSERT ON visits FOR EACH ROW SET NEW.user_id = NEW.user_id + 1;
