"""The whole journey of one rehearsal, chapter by chapter, and what it came to."""

from __future__ import annotations

from clearhead.clinic.audit.verify import breaks
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.rehearsal import after, assess, before, chair, go
from clearhead.clinic.rehearsal.declared import all_were_tried
from clearhead.clinic.rehearsal.story import StoppedShort, Story
from clearhead.clinic.rehearsal.table import Outcome
from clearhead.clinic.rehearsal.world import set_up
from clearhead.medicine.protocols.protocol import chair_minutes


def rehearse(toml: str, name: str, *, at_site: str = "") -> Outcome:
    """Walk a made-up patient through this protocol, from enquiry to the 28-day review."""
    story: Story | None = None
    try:
        story = set_up(toml, at_site=at_site)
        name = f"{story.protocol.id} at {story.site}" if at_site else story.protocol.id
        walk(story)
    except StoppedShort as short:
        return Outcome(name, False, str(short), dict(story.figures) if story else {})
    except Exception as fault:
        where = fault.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        file = f"{where.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{where.tb_lineno}" if where else ""
        said = f"{type(fault).__name__}: {fault} ({file})"
        return Outcome(name, False, said, dict(story.figures) if story else {})
    return Outcome(name, True, "", dict(story.figures), tuple(story.gates_tried), tuple(_letters(story)))


def walk(story: Story) -> None:
    """Every chapter in order."""
    before.enquire_and_book(story)
    before.keep_diary(story)
    assess.assess(story)
    before.sign_order(story)
    before.consent_and_book(story)
    for number, session in enumerate(story.sessions):
        chair.prepare_home(story, session)
        chair.arrive(story, session)
        go.go(story, session, thorough=number == 0)
        given = chair.infuse(story, session)
        after.recover(story, session, thorough=number == 0)
        chair.close(story, session, given)
        after.leave(story, session)
    after.call_next_day(story, story.sessions[-1])
    after.keep_diary_after(story)
    after.sign_review(story)
    all_were_tried(story)
    broken = list(breaks())
    if broken:
        raise StoppedShort(f"The audit chain does not hold: {broken[0]}")
    _sum_up(story)


def _sum_up(story: Story) -> None:
    order, phases = story.known_order, chair_minutes(story.protocol, story.known_order.infusion_minutes)
    story.figures["gates"] = str(len(story.gates_tried))
    story.figures["chair"] = (
        f"{phases.set_up} + {phases.infusion} + {phases.recovery} + {phases.turnover} = {phases.total} min"
    )
    first, last = story.sessions[0].booking, story.sessions[-1].booking
    assert first is not None
    assert last is not None
    days = f"{story.local(first.starts_at)[:-6]} to {story.local(last.starts_at)[:-6]}"
    story.figures["series"] = f"{order.sessions} sessions, {days}" if order.sessions > 1 else f"1 session, {days[:10]}"


def _letters(story: Story) -> list[str]:
    """Everything that would go out to the patient, by clock time: what it is about, and the subject they read."""
    rows = Outgoing.objects.filter(patient=story.patient, withdrawn_at__isnull=True).order_by("due_at", "pk")
    return [f"{story.local(row.due_at)}  {row.channel:<5}  {_named(row)}" for row in rows]


def _named(row: Outgoing) -> str:
    about = row.template.replace("_", " ")
    return f"{about}: {row.subject}" if row.subject else about
