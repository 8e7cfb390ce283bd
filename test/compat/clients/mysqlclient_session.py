# mysqlclient: libmariadb below, SESSION_TRACK and FOUND_ROWS asked for at login.
import os
import MySQLdb
from session import run

arguments = dict(host="127.0.0.1", port=int(os.environ["PORT"]), user="app", passwd="app", db="shop", charset="utf8mb4")
connection = MySQLdb.connect(**arguments)
run(connection, MySQLdb.Error)
connection.ping()
connection.select_db("main")
cursor = connection.cursor()
cursor.execute("SELECT name, value FROM settings ORDER BY name")
print("other database", cursor.fetchall())
connection.select_db("shop")
cursor.close()
connection.close()

changed = MySQLdb.connect(client_flag=MySQLdb.constants.CLIENT.FOUND_ROWS, **arguments)
cursor = changed.cursor()
print("found rows, not changed ones", cursor.execute("UPDATE users SET name = name WHERE id IN (1, 2, 3)"))
changed.rollback()
changed.close()
