// Live on every screen: asks every two seconds, swaps what is new, blanks the figures when the clinic is lost.
import { heard } from "../web/clinic.js";

export const BEAT_MS = 2000;
const MISSED = 3;
const FRESH_MS = 60000; // the now line, what was given, what is due: they move without a new fact
const CLOCK_OFF_MS = 120000;

export class Live {
  constructor(room, words, { onBeat, onLocked, onOther, onNewest = () => {}, keeps = () => true }) {
    Object.assign(this, { room, words, onBeat, onLocked, onOther, onNewest, keeps });
    this.last = performance.now();
    this.fresh = performance.now();
    this.lost = false;
    this.number = document.getElementById("part-strip")?.dataset.number || "";
    this.readClock();
    setInterval(() => this.watch(), 500);
    setInterval(() => this.count(), 5000);
    this.count();
  }

  width() {
    return Math.max(280, Math.floor(document.getElementById("part-picture")?.clientWidth || 900) - 14);
  }

  address(after) {
    const query = new URLSearchParams({ width: this.width() });
    if (after) query.set("after", after);
    if (this.room.dataset.last) query.set("last", this.room.dataset.last);
    return `${this.room.dataset.parts}?${query}`;
  }

  start() {
    this.look(true).finally(() => this.next());
    addEventListener("resize", () => { clearTimeout(this.resized); this.resized = setTimeout(() => this.look(true), 300); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.look(true); });
  }

  next() {
    setTimeout(() => this.look(performance.now() - this.fresh > FRESH_MS).finally(() => this.next()), BEAT_MS - 200);
  }

  async look(everything = false) {
    try {
      const reply = heard(await fetch(this.address(everything || this.lost ? "" : this.number), {
        credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(4000), redirect: "error",
      }));
      if (reply.status === 403 || reply.status === 401) { this.heard(); return this.onLocked({ late: [], high: 0, pump_confirmed: true }); }
      if (reply.status !== 200 && reply.status !== 304) throw new Error(`answered ${reply.status}`);
      const by = reply.headers.get("X-Signed-In");
      if (by && by !== this.room.dataset.author) return this.onOther();
      const kind = reply.headers.get("Content-Type") || "";
      const body = reply.status === 200 ? await reply.text() : "";
      this.heard();
      if (reply.status === 304) return;
      if (kind.includes("json")) return this.onLocked(JSON.parse(body));
      this.swap(body);
      this.judgeClock(); // only by what the clinic says now, never by a page that was kept
      this.onNewest(body);
      this.fresh = performance.now();
      this.onLocked(null);
    } catch { /* a missed beat: the watch counts them */ }
  }

  heard() {
    this.last = performance.now();
    if (this.lost) {
      this.lost = false;
      document.body.classList.remove("lost");
      for (const id of ["lost-notice", "notice-page"]) document.getElementById(id)?.remove();
      document.querySelector(".old-mark")?.remove();
    }
    this.onBeat();
  }

  watch() {
    if (!this.lost && performance.now() - this.last >= MISSED * BEAT_MS + 500) this.lose();
  }

  // The page came from the tablet itself: what it knew last, blanked at once.
  lose(parts = "") {
    if (parts) this.swap(parts);
    this.lost = true;
    const since = document.getElementById("part-strip")?.dataset.clock || "";
    document.body.classList.add("lost");
    document.querySelectorAll("[data-live]").forEach((figure) => { figure.textContent = "–"; figure.removeAttribute("data-countdown"); });
    this.tellLost();
    const mark = document.createElement("span");
    mark.className = "old-mark";
    mark.textContent = this.words.old.replace("%s", since);
    document.getElementById("part-picture")?.append(mark);
  }

  tellLost() {
    if (!this.lost) return;
    const since = document.getElementById("part-strip")?.dataset.clock || "";
    notice("lost-notice", (this.keeps() ? this.words.lost : this.words.lostbare).replace("%s", since), true);
  }

  swap(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const fresh of page.querySelectorAll("[data-part]")) {
      const here = document.getElementById(fresh.id);
      fold(fresh, here);
      if (here && !busy(here) && here.outerHTML !== fresh.outerHTML) here.replaceWith(document.importNode(fresh, true));
    }
    this.number = document.getElementById("part-strip").dataset.number;
    this.readClock();
    this.count();
    const box = document.getElementById("part-grid");
    if (box) box.scrollLeft = box.scrollWidth;
  }

  readClock() {
    const now = Date.parse(document.getElementById("part-strip")?.dataset.now);
    if (!Number.isNaN(now)) this.server = { at: now, read: performance.now() };
  }

  // The clinic's clock counts; a device that is off is told so, and says so with each entry.
  judgeClock() {
    if (!this.server) return;
    const off = Date.now() - this.server.at;
    this.room.dataset.deviceOff = Math.round(-off / 1000);
    this.compared = { date: Date.now(), run: performance.now() };
    document.getElementById("clock-notice")?.remove();
    if (Math.abs(off) > CLOCK_OFF_MS) notice("clock-notice", this.words.clock.replace("%s", Math.round(Math.abs(off) / 60000)));
  }

  // Seconds by which the device's clock has left the time that passed since it was compared: it was set, or it slept.
  jumped() {
    return this.compared ? Math.round((Date.now() - this.compared.date - (performance.now() - this.compared.run)) / 1000) : 0;
  }

  now() {
    return this.server.at + (performance.now() - this.server.read);
  }

  count() {
    for (const figure of document.querySelectorAll("[data-countdown]")) {
      const left = Math.round((Date.parse(figure.dataset.countdown) - this.now()) / 60000);
      const span = (minutes) => (minutes >= 60 ? `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}` : `${minutes} min`);
      figure.textContent = left === 0 ? this.words.now : left > 0 ? this.words.in.replace("%s", span(left)) : this.words.over.replace("%s", span(-left));
      figure.parentElement.classList.toggle("over", left < 0);
      figure.parentElement.classList.toggle("soon", left >= 0 && left <= 5);
    }
    const full = document.getElementById("part-strip")?.dataset.dueSet === "full";
    document.querySelector("[data-full]")?.classList.toggle("wanted", full);
  }
}

// What somebody unfolded stays so. On a phone the ladders start folded: every high flag stands above the entries.
const narrow = matchMedia("(max-width:820px)");
export function fold(part, before = null) {
  for (const flag of part.querySelectorAll("details.flag")) {
    const known = before?.querySelector(`#${flag.id}`);
    flag.open = known ? known.open : flag.open && !narrow.matches;
  }
}

// Somebody types or reads in it: it waits for the next beat.
function busy(part) {
  const inside = document.activeElement;
  if (inside && part.contains(inside) && inside.matches("input,textarea,select")) return true;
  if (part.id === "part-tasks" && part.querySelector("details[open]")) return true;
  return !!part.closest("dialog[open]") && !!part.querySelector("[aria-pressed=true],details[open]");
}

export function notice(id, sentence, hard = false) {
  let line = document.getElementById(id);
  if (!line) {
    line = document.createElement("div");
    line.id = id;
    line.className = hard ? "notice hard" : "notice";
    line.setAttribute("role", "alert");
    document.getElementById("part-banner").after(line);
  }
  if (line.textContent !== sentence) line.textContent = sentence;
}
