// Live, and safe without the clinic: what only shows is swapped, what is typed stays, what is saved is kept here first.
import { heard } from "../web/clinic.js";
import { complain, refuse } from "../infusion/answers.js";
import { clock, Desk } from "../infusion/entry.js";
import { faces, written } from "../infusion/faces.js";
import { holdToSend } from "../infusion/hold.js";
import { impossible } from "../infusion/limits.js";
import { keepNewest, keepOpen, keptParts } from "../infusion/keep.js";
import { notice } from "../infusion/live.js";
import { Tablet } from "../infusion/tablet.js";
import { typed } from "../infusion/typed.js";
import { showWaiting } from "../infusion/waits.js";
import { countDown } from "./timer.js";

const BEAT_MS = 2000;
const BEATS = 3;
const FRESH_MS = 60000; // what is due and what is left move without a new fact
const room = document.querySelector("[data-beat]");
const words = { ...document.getElementById("words").dataset };
const desk = new Desk(room, words, (where, sentence) => {
  if (where === "said") document.getElementById("said").textContent = sentence;
  else notice(`notice-${where}`, sentence, true);
});
// Once the patient has left there is nothing to lock: the page only shows.
const tablet = room.dataset.left ? null : new Tablet(room, words, {
  kept: Boolean(keptParts()),
  guard: () => desk.guard(),
  renew: () => desk.renew(),
  onOpen: () => { desk.flush(); swap().catch(() => {}); },
  onShown: () => { notice("notice-bare", words.bare, true); return desk.keepNote(words.shown); },
});
let number = room.dataset.number;
let fresh = performance.now();
let silent = 0;
let asked = null; // the form of a departure that was sent, until it is answered
let looking = false; // no answer came: whether it stands is not known yet
let gone = false;

const busy = (part) => part.contains(document.activeElement) && document.activeElement.matches("input,textarea,select")
  || [...part.querySelectorAll("input,textarea,select")].some(typed);

const lostNotice = document.getElementById("lost-notice").textContent;

function tellLost() {
  document.getElementById("lost-notice").textContent = desk.keeps ? lostNotice : words.lostbare;
}

function lost(yes) {
  document.body.classList.toggle("lost", yes);
  tellLost();
  document.getElementById("lost-notice").hidden = !yes;
}

function show(page) {
  for (const part of page.querySelectorAll("[data-part]")) {
    const here = document.getElementById(part.id);
    if (here && !busy(here) && here.outerHTML !== part.outerHTML) here.replaceWith(document.importNode(part, true));
  }
  countDown();
}

async function swap() {
  const reply = heard(await fetch(location.href, { credentials: "same-origin", cache: "no-store", redirect: "error", headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(8000) }));
  if (reply.status === 403 && reply.headers.has("X-Locked")) return tablet ? tablet.hide(true) : location.reload();
  if (!reply.ok) throw new Error(`answered ${reply.status}`);
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const there = page.querySelector("[data-beat]");
  if (!there) return location.reload(); // signed out
  if (there.dataset.left !== room.dataset.left) return turn(); // gone home, or put right
  if (there.dataset.author !== room.dataset.author && tablet) return tablet.handOver(); // opened by another, in another tab
  show(page);
  keepNewest([...page.querySelectorAll("[data-part]")].map((part) => part.outerHTML).join(""));
  number = there.dataset.number;
  fresh = performance.now();
  if (looking) complain(asked, [words.nothing]);
  looking = false;
  return null;
}

// To the page of the departure that stands: never back into a form of correction.
function turn() {
  if (asked) gone = true; // what was typed was sent
  return location.assign(location.pathname);
}

// A hidden page is not fetched: what calls is said without a name.
async function look(reply, sent) {
  if (!tablet?.hidden) {
    document.getElementById("notice-locked")?.remove();
    return looking || sent || reply.status === 200 || performance.now() - fresh > FRESH_MS ? swap() : null;
  }
  const alarms = await reply.json();
  const calls = [alarms.high ? `▲ ${alarms.high}` : "", ...new Set(alarms.late.map((one) => one.what))].filter(Boolean);
  if (calls.length) notice("notice-locked", calls.join(" · "), true); else document.getElementById("notice-locked")?.remove();
  return null;
}

async function beat() {
  try {
    const hidden = Boolean(tablet?.hidden);
    const reply = heard(await fetch(`${room.dataset.beat}?after=${hidden ? "" : number}`, { credentials: "same-origin", cache: "no-store", redirect: "error", signal: AbortSignal.timeout(4000) }));
    if (![200, 304].includes(reply.status)) throw new Error(`answered ${reply.status}`);
    tablet?.answered();
    const told = await desk.flush();
    if (told?.sent) document.getElementById("notice-help")?.remove();
    if (hidden === Boolean(tablet?.hidden)) await look(reply, told?.sent); // it may have been locked or opened meanwhile
    silent = 0;
    lost(false);
  } catch {
    silent += 1;
    if (silent >= BEATS) lost(true);
  }
  setTimeout(beat, BEAT_MS - 200);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const work = form.dataset.entry ? send : "leave" in form.dataset ? leave : null;
  if (!work) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  try { await work(form, new FormData(form, event.submitter)); } finally { delete form.dataset.busy; }
});

async function send(form, data, confirmed = []) {
  const kind = form.dataset.entry;
  confirmed.forEach((gate) => data.append("confirm", gate));
  const wrong = impossible(form, data, words);
  if (wrong.length && kind !== "pump_seen_stopped") return complain(form, wrong);
  form.inert = kind === "observation"; // what is typed before it is answered would land in the next set
  const outcome = await desk.save(kind, form, data).finally(() => { form.inert = false; });
  tellLost();
  if (outcome.state === "refused") return refuse(form, outcome.answer, words, (asked) => send(form, data, asked));
  if (kind === "help" && outcome.state !== "clinic") notice("notice-help", words.unheard, true);
  if (outcome.state === "nowhere") {
    if (kind === "stop") scrollTo({ top: 0 });
    return complain(form, [words.noqueue]);
  }
  complain(form, wrong);
  if (kind === "emergency") return written(form, data, outcome, words, clock);
  if (kind === "stop") scrollTo({ top: 0 }); // there it is asked whether the pump was seen to stand still
  form.reset();
  if (form.parentElement.matches("details")) form.parentElement.open = false;
  if (kind === "catheter") form.querySelector("button").disabled = true; // it is out once
  if (form.contains(document.activeElement)) document.activeElement.blur();
  if (outcome.state === "clinic" && !tablet?.hidden) swap().catch(() => {}); // not waited for: what is pressed meanwhile is sent
  return null;
}

// The departure is judged and signed at the clinic: no queue takes it, and nothing that was typed goes. Where no answer
// came to it, the next beat looks what stands; the same form sent again is the same departure.
async function leave(form, data, confirmed = []) {
  confirmed.forEach((gate) => data.append("confirm", gate));
  asked = navigator.onLine ? form : null;
  let reply;
  try {
    reply = await desk.letter(form.getAttribute("action"), data, { patience: 15000 });
  } catch { return unheard(form); }
  if (reply.ok) { gone = true; return location.assign(location.pathname); }
  if (reply.status >= 500 || reply.status === 409) return unheard(form);
  asked = null;
  if (reply.status === 422) return refuse(form, await reply.json(), words, (again) => leave(form, data, again));
  return complain(form, [words.signin]);
}

function unheard(form) {
  looking = Boolean(asked);
  complain(form, [looking ? words.perhaps : words.stays]);
}

addEventListener("beforeunload", (event) => {
  const form = document.querySelector("[data-leave]");
  if (!gone && !tablet?.leaving && form && [...form.querySelectorAll("input,textarea")].some(typed)) event.preventDefault();
});

faces();
document.querySelectorAll("[data-hold]").forEach((button) => holdToSend(button, words));
document.addEventListener("clearhead-leaving", () => { gone = true; });
countDown();
desk.onTold = () => showWaiting(desk);
await desk.open();
if (keptParts()) { show(keptParts().content); lost(true); silent = BEATS; }
setTimeout(beat, BEAT_MS - 200);
if (!room.dataset.left) keepOpen(room);
