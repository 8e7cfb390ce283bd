# The session every Python DB-API driver runs; prints what it sees.
import datetime
import decimal


def show(label, cursor):
    for row in cursor.fetchall():
        print(label, tuple(row))
    print(label, "columns", [(column[0], column[1]) for column in cursor.description or ()])


def run(connection, error_class):
    cursor = connection.cursor()
    cursor.execute("SELECT VERSION(), DATABASE(), CURRENT_USER()")
    show("server", cursor)
    reads(cursor)
    connection.commit()
    writes(connection, cursor)
    types(connection, cursor)
    transactions(connection, cursor)
    errors(connection, cursor, error_class)
    state(cursor)
    connection.commit()
    cursor.close()


def reads(cursor):
    cursor.execute("SELECT id, name, country, balance, created_at FROM users WHERE id = %s", (7,))
    show("point", cursor)
    cursor.execute("SELECT id, name FROM users WHERE id IN %s ORDER BY id", ((1, 2, 3, 5, 8, 13),))
    show("in", cursor)
    cursor.execute("SELECT country, COUNT(*), SUM(balance), AVG(balance) FROM users GROUP BY country ORDER BY 2 DESC, 1 LIMIT 3")
    show("group", cursor)
    cursor.execute("SELECT day, id, kind FROM events WHERE day BETWEEN '2024-02-01' AND '2024-09-30' ORDER BY day, id LIMIT 5")
    show("range", cursor)
    cursor.execute(
        "SELECT u.name, o.id, i.product FROM users u JOIN orders o ON o.user_id = u.id "
        "JOIN order_items i ON i.user_id = o.user_id AND i.order_id = o.id ORDER BY o.id, i.line LIMIT 4"
    )
    show("join", cursor)
    cursor.execute("SELECT COUNT(*) FROM users")
    show("count", cursor)


def writes(connection, cursor):
    sql = "INSERT INTO notes (id, title, body) VALUES (%s, %s, %s)"
    print("insert", cursor.execute(sql, (1, "Grüße 日本 😀", "it's \"quoted\" \\ back\nline")))
    print("insert many", cursor.executemany(sql, [(i, f"note {i}", None) for i in range(2, 30)]))
    connection.commit()
    cursor.execute("SELECT id, title, body FROM notes WHERE id = 1")
    show("unicode", cursor)
    cursor.execute("SELECT title FROM notes WHERE title = %s", ("Grüße 日本 😀",))
    show("unicode found", cursor)
    print("update", cursor.execute("UPDATE notes SET title = 'same' WHERE id IN (2, 3, 4)"))
    print("update again", cursor.execute("UPDATE notes SET title = 'same' WHERE id IN (2, 3, 4)"))
    print("delete", cursor.execute("DELETE FROM notes WHERE id > 20"))
    connection.commit()
    cursor.execute("SELECT COUNT(*), MIN(id), MAX(id) FROM notes")
    show("left", cursor)


def types(connection, cursor):
    values = (
        100, "types", decimal.Decimal("12345678901234.567891"), 0.1, 18446744073709551615,
        datetime.datetime(2024, 2, 29, 12, 34, 56, 789000), datetime.date(2024, 2, 29),
        datetime.timedelta(hours=-5, minutes=30), b"\x00\xff'\\\x1a", '{"a": [1, null]}', "glad", True,
    )
    cursor.execute(
        "INSERT INTO notes (id, title, amount, ratio, huge, happened, day, clock, raw, doc, mood, flag) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", values,
    )
    connection.commit()
    cursor.execute("SELECT * FROM notes WHERE id = 100")
    show("types", cursor)
    cursor.execute("SELECT * FROM notes WHERE id IN (5, 100) ORDER BY id")
    show("types of several shards", cursor)


def transactions(connection, cursor):
    def balances(label):
        cursor.execute("SELECT id, balance FROM users WHERE id IN (1, 2) ORDER BY id")
        show(label, cursor)

    balances("before")
    cursor.execute("UPDATE users SET balance = balance - 10 WHERE id = 1")
    cursor.execute("UPDATE users SET balance = balance + 10 WHERE id = 2")
    balances("inside")
    connection.rollback()
    balances("rolled back")
    cursor.execute("UPDATE users SET balance = balance - 10 WHERE id = 1")
    cursor.execute("UPDATE users SET balance = balance + 10 WHERE id = 2")
    connection.commit()
    balances("committed")
    connection.commit()


def errors(connection, cursor, error_class):
    for sql in (
        "INSERT INTO notes (id, title) VALUES (1, 'twice')",
        "SELECT * FROM nowhere",
        "SELECT nothing FROM users WHERE id = 1",
        "SELEC 1",
    ):
        try:
            cursor.execute(sql)
            print("no error", sql)
        except error_class as error:
            print("error", type(error).__name__, error.args)
    connection.rollback()
    cursor.execute("SELECT 'still here'")
    show("after errors", cursor)


def state(cursor):
    cursor.execute("SET @answer = 42, time_zone = '+02:00'")
    cursor.execute("SELECT @answer, @@session.time_zone, @@autocommit, @@sql_mode, CONNECTION_ID() > 0")
    show("state", cursor)
    cursor.execute("SELECT CAST('12x' AS SIGNED)")
    show("warned", cursor)
    cursor.execute("SHOW WARNINGS")
    show("warnings", cursor)
    cursor.execute("SET time_zone = DEFAULT")
    cursor.execute("SHOW TABLES")
    show("tables", cursor)
    cursor.execute("DESCRIBE notes")
    show("describe", cursor)
