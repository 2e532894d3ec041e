// The chair's page: every form goes through the desk, every part stays live. Without this file each form is a page.
import { unpause } from "./alone.js";
import { complain, refuse } from "./answers.js";
import { coreSet, emptyCore, firstField, refill } from "./core.js";
import { clock, Desk, HAPPENED } from "./entry.js";
import { faces, giveBack, show, written } from "./faces.js";
import { holdToSend } from "./hold.js";
import { impossible } from "./limits.js";
import { keepNewest, keepOpen, keptParts } from "./keep.js";
import { fold, Live, notice } from "./live.js";
import { rateFace } from "./rate.js";
import { Tablet } from "./tablet.js";
import { Undo } from "./undo.js";
import { showWaiting } from "./waits.js";

const room = document.querySelector(".room");
const words = { ...document.getElementById("words").dataset };
room.dataset.last = new URLSearchParams(location.search).get("last") || "";

const say = (where, sentence) => {
  if (where === "said") document.getElementById("said").textContent = sentence;
  else notice(`notice-${where}`, sentence, true);
};
const desk = new Desk(room, words, say);
const live = new Live(room, words, {
  onBeat: () => {
    tablet.answered();
    undo.ask();
    return desk.flush().then((told) => { if (told?.sent) { document.getElementById("notice-help")?.remove(); live.look(true); } });
  },
  onLocked: lock,
  onOther: () => tablet.handOver(),
  onNewest: keepNewest,
  keeps: () => desk.keeps,
});
desk.jumped = () => live.jumped();

const tablet = new Tablet(room, words, {
  kept: Boolean(keptParts()),
  guard: () => desk.guard(),
  renew: () => desk.renew(),
  onOpen: () => { desk.flush(); live.look(true); },
  onShown: () => { notice("notice-bare", words.bare, true); return desk.keepNote(words.shown); },
});

// Nobody is signed in: names and numbers go, alarms, STOP and help stay (the queue is kept).
function lock(alarms) {
  tablet.hide(alarms !== null || tablet.own); // what was locked here opens here, by PIN
  if (alarms === null) { document.getElementById("notice-locked")?.remove(); return; }
  const late = [...new Set(alarms.late.map((one) => one.what))].join(", ");
  const high = alarms.high ? `▲ ${alarms.high}` : "";
  const said = [tablet.isTablet ? "" : words.signin, high, late].filter(Boolean).join(" · ");
  if (said) notice("notice-locked", said, true);
}

const rate = rateFace(document.getElementById("face-rate"), desk, words);
fold(document);
coreSet(document.getElementById("core"));
faces();
const undo = new Undo(room, words, desk, () => live.look(true));
document.querySelectorAll("[data-hold]").forEach((button) => holdToSend(button, words));

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const kind = form.dataset.entry;
  if (!kind) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  form.face = form.closest("dialog");
  try { await send(form, kind, new FormData(form, event.submitter)); } finally { delete form.dataset.busy; }
});

async function send(form, kind, data, confirmed = []) {
  confirmed.forEach((gate) => (gate === HAPPENED ? data.set("already", "on") : data.append("confirm", gate)));
  const queueable = kind !== "rate" || rate.mayQueue(data);
  const wrong = impossible(form, data, words);
  if (wrong.length && kind !== "pump_seen_stopped") return complain(form, wrong);
  form.inert = kind === "observation"; // what is typed before it is answered would land in the next set, or in another field
  const outcome = await desk.save(kind, form, data, { queueable }).finally(() => { form.inert = false; });
  live.tellLost();
  if (outcome.state === "refused") return refuse(form, outcome.answer, words, (asked) => send(form, kind, data, asked));
  if (kind === "help" && outcome.state !== "clinic") notice("notice-help", words.unheard, true);
  if (outcome.state === "nowhere") {
    if (kind === "stop") scrollTo({ top: 0 });
    return complain(form, [kind === "rate" && desk.keeps ? words.increase : words.noqueue]);
  }
  complain(form, wrong);
  unpause(form);
  if (kind === "emergency") return written(form, data, outcome, words, clock);
  if (kind === "observation") {
    emptyCore(form);
    if (isFree() || form.contains(document.activeElement)) firstField(form).focus();
  } else if (form.closest("dialog") || kind === "ack" || kind === "pump_seen_stopped") form.reset();
  form.querySelectorAll("details[open]").forEach((face) => { face.open = false; });
  const face = form.closest("dialog") || form.face;
  face?.close();
  if (kind === "stop") scrollTo({ top: 0 }); // there it is asked whether the pump was seen to stand still
  if (outcome.state === "clinic") {
    document.getElementById("notice-help")?.remove();
    if (kind !== "observation") leave(form);
    await live.look(true);
  }
  if (face && isFree()) giveBack(face);
  if (outcome.state === "clinic") undo.offer(kind, outcome.answer, kind === "observation" ? () => refill(form, data) : undefined);
  if (kind === "observation" && isFree()) firstField(form).focus();
}

// Nobody went on to something else while the clinic answered.
const isFree = () => [null, document.body].includes(document.activeElement);

// A field that is typed in is not swapped: whoever saved has left this form. Buttons keep their place in the order of Tab,
// and whoever types elsewhere meanwhile goes on.
function leave(form) {
  const here = document.activeElement;
  if (here?.matches("input,textarea,select") && form.contains(here)) here.blur();
}

document.addEventListener("click", (event) => {
  const span = event.target.closest("[data-last]");
  if (span?.matches("a")) {
    event.preventDefault();
    room.dataset.last = span.dataset.last;
    live.look(true);
  }
});

// A page of its own has to come from the clinic. While that is lost, what has happened at the pump has a face of its own
// and is kept here; of every other page the tap says that it needs the clinic, instead of leading nowhere.
document.addEventListener("click", (event) => {
  const page = event.target.closest(live.lost ? "a[href]:not([data-face],[data-last],[href^='#'])" : "a[data-away]");
  if (!page) return;
  event.preventDefault();
  const form = document.querySelector(`#face-away form[action="${page.getAttribute("href")}"]`);
  if (form) {
    form.closest("dialog").querySelectorAll("details").forEach((one) => { one.open = one.contains(form); });
    return show(form.closest("dialog"), page);
  }
  document.querySelectorAll("dialog[open]").forEach((open) => open.close());
  notice("notice-page", words.page.replace("%s", page.textContent.trim()), true);
  scrollTo({ top: 0 });
});

document.addEventListener("clearhead-leaving", () => { tablet.leaving = true; }); // asked already (web/leave.js)
addEventListener("beforeunload", (event) => { if (!tablet.leaving && !document.getElementById("unsent").hidden) event.preventDefault(); });

desk.onTold = () => showWaiting(desk);
await desk.open();
if (keptParts()) live.lose(keptParts().innerHTML);
live.start();
keepOpen(room);
