"""What the patient says in their own words, and the separate yes or no's."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

TEACH_BACK = {
    "known": _("In your own words: what is known, and what is not known, about this treatment for migraine?"),
    "harm": _("Which two or three unwanted effects would you watch for, and whom would you call?"),
    "stop": _("What can you do if you want it to stop, before or during an infusion?"),
    "home": _("How do you get home, and what will you not do until the next day?"),
}
CHOICES = {
    "registry": _("My data may be used, under a code instead of my name, to learn how well this treatment works"),
    "messages": _("You may send me appointment messages by mail or text"),
    "photo": _("You may keep a photograph of me in my record, to avoid mixing people up"),
    "escort_contact": _("You may call the person who takes me home"),
    "release_to_neurologist": _("You may send a summary to my neurologist"),
}
