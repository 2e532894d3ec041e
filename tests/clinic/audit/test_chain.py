"""The chain finds what was done to it, and says honestly what it cannot see without a printed head."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.audit.guards import guarded_models, kept_models, lifted
from clearhead.clinic.audit.models import Anchor, Chain, Event
from clearhead.clinic.audit.verify import Head, breaks, head_from
from clearhead.clinic.people.models import Site
from tests import cast
from tests.cast import AT_TEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain() -> list[Event]:
    """Forty events of Nina's morning."""
    nina = cast.member("nina")
    return [
        audit.record(
            chain="mesa",
            at=AT_TEN + timedelta(minutes=n),
            by=nina,
            verb="note",
            subject="x:1",
            body={"n": n, "text": "ä"},
        )
        for n in range(40)
    ]


def rewrite(sql: str, *values: object) -> None:
    """What an administrator with the database file could do."""
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_an_untouched_chain_is_whole(chain):
    assert list(breaks()) == []


@pytest.mark.hazard("H-29")
@pytest.mark.parametrize("column", ["at", "verb", "actor_code", "subject", "patient_code", "body", "prev", "hash"])
def test_an_edited_event_is_found(chain, column):
    changed = {"body": '{"n":99}', "at": AT_TEN - timedelta(minutes=1)}.get(column, "edited")

    rewrite(f"UPDATE audit_event SET {column} = %s WHERE seq = %s", changed, random.Random(7).randint(1, 40))  # noqa: S608

    assert list(breaks())


@pytest.mark.hazard("H-29")
@pytest.mark.parametrize("seq", [1, 20, 40])
def test_a_deleted_event_is_found(chain, seq):
    rewrite("DELETE FROM audit_event WHERE seq = %s", seq)

    assert list(breaks())


@pytest.mark.hazard("H-29")
def test_two_swapped_events_are_found(chain):
    rewrite("UPDATE audit_event SET seq = 999 WHERE seq = 5")
    rewrite("UPDATE audit_event SET seq = 5 WHERE seq = 6")
    rewrite("UPDATE audit_event SET seq = 6 WHERE seq = 999")

    assert list(breaks())


def rehash(*, drop: int = 0, twice: int = 0) -> None:
    """Write the whole chain again without one event, or with one put in, hashes and head included."""
    nina, events = cast.member("nina"), list(Event.objects.filter(chain="mesa").order_by("seq"))
    rewrite("DELETE FROM audit_event")
    Chain.objects.update(head_seq=0, head_hash="")
    for event in events:
        for _copy in range((event.seq != drop) + (event.seq == twice)):
            audit.record(chain="mesa", at=event.at, by=nina, verb=event.verb, subject=event.subject, body=event.body)


@pytest.mark.hazard("H-29")
def test_a_full_rehash_is_seen_only_against_a_printed_head(chain):
    paper = head_from(f"mesa:40:{chain[-1].hash[:16]}")

    rehash(drop=20)

    assert list(breaks()) == []
    assert [str(one) for one in breaks(printed=[paper])] == [
        "chain mesa, event 40: was printed as a head, but the chain now ends at 39"
    ]


@pytest.mark.hazard("H-29")
def test_an_insertion_with_new_hashes_is_seen_against_any_earlier_paper(chain):
    papers = [Head("mesa", seq, chain[seq - 1].hash) for seq in (10, 20, 30)]

    rehash(twice=15)

    assert list(breaks()) == []
    assert [one.seq for one in breaks(printed=papers)] == [20, 30]


@pytest.mark.hazard("H-29")
def test_a_chain_that_was_removed_whole_is_missed(chain):
    rewrite("DELETE FROM audit_event")
    rewrite("DELETE FROM audit_chain")

    found = [str(one) for one in breaks(printed=[Head("mesa", 40, chain[-1].hash)])]

    assert found == ["chain mesa, event 40: was printed as a head, but there is no such chain"]


@pytest.mark.hazard("H-29")
def test_a_head_that_was_removed_with_the_last_event_is_missed(chain):
    rewrite("DELETE FROM audit_event WHERE seq = 40")
    rewrite("DELETE FROM audit_chain")

    assert [str(one) for one in breaks()] == [
        "chain mesa, event 39: is the last, but the chain has no head: its row was removed"
    ]


@pytest.mark.hazard("H-30")
def test_the_head_of_a_chain_moves_but_is_never_removed(chain):
    assert Chain.objects.get(name="mesa").head_seq == 40

    with pytest.raises(IntegrityError, match="audit_chain"), transaction.atomic():
        Chain.objects.all().delete()

    audit.record(chain="mesa", at=AT_TEN, by=None, verb="note", subject="x:1")
    assert Chain.objects.get(name="mesa").head_seq == 41


@pytest.mark.hazard("H-29")
def test_the_command_takes_heads_from_paper_and_refuses_what_is_none(chain, tmp_path, capsys):
    papers = tmp_path / "heads.txt"
    papers.write_text(f"mesa:40:{chain[39].hash}\n\n MESA:12:{chain[11].hash[:8]} {chain[11].hash[8:20]}\n")
    call_command("audit", "verify", "--heads", f"{papers}")

    assert "2 from paper: each still stands" in capsys.readouterr().out
    with pytest.raises(CommandError, match="at least 16 letters"):
        call_command("audit", "verify", "--head", f"mesa:40:{chain[39].hash[:15]}")
    with pytest.raises(CommandError, match="1 breaks"):
        call_command("audit", "verify", "--head", f"mesa:40:{chain[38].hash}")


@pytest.mark.hazard("H-29")
def test_a_cut_tail_is_seen_against_an_anchor(chain):
    Anchor.objects.create(chain="mesa", seq=40, hash=chain[-1].hash, taken_at=AT_TEN, place="day sheet")
    rewrite("DELETE FROM audit_event WHERE seq > 35")
    Chain.objects.filter(name="mesa").update(head_seq=35, head_hash=chain[34].hash)

    found = [str(one) for one in breaks()]

    assert found == ["chain mesa, event 40: was printed as a head, but the chain now ends at 35"]


@pytest.mark.hazard("H-30")
def test_every_guarded_table_refuses_update_and_delete(chain):
    names = {model._meta.db_table for model in (*guarded_models(), *kept_models())}
    if connection.vendor == "sqlite":
        found = "SELECT tbl_name FROM sqlite_master WHERE type='trigger' AND name LIKE 'guard_%%_delete'"
    else:
        found = "SELECT event_object_table FROM information_schema.triggers WHERE trigger_name LIKE 'guard_%%'"
    with connection.cursor() as cursor:
        cursor.execute(found)
        assert names <= {row[0] for row in cursor.fetchall()}

    for attempt in (lambda: Event.objects.update(verb="other"), lambda: Event.objects.all().delete()):
        with pytest.raises(IntegrityError, match="facts are added, never edited"), transaction.atomic():
            attempt()


def test_two_sites_have_chains_of_their_own(chain):
    audit.record(chain="riverside", at=AT_TEN, by=None, verb="note", subject="y:1")

    assert Event.objects.get(chain="riverside").seq == 1


@audit.once
def name_site(*, name: str, at, by=None, client_id=None) -> Site:
    """A write to repeat."""
    return Site.objects.create(slug=name, name=name, zone="America/Phoenix")


@pytest.mark.hazard("H-25")
def test_the_same_write_again_returns_the_same_row_and_does_nothing():
    client_id = uuid4()

    first = name_site(name="a", at=AT_TEN, client_id=client_id)
    again = [name_site(name="a", at=AT_TEN + timedelta(hours=n), client_id=client_id) for n in range(5)]

    assert {row.pk for row in again} == {first.pk}
    assert Site.objects.count() == 1


@pytest.mark.hazard("H-25")
def test_the_same_id_with_other_content_is_a_conflict_and_writes_nothing():
    client_id = uuid4()
    name_site(name="a", at=AT_TEN, client_id=client_id)

    with pytest.raises(audit.Conflict, match="other content"):
        name_site(name="b", at=AT_TEN, client_id=client_id)

    assert list(Site.objects.values_list("name", flat=True)) == ["a"]


def test_a_refused_write_leaves_no_receipt_so_it_may_be_tried_again():
    client_id = uuid4()
    Site.objects.create(slug="a", name="a", zone="America/Phoenix")
    with pytest.raises(IntegrityError), transaction.atomic():
        name_site(name="a", at=AT_TEN, client_id=client_id)
    Site.objects.all().delete()

    assert name_site(name="a", at=AT_TEN, client_id=client_id).pk
