# Django: its own introspection, autocommit switching, savepoints, ORM.
import os
import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {
        "ENGINE": "django.db.backends.mysql", "HOST": "127.0.0.1", "PORT": os.environ["PORT"],
        "USER": "app", "PASSWORD": "app", "NAME": "shop", "OPTIONS": {"charset": "utf8mb4"},
    }},
    INSTALLED_APPS=[], USE_TZ=True, TIME_ZONE="UTC",
)
django.setup()

from django.db import connection, models, transaction, IntegrityError  # noqa: E402


class User(models.Model):
    id = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=80)
    email = models.CharField(max_length=120)
    country = models.CharField(max_length=2)
    balance = models.DecimalField(max_digits=12, decimal_places=2)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "compat"
        db_table = "users"
        managed = False


class Note(models.Model):
    id = models.BigIntegerField(primary_key=True)
    title = models.CharField(max_length=60)
    body = models.TextField(null=True)

    class Meta:
        app_label = "compat"
        db_table = "notes"
        managed = False


with connection.cursor() as cursor:
    introspection = connection.introspection
    print("tables", sorted((t.name, t.type) for t in introspection.get_table_list(cursor)))
    for table in ("users", "orders", "notes"):
        print("description", table, [tuple(column) for column in introspection.get_table_description(cursor, table)])
        print("constraints", table, sorted(introspection.get_constraints(cursor, table).items()))
        print("relations", table, introspection.get_relations(cursor, table))
        print("sequences", table, introspection.get_sequences(cursor, table))
    print("storage", introspection.get_storage_engine(cursor, "users"))
print("server", connection.mysql_is_mariadb, connection.mysql_version, connection.sql_mode)

print("get", User.objects.get(id=7).name)
print("filter", list(User.objects.filter(id__in=[1, 2, 3]).order_by("id").values_list("id", "name", "balance")))
print("aggregate", User.objects.aggregate(models.Count("id"), models.Sum("balance"), models.Avg("balance")))
print("annotate", list(User.objects.values("country").annotate(n=models.Count("id")).order_by("-n", "country")))
print("dates", list(User.objects.filter(created_at__year=2024, created_at__month=3).order_by("id").values_list("id", flat=True)))
Note.objects.bulk_create([Note(id=i, title=f"note {i}") for i in range(400, 420)])
print("exists", Note.objects.filter(title="note 405").exists())
print("update", Note.objects.filter(id__lt=410, id__gte=400).update(title="changed"))
with transaction.atomic():
    Note.objects.create(id=500, title="outer")
    try:
        with transaction.atomic():
            Note.objects.create(id=501, title="inner")
            Note.objects.create(id=500, title="twice")
    except IntegrityError as error:
        print("integrity", error.args)
print("after atomic", list(Note.objects.filter(id__gte=500).values_list("id", flat=True)))
try:
    with transaction.atomic():
        Note.objects.filter(id=500).delete()
        raise RuntimeError("rolled back")
except RuntimeError:
    print("still there", Note.objects.filter(id=500).count())
print("delete", Note.objects.filter(id__gte=400).delete())
