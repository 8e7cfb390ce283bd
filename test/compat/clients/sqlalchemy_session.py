# SQLAlchemy over PyMySQL: reflection, core, ORM, pool with pre-ping, savepoints.
import os
import sqlalchemy as sa
from sqlalchemy.orm import declarative_base, Session

url = f"mysql+pymysql://app:app@127.0.0.1:{os.environ['PORT']}/shop?charset=utf8mb4"
engine = sa.create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")

inspector = sa.inspect(engine)
print("schemas", inspector.get_schema_names())
for table in sorted(inspector.get_table_names()):
    print("table", table)
    for column in inspector.get_columns(table):
        print("  column", column["name"], repr(column["type"]), column["nullable"], column["default"])
    print("  primary", inspector.get_pk_constraint(table))
    print("  indexes", inspector.get_indexes(table))
    print("  foreign", inspector.get_foreign_keys(table))
print("main", inspector.get_table_names(schema="main"), inspector.has_table("settings", schema="main"))
print("views", inspector.get_view_names())
print("comment", inspector.get_table_comment("notes"))

metadata = sa.MetaData()
users = sa.Table("users", metadata, autoload_with=engine)
print("reflected", users.c.keys())
with engine.begin() as connection:
    rows = connection.execute(
        sa.select(users.c.country, sa.func.count()).group_by(users.c.country).order_by(users.c.country)
    )
    print("group", rows.fetchall())
    print("isolation", connection.execute(sa.text("SELECT @@tx_isolation")).scalar())

Base = declarative_base()


class Note(Base):
    __tablename__ = "notes"
    id = sa.Column(sa.BigInteger, primary_key=True, autoincrement=False)
    title = sa.Column(sa.String(60), nullable=False)
    body = sa.Column(sa.Text)


with Session(engine) as session:
    session.add_all([Note(id=i, title=f"note {i}", body="ü") for i in range(200, 210)])
    session.commit()
    print("orm", [(n.id, n.title, n.body) for n in session.query(Note).filter(Note.id.between(203, 206)).order_by(Note.id)])
    note = session.get(Note, 203)
    note.title = "changed"
    session.commit()
    with session.begin_nested():
        session.add(Note(id=300, title="kept"))
    nested = session.begin_nested()
    session.add(Note(id=301, title="dropped"))
    session.flush()
    nested.rollback()
    session.commit()
    print("after savepoints", [n.title for n in session.query(Note).filter(Note.id.in_([203, 300, 301])).order_by(Note.id)])
    try:
        session.add(Note(id=300, title="twice"))
        session.commit()
    except sa.exc.IntegrityError as error:
        session.rollback()
        print("integrity", error.orig.args)
    session.query(Note).filter(Note.id >= 200).delete()
    session.commit()
    print("left", session.query(Note).filter(Note.id >= 200).count())
engine.dispose()
