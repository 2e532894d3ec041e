// One entry: on this device first, then at the clinic. A form's fields become what the queue sends.
import { heard } from "../web/clinic.js";
import { drain, openOutbox, usable } from "../web/outbox.js";

const DEVICE = (() => {
  try {
    const known = localStorage.getItem("device");
    if (known) return known;
    const made = `tablet-${crypto.randomUUID().slice(0, 4)}`;
    localStorage.setItem("device", made);
    return made;
  } catch { return "tablet"; }
})();
// A hidden screen, or one that was shown again without a PIN: whoever presses has not said who it is.
const nobody = () => ["locked", "bare"].some((name) => document.body.classList.contains(name));
const ALWAYS = new Set(["stop", "help", "emergency", "pump_seen_stopped"]);
const INTENDED = new Set(["adjunct", "by_plan", "bolus", "resume"]); // asked for until somebody says that it has happened
export const HAPPENED = "happened";
const OF_THE_PUMP = new Set(["stop", "end", "pump_seen_stopped"]); // stays on the screen although nothing could keep it
const AS_TYPED = new Set(["score", "escort", "catheter"]); // read at the clinic as their own page reads them
const GUARDS = new Set(["csrfmiddlewaretoken", "form_for", "client_id"]);
const MORE = ["pain", "nausea", "dissociation"];
const SIGNS = ["hr", "spo2", "o2_l_per_min", "rr", "sedation", "pain", "nausea", "dissociation", "temp_c", "etco2", "iv_site"];

const intends = (kind, data) => INTENDED.has(kind) && data.get("already") !== "on" && data.get("act") !== "not_given";
const turnedAway = (reply) => reply.type === "opaqueredirect" || reply.status === 403;

// The fields of the server's own door for queued entries (infusion/actions/intake.py).
export function fieldsOf(kind, form, data) {
  const said = (name) => data.get(name) || "";
  if (kind === "observation") return observationOf(data);
  if (kind === "symptom") return { code: said("code"), grade: Number(said("grade")), note: said("note") };
  if (kind === "adjunct") return { order_id: said("order_id"), dose: said("dose"), unit: said("unit"), confirmed: said("confirmed") === "on", confirm: data.getAll("confirm") };
  if (kind === "by_plan") return { order_id: said("order_id"), act: said("act"), why: said("why"), confirmed: said("confirmed") === "on", confirm: data.getAll("confirm") };
  if (kind === "effect") return { adjunct: said("adjunct"), effect: said("effect") };
  if (kind === "note") return { what: said("kind") || "note", text: said("text") };
  if (kind === "ack") return { flag: form.dataset.flag, done: said("done"), cleared: said("cleared") === "on" };
  if (kind === "rate") return { value: said("value"), unit: said("unit"), reason: said("reason") };
  if (kind === "resume") return { value: said("value"), unit: said("unit") };
  if (kind === "reading") return { pump_ml: said("pump_ml") };
  if (kind === "bolus") return { mg: said("mg"), over_min: said("over_min") };
  if (kind === "flush") return { ml: said("ml"), over_min: said("over_min") || "1" };
  if (AS_TYPED.has(kind)) return Object.fromEntries([...data].filter(([name]) => !GUARDS.has(name)));
  if (kind === "emergency") return { what: said("what"), text: said("text") };
  if (kind === "pump_seen_stopped") return { pump_ml: said("pump_ml") };
  return { reason: said("reason") };
}

function observationOf(data) {
  const values = {};
  for (const name of SIGNS) if (data.get(name)) values[name] = data.get(name);
  const pressure = /^\s*(\d{2,3})\s*\/\s*(\d{2,3})\s*$/.exec(data.get("bp") || "");
  if (pressure) [values.sys, values.dia] = [pressure[1], pressure[2]];
  const why = {};
  for (const [name, word] of data) if (name.startsWith("why_") && word) why[name.slice(4)] = word;
  return { values, why_not: why, kind: data.get("kind") || (MORE.every((name) => name in values || name in why) ? "full" : "core"), confirmed: data.getAll("confirm") };
}

export class Desk {
  constructor(room, words, say) {
    Object.assign(this, { room, words, say, outbox: null, full: false, unsaved: [], sending: false });
  }

  async open() {
    if (!usable()) return;
    try {
      this.outbox = await openOutbox();
    } catch { this.outbox = null; }
    await this.tell();
    this.flush(); // what can be delivered is, however old; only what is left of an old queue is swept
  }

  get keeps() { return Boolean(this.outbox) && !this.full; }

  get code() { return this.room.dataset.chair; }

  address(scope) { return this.room.dataset.entries.replace(this.code, scope); }

  guard() {
    const field = (name) => document.querySelector(`input[name=${name}]`)?.value || "";
    return { csrf: field("csrfmiddlewaretoken"), patient: field("form_for") };
  }

  entryOf(kind, form, data) {
    const now = new Date().toISOString();
    const typed = data.get("happened_at");
    const zone = document.querySelector("[data-offset]").dataset.offset;
    const off = this.room.dataset.deviceOff;
    const jumped = this.jumped?.() || 0;
    return {
      client_id: crypto.randomUUID(), kind, happened_at: typed ? `${typed}:00${zone}` : now, typed: Boolean(typed), device: DEVICE, device_at: now,
      form_for: this.guard().patient, fields: fieldsOf(kind, form, data),
      ...(typed ? { wall: typed, which: data.get("happened_at_which") || "" } : {}), // the clinic knows its own clock changes
      ...(off ? { device_off_s: Number(off), device_jumped_s: jumped } : {}), // the clinic's clock less this one, as last heard
      ...(intends(kind, data) && !document.body.classList.contains("lost") ? { intended: true } : {}), // to be judged
      ...(nobody() ? { unsigned: true } : { author: this.room.dataset.author }),
    };
  }

  // Answers {state: "clinic" | "here" | "refused" | "nowhere", ...}.
  async save(kind, form, data, { queueable = true } = {}) {
    const entry = this.entryOf(kind, form, data);
    const kept = queueable && (await this.keep(entry));
    data.set("client_id", entry.client_id);
    if (entry.unsigned) data.set("unsigned", "1");
    if (!entry.unsigned || ALWAYS.has(kind)) try { // no page charts for nobody: such an entry goes by the queue
      const reply = await this.letter(form.getAttribute("action"), data);
      if (reply.ok) return this.saved(entry, await reply.json());
      if (reply.status === 422) return this.refused(entry, await reply.json());
      if (reply.status === 409 && !ALWAYS.has(kind)) return this.refused(entry, { errors: { __all__: [{ message: await sentence(reply) }] } });
      const answer = turnedAway(reply) && !ALWAYS.has(kind) && (await this.against(reply, kind, data));
      if (answer) return this.refused(entry, answer);
      if (turnedAway(reply)) this.say("signin", this.words.signin);
    } catch { /* the network is away: the entry stays here */ }
    if (kept) await this.outbox.release(entry.client_id).catch(() => {});
    else if (OF_THE_PUMP.has(kind)) this.unsaved.push(entry);
    await this.tell();
    return { state: kept ? "here" : "nowhere", entry };
  }

  // The clinic answers and does not let it in. Whoever is signed in is told why; without anybody what has happened
  // waits here, and what was only meant is not charted as if it had happened.
  async against(reply, kind, data) {
    if (this.signedIn) return { errors: { __all__: [{ message: (await sentence(reply)) || this.words.notcharted }] } };
    return intends(kind, data) ? { ask: [{ gate: HAPPENED, sentence: this.words.notcharted, named: this.words.happened }] } : null;
  }

  // To the clinic. A page whose token is too old because the same person signed in again elsewhere gets a new one and
  // sends once more, so that the gates judge it.
  async letter(address, body, { redirect = "manual", patience = 5000 } = {}) {
    const said = new URLSearchParams(body);
    said.delete("csrfmiddlewaretoken");
    const send = async () => {
      const { csrf, patient } = this.guard();
      return heard(await fetch(address, {
        method: "POST", body: said, credentials: "same-origin", signal: AbortSignal.timeout(patience), redirect,
        headers: { Accept: "application/json", "X-CSRFToken": csrf, "X-Form-For": patient, "X-Device": DEVICE },
      }));
    };
    const reply = await send();
    if (!turnedAway(reply)) return reply;
    this.signedIn = await this.renew();
    return this.signedIn ? send() : reply;
  }

  // True when the person of this page is signed in; the page has its newest token then.
  async renew() {
    const reply = heard(await fetch(location.href, {
      credentials: "same-origin", cache: "no-store", redirect: "manual", headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(5000),
    }));
    if (reply.status >= 500) throw new Error(`answered ${reply.status}`);
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const csrf = page.querySelector("input[name=csrfmiddlewaretoken]")?.value;
    const same = page.querySelector("[data-author]")?.dataset.author === this.room.dataset.author;
    if (!csrf || !(same || reply.headers.has("X-Locked"))) return false; // a locked tablet takes a PIN
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((field) => { field.value = csrf; });
    return same;
  }

  // What has no place in the queue: answered now, or null while the clinic is away.
  async post(address, body) {
    try {
      const reply = await this.letter(address, body);
      if (turnedAway(reply)) return { sentence: "" };
      const said = await reply.json();
      return reply.ok ? said : { sentence: Object.values(said.errors || {}).flat().map((one) => one.message).join(" ") };
    } catch { return null; }
  }

  // A line of the tablet itself, for the next drain.
  async keepNote(text) {
    const entry = this.entryOf("note", null, new Map([["kind", "note"], ["text", text]]));
    if (await this.keep(entry)) await this.outbox.release(entry.client_id);
    await this.tell();
  }

  async keep(entry) {
    if (!this.outbox) return false;
    try { await this.outbox.put(this.code, entry); } catch { this.full = true; return false; }
    this.full = false;
    if (entry.kind === "stop") this.unsaved = [];
    this.say("said", `${this.words.here} ${clock()}`);
    return true;
  }

  async saved(entry, answer) {
    await this.outbox?.remove([entry.client_id]);
    if (!ALWAYS.has(entry.kind)) document.getElementById("notice-signin")?.remove(); // a STOP needs nobody
    if (entry.kind === "stop") this.unsaved = [];
    this.say("said", `${this.words.clinic} ${clock(answer.saved_at)}`);
    document.getElementById("notice-unread")?.remove();
    if (answer.unread) this.say("unread", answer.unread);
    await this.tell();
    return { state: "clinic", entry, answer };
  }

  async refused(entry, answer) {
    await this.outbox?.remove([entry.client_id]);
    this.say("said", "");
    await this.tell();
    return { state: "refused", entry, answer };
  }

  // Called at every good beat: what waits goes out in the order in which it happened.
  async flush() {
    if (!this.outbox || this.sending || !(await this.outbox.count())) return null;
    this.sending = true;
    try {
      const told = await drain(this.outbox, (scope) => this.address(scope), { device: DEVICE });
      if (told?.sent) this.say("said", `${this.words.clinic} ${clock(told.savedAt)}`);
      if (told?.sent && !told.signIn) document.getElementById("notice-signin")?.remove();
      if (told?.aside) this.say("aside", this.words.aside);
      if (told?.byHand.length) this.say("byhand", this.words.byhand.replace("%s", told.byHand.map((at) => clock(at).slice(0, 5)).join(", ")));
      if (told?.signIn) this.say("signin", this.words.signin);
      const swept = told && !told.signIn && !told.failed ? await this.outbox.sweep() : 0;
      if (swept) this.say("swept", this.words.swept.replace("%s", swept));
      return told;
    } catch { return null; } finally { this.sending = false; await this.tell(); }
  }

  async tell() {
    const count = this.outbox ? await this.outbox.count() : 0;
    const chip = document.getElementById("unsent");
    chip.hidden = count === 0;
    chip.dataset.count = count; // until it is counted, hidden means nothing
    chip.textContent = `${this.words.unsent}: ${count}`;
    await this.onTold?.(count);
    return count;
  }
}

export const clock = (iso) => new Date(iso || Date.now()).toLocaleTimeString([], {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
  timeZone: document.querySelector("[data-zone]").dataset.zone,
});

async function sentence(reply) {
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  return page.querySelector(".errors")?.textContent || "";
}
