"""Asks a node as the tools in circulation do: OASIS taxii2-client and stix2."""
import json
import sys

import stix2
from taxii2client.exceptions import TAXIIServiceException
from taxii2client.v21 import Server, as_pages
from requests.exceptions import HTTPError

url, user, secret, writer, key = sys.argv[1:]
server = Server(url, user=user, password=secret)
root = server.api_roots[0]
assert server.default.url == root.url, (server.default.url, root.url)
names = {c.alias if hasattr(c, "alias") else c.title: c for c in root.collections}
reports = [c for c in root.collections if c.title == "Reports"][0]
assert reports.can_read and not reports.can_write

# By next, page after page.
ids = []
for page in as_pages(reports.get_objects, per_request=3):
    for o in page.get("objects", []):
        stix2.parse(o, allow_custom=True)
        ids.append(o["id"])
assert len(ids) == len(set(ids)) and len(ids) > 20, len(ids)
manifest = [m for page in as_pages(reports.get_manifest, per_request=1000) for m in page.get("objects", [])]
assert [m["id"] for m in manifest] == ids

# By date, as connectors do that keep only when they asked last.
seen, after = [], None
while True:
    page = reports.get_manifest(limit=4, **({"added_after": after} if after else {}))
    if not page.get("objects"):
        break
    seen += [m["id"] for m in page["objects"]]
    after = page["objects"][-1]["date_added"]
assert seen == ids, (len(seen), len(ids))

# As a source of stix2.
source = stix2.TAXIICollectionSource(reports, allow_custom=True)
found = source.query([stix2.Filter("type", "=", "tool")])
assert sorted(o["id"] for o in found) == sorted(i for i in ids if i.startswith("tool--")), found
one = source.get(found[0]["id"])
assert one["id"] == found[0]["id"]

# What is not for it, and what is nothing.
for id in ["tool--99999999-17d4-4cbf-938f-98ee46b3cd3f", "tool--00000077-17d4-4cbf-938f-98ee46b3cd3f"]:
    try:
        reports.get_object(id)
        raise AssertionError(id)
    except HTTPError as e:
        assert e.response.status_code == 404

# Writing, reading back, deleting.
mine = [c for c in Server(url, user=writer, password=key).api_roots[0].collections if c.can_write][0]
indicator = stix2.Indicator(name="written", pattern="[file:name = 'a']", pattern_type="stix")
sink = stix2.TAXIICollectionSink(mine)
sink.add(indicator)
back = stix2.TAXIICollectionSource(mine).get(indicator.id)
assert back.serialize() == indicator.serialize()
status = mine.add_objects({"objects": [json.loads(indicator.serialize()), {"type": "indicator", "id": "indicator--1"}]})
assert status.status == "complete" and status.success_count == 1 and status.failure_count == 1, status
mine.delete_object(indicator.id)
try:
    mine.get_object(indicator.id)
    raise AssertionError("deleted and there")
except HTTPError as e:
    assert e.response.status_code == 404
print("ok", len(ids))
