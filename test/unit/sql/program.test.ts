// Bodies of triggers taken apart: what they assign, what they declare, and every statement and expression in them.
import { describe, expect, test } from 'vitest';
import { defaultMode } from '../../../src/sql/mode.ts';
import { readProgram } from '../../../src/sql/program.ts';
import { triggerText } from '../../../src/sql/trigger-text.ts';

const mode = defaultMode('mariadb');

function read(text: string) {
  const program = readProgram(text, mode);
  if ('unread' in program) throw new Error(program.unread);
  return program;
}

describe('a body', () => {
  test('of one SET', () => {
    const { assigned, parts } = read('SET NEW.a = 1 + (2, 3), new . `B` := CASE x WHEN 1 THEN 2 END');
    expect(assigned).toEqual(['a', 'b']);
    expect(parts).toEqual(['SELECT 1 + (2, 3)', 'SELECT CASE x WHEN 1 THEN 2 END']);
  });

  test('with columns called as words of CASE', () => {
    const { assigned, parts } = read(
      'SET NEW.a = (SELECT MAX(end) FROM t), NEW.b = (NEW.case), NEW.c = NEW.end',
    );
    expect(assigned).toEqual(['a', 'b', 'c']);
    expect(parts).toEqual(['SELECT (SELECT MAX(end) FROM t)', 'SELECT (NEW.case)', 'SELECT NEW.end']);
  });

  test('with a first value behind :=', () => {
    expect(read('BEGIN DECLARE i INT := (SELECT 1 FROM t); END').parts).toEqual(['SELECT (SELECT 1 FROM t)']);
  });

  test('with every kind of block', () => {
    const { assigned, parts, locals } = read(`outermost: BEGIN
      DECLARE i, J INT DEFAULT 5;
      DECLARE missing CONDITION FOR 1146;
      DECLARE c CURSOR FOR SELECT id FROM a;
      DECLARE CONTINUE HANDLER FOR NOT FOUND, SQLSTATE VALUE '02000', missing, 1051 SET i = 6;
      DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN SET NEW.x = 1; RESIGNAL; END;
      OPEN c; FETCH c INTO i; CLOSE c;
      IF NEW.y IS NULL OR IF(i, 1, 2) THEN SET NEW.y = 7; ELSEIF i > 1 THEN UPDATE b SET n = 1; ELSE DELETE FROM d; END IF;
      CASE i WHEN 1 THEN SET NEW.z = 2; ELSE SET i = 1; END CASE;
      CASE WHEN i = 2 THEN REPLACE INTO e VALUES (1); END CASE;
      again: WHILE i < 5 DO SET i = i + 1; ITERATE again; END WHILE again;
      LOOP LEAVE outermost; END LOOP;
      REPEAT SET j = j - 1; UNTIL j = 0 END REPEAT;
      SELECT COUNT(*) INTO j FROM f;
      INSERT INTO g SELECT REPEAT('x', 3);
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no';
    END outermost;`);
    expect(assigned).toEqual(['x', 'y', 'z']);
    expect([...locals]).toEqual(['i', 'j']);
    expect(parts).toEqual([
      'SELECT 5',
      'SELECT id FROM a',
      'SELECT 6',
      'SELECT 1',
      'SELECT NEW.y IS NULL OR IF(i, 1, 2)',
      'SELECT 7',
      'SELECT i > 1',
      'UPDATE b SET n = 1',
      'DELETE FROM d',
      'SELECT i',
      'SELECT 1',
      'SELECT 2',
      'SELECT 1',
      'SELECT i = 2',
      'REPLACE INTO e VALUES (1)',
      'SELECT i < 5',
      'SELECT i + 1',
      'SELECT j - 1',
      'SELECT j = 0',
      'SELECT COUNT(*) INTO j FROM f',
      "INSERT INTO g SELECT REPEAT('x', 3)",
    ]);
  });

  test.each([
    ['SET NEW.a = @x', '@x'],
    ['SET @`x y` = NEW.a', '@`x y`'],
    ['SET NEW.a = @@hostname', '@@hostname'],
    ["SET NEW.a = '@x'", null],
  ])('names a variable of the session: %s', (text, variable) => {
    expect(read(text).sessionVariable).toBe(variable);
  });

  test.each([
    'CALL p(NEW.a)',
    'SET sql_mode = 1',
    'SET GLOBAL x = 1',
    'BEGIN BEGIN DECLARE sql_mode INT; END; SET sql_mode = 1; END',
    'BEGIN DECLARE new ROW(user_id INT); INSERT INTO o VALUES (new.user_id); END',
    'SET NEW.a = (1, NEW.b = 2',
    'BEGIN SET NEW.a = 1 END',
    'IF 1 THEN SET NEW.a = 1;',
    'FETCH c INTO NEW.a',
    'BEGIN FOR i IN 1..3 DO SET NEW.a = 1; END FOR; END',
    "EXECUTE IMMEDIATE 'DROP TABLE t'",
    'SET NEW.a = 1 /*M! + 1 */',
    'SET NEW.a =',
    'LOCK TABLES t WRITE',
    '',
  ])('is not understood: %s', (text) => {
    expect(readProgram(text, mode)).toHaveProperty('unread');
  });

  test('in Oracle mode is not read', () => {
    expect(readProgram('SET NEW.a = 1', mode, 'PIPES_AS_CONCAT,ORACLE')).toHaveProperty('unread');
  });
});

describe('CREATE TRIGGER', () => {
  test.each([
    ['CREATE TRIGGER t BEFORE INSERT ON u FOR EACH ROW SET NEW.a = 1', 'before', ['insert'], 'SET NEW.a = 1'],
    [
      "CREATE DEFINER=`a`@'%' TRIGGER IF NOT EXISTS s.t AFTER DELETE ON s.u FOR EACH ROW FOLLOWS x BEGIN END",
      'after',
      ['delete'],
      'BEGIN END',
    ],
    ['CREATE TRIGGER t AFTER INSERT OR UPDATE ON u FOR EACH ROW DO 1', 'after', ['insert', 'update'], 'DO 1'],
  ] as const)('%s', (text, timing, events, body) => {
    expect(triggerText(text, mode)).toEqual({ timing, events, body });
  });
});
