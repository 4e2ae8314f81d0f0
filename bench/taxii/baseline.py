"""Runs OpenTAXII with PostgreSQL under gunicorn, filled, until standard input ends.

Arguments: directory, port, and the number of objects of each collection. Writes
one line of JSON when it serves: the path of each collection. Collections are
public, so that no request pays for a password.
"""
import datetime
import hashlib
import io
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
import uuid

where, port, sizes = sys.argv[1], sys.argv[2], [int(n) for n in sys.argv[3:]]
BEGIN = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)


def made(i):
    s = bytearray(hashlib.sha256(b"bench %d" % i).digest())
    s[6], s[8] = s[6] & 0x0F | 0x40, s[8] & 0x3F | 0x80
    at = (BEGIN + datetime.timedelta(seconds=i)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    x = s.hex()
    return "indicator--%s-%s-%s-%s-%s" % (x[:8], x[8:12], x[12:16], x[16:20], x[20:32]), at, {
        "created": at, "modified": at, "name": "Indicator %d" % i,
        "description": "Made up to measure with; it has the length that indicators in circulation have.",
        "indicator_types": ["malicious-activity"], "pattern": "[file:hashes.'SHA-256' = '%s']" % x,
        "pattern_type": "stix", "valid_from": at, "confidence": 50, "labels": ["made-up"]}


def bin(name):
    """The server's programs often lie beside the path."""
    found = shutil.which(name)
    if found:
        return found
    base = "/usr/lib/postgresql"
    for v in sorted(os.listdir(base), key=float, reverse=True) if os.path.isdir(base) else []:
        if os.path.exists(os.path.join(base, v, "bin", name)):
            return os.path.join(base, v, "bin", name)
    sys.exit("no PostgreSQL server is installed here: " + name + " is not found")


become = None
if os.getuid() == 0:  # PostgreSQL does not run as root
    who = pwd.getpwnam("postgres")

    def become():
        os.setgid(who.pw_gid)
        os.setuid(who.pw_uid)

    os.chown(where, who.pw_uid, who.pw_gid)
data = os.path.join(where, "pg")
subprocess.run([bin("initdb"), "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"], check=True, preexec_fn=become, cwd=where, stdout=subprocess.DEVNULL)
pg = subprocess.Popen([bin("postgres"), "-D", data, "-k", where, "-h", "", "-c", "shared_buffers=256MB", "-c", "max_wal_size=4GB"], preexec_fn=become, cwd=where, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
web = None
try:
    import psycopg2

    for _ in range(200):
        try:
            c = psycopg2.connect(host=where, user="bench", dbname="postgres")
            break
        except psycopg2.OperationalError:
            time.sleep(0.1)
    dsn = "postgresql+psycopg2://bench@/postgres?host=" + where
    config = os.path.join(where, "opentaxii.yml")
    with open(config, "w") as f:
        json.dump({"domain": "localhost:" + port, "auth_api": {"class": "opentaxii.auth.sqldb.SQLDatabaseAPI", "parameters": {"db_connection": dsn, "create_tables": True, "secret": "bench"}},
                   "taxii1": None, "taxii2": {"max_content_length": 1 << 28, "title": "bench", "public_discovery": True, "allow_custom_properties": True,
                                              "persistence_api": {"class": "opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI", "parameters": {"db_connection": dsn, "create_tables": True}}},
                   "logging": {"opentaxii": "error", "root": "error"}}, f)
    os.environ["OPENTAXII_CONFIG"] = config
    from opentaxii.persistence.sqldb.api import Taxii2SQLDatabaseAPI

    api = Taxii2SQLDatabaseAPI(db_connection=dsn, create_tables=True)
    root = api.add_api_root("bench", is_public=True, default=True)
    paths = []
    cur = c.cursor()
    for n in sizes:
        col = api.add_collection(root.id, "bench %d" % n, is_public=True, is_public_write=True)
        paths.append("/taxii2/%s/collections/%s/" % (root.id, col.id))
        for start in range(0, n, 50000):
            rows = io.StringIO()
            for i in range(start, min(start + 50000, n)):
                id, at, body = made(i)
                added = BEGIN + datetime.timedelta(microseconds=i)
                text = json.dumps(body).replace("\\", "\\\\")
                rows.write("\t".join([str(uuid.uuid4()), id, str(col.id), "indicator", "2.1", added.isoformat(), at, text]) + "\n")
            rows.seek(0)
            cur.copy_expert("COPY opentaxii_stixobject (pk, id, collection_id, type, spec_version, date_added, version, serialized_data) FROM STDIN", rows)
            c.commit()
    c.autocommit = True
    cur.execute("VACUUM ANALYZE")
    api.db.session.remove()
    # Its answers to additions fail on the identifiers of this database layer.
    with open(os.path.join(where, "app.py"), "w") as f:
        f.write("import json, uuid\n"
                "plain = json.JSONEncoder.default\n"
                "json.JSONEncoder.default = lambda self, o: str(o) if isinstance(o, uuid.UUID) else plain(self, o)\n"
                "from opentaxii.http import app\n")
    web = subprocess.Popen([sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:" + port, "--workers", "2", "--worker-class", "gthread", "--threads", "2", "--log-level", "error", "--timeout", "300", "app:app"], cwd=where)
    import urllib.request

    for _ in range(300):
        try:
            r = urllib.request.Request("http://127.0.0.1:%s%sobjects/?limit=1" % (port, paths[0]), headers={"Accept": "application/taxii+json;version=2.1"})
            urllib.request.urlopen(r, timeout=30).read()
            break
        except OSError:
            time.sleep(0.2)
    print(json.dumps({"collections": paths}), flush=True)
    sys.stdin.read()
finally:
    if web:
        web.terminate()
        web.wait()
    pg.send_signal(signal.SIGINT)  # fast: without waiting for clients
    pg.wait()
