# PyMySQL: text protocol only, SET AUTOCOMMIT at connect.
import os
import pymysql
from session import run


def connect(**more):
    return pymysql.connect(
        host="127.0.0.1", port=int(os.environ["PORT"]), user="app", password="app",
        database="shop", charset="utf8mb4", **more,
    )


connection = connect()
run(connection, pymysql.Error)

connection.ping(reconnect=False)
connection.select_db("main")
with connection.cursor(pymysql.cursors.DictCursor) as cursor:
    cursor.execute("SELECT name, value FROM settings ORDER BY name")
    print("dict cursor", cursor.fetchall())
connection.select_db("shop")
with connection.cursor(pymysql.cursors.SSCursor) as cursor:
    cursor.execute("SELECT id FROM users ORDER BY id")
    print("streamed", sum(row[0] for row in cursor))
connection.close()

several = connect(client_flag=pymysql.constants.CLIENT.MULTI_STATEMENTS)
with several.cursor() as cursor:
    cursor.execute("SELECT 1; SELECT id FROM users WHERE id IN (3, 4) ORDER BY id; SELECT COUNT(*) FROM orders")
    print("several", cursor.fetchall())
    while cursor.nextset():
        print("several", cursor.fetchall())
several.close()
try:
    pymysql.connect(host="127.0.0.1", port=int(os.environ["PORT"]), user="app", password="wrong")
except pymysql.Error as error:
    print("wrong password", error.args[0])
