"""Everything a consent has to say, for each of the five examples; and that nothing of it can be taken out unseen."""

from __future__ import annotations

import pytest
from django.urls import reverse

from clearhead.clinic.consent import queries, rendering
from clearhead.clinic.consent.forms import SignForm
from clearhead.clinic.people.models import Site
from clearhead.clinic.schedule import contact
from clearhead.medicine.protocols import loader
from tests import builders
from tests.cast import AT_TEN, member, mesa
from tests.clinic.consent.test_sign import refused, sign
from tests.clinic.plan import house
from tests.spec import tables

ITEMS = tables.rows("consent.md")
FIVE = ("stepped-series", "short-total-dose", "neurology-gated", "tried-several", "prescriber-range")
TEXT = rendering.wording_of("ketamine-infusion", "en").body
LINES = [line for line in TEXT.splitlines() if line and not line.startswith("#")]


def lacking(text, said):
    """The rows of the table that the text does not say."""
    return [tables.label(row) for row in ITEMS if row["Words"].format_map(said) not in text]


class Unfilled(dict):
    def __missing__(self, key):
        return f"{{{key}}}"


@pytest.fixture(params=FIVE)
def order(request, db):
    house.suitable(protocol=request.param, protocol_version=builders.protocol_version(request.param))
    return house.signed()


def test_each_item_stands_in_the_text_as_it_is_read(order):
    text = queries.reading_of(order).parts[0][1]

    assert lacking(text, rendering.numbers_of(order)) == []


def test_the_numbers_in_it_are_those_of_the_order_and_none_is_empty(order):
    said = rendering.numbers_of(order)

    assert [name for name, words in said.items() if not str(words).strip()] == []
    for drug in (*order.premedication, *order.prn_orders):
        assert f"{drug['title']}, {drug['dose']} {drug['unit']}" in said["co_drugs"]
    assert said["number"] == str(order.sessions)
    assert order.site.after_hours_phone in said["phones"]
    assert said["cancelling"] == order.site.cancelling_terms


def test_the_separate_decisions_and_the_own_words_are_asked(order):
    form = SignForm(choices=queries.choices_asked(order), interpreter=True, minor=True)

    assert {"registry", "messages", "photo", "escort_contact"} <= set(form.asked)
    assert {"known", "harm", "stop", "home"} == {field.name.removeprefix("teach_") for field in form.teach_fields}
    assert {"interpreter", "co_signed_by", "typed_name"} <= {field.name for field in form.name_fields}


@pytest.mark.parametrize("line", LINES)
def test_no_line_of_the_text_can_be_taken_out_without_an_item_missing(line):
    assert lacking(TEXT, Unfilled()) == []

    without = "\n".join(other for other in TEXT.splitlines() if other != line)

    assert lacking(without, Unfilled())


def test_evidence_comes_with_its_setting_and_its_number_of_people():
    said = [row["Words"] for row in ITEMS if row["Item"] == "evidence" and "people" in row["What is said"]]
    text = TEXT.format_map(Unfilled({f"claim_{name}": one.text for name, one in rendering.claims().items()}))

    assert len(said) == 4
    for number in ("61 hospital", "34 people", "54 people", "247 people", "6 people"):
        assert number in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "named"), [("after_hours_phone", "at night"), ("cancelling_terms", "cancelling costs")]
)
def test_nobody_signs_before_the_clinic_has_written_down_its_night_number_and_its_terms(client, field, named):
    house.suitable()
    order = house.signed()
    kept = getattr(mesa(), field)
    Site.objects.update(**{field: ""})
    order.refresh_from_db()

    assert refused(order) == {field}
    client.force_login(member("maya"))
    page = client.get(reverse("consent-order", args=[order.code])).content.decode()
    assert named in page
    assert "owner or medical director" in page
    assert reverse("schedule-contact", args=["mesa"]) in page

    site = mesa()
    said = {"phone": site.phone, "after_hours_phone": site.after_hours_phone, "cancelling_terms": site.cancelling_terms}
    contact.change_contact(site=site, **said | {field: kept}, by=member("maya"), at=AT_TEN)
    order.refresh_from_db()
    assert sign(order)
    assert kept in queries.current_consent(order, AT_TEN).rendered


@pytest.mark.django_db
def test_a_consent_keeps_the_terms_that_were_read():
    house.suitable()
    order = house.signed()
    signed = sign(order)

    contact.change_contact(
        site=mesa(), phone="555 0100", after_hours_phone="555 0188", cancelling_terms="It is free.", by=None, at=AT_TEN
    )

    order.refresh_from_db()
    assert queries.current_consent(order, AT_TEN) == signed
    assert "555 0199" in signed.rendered
    assert "555 0188" in queries.reading_of(order).parts[0][1]


def test_every_example_protocol_asks_for_this_text():
    for name in FIVE:
        assert "ketamine-infusion" in {text.id for text in loader.shipped(name).consent.texts}
