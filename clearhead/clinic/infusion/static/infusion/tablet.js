// A shared tablet: locks when nobody touches it, opens with a PIN. STOP and help stay in reach all the time.
import { heard } from "../web/clinic.js";

const HERE_EVERY_MS = 60000;
const AGAIN_MS = 5000;
const HIDDEN = "clearhead-locked"; // a reload without the clinic comes back hidden
const TABLET = "bare tablet"; // one that was shown again without a PIN comes back so

export class Tablet {
  constructor(room, words, { kept, guard, renew, onOpen, onShown }) {
    Object.assign(this, { room, words, guard, renew, onOpen, onShown, own: false, heard: true });
    this.box = document.getElementById("locked-box");
    this.title = document.title;
    this.touched = this.told = Date.now();
    this.isTablet = "tablet" in room.dataset;
    for (const kind of ["pointerdown", "keydown", "input"]) addEventListener(kind, () => { this.touched = Date.now(); }, true);
    setInterval(() => this.look(), 1000);
    this.box.querySelector("[data-unlock]").addEventListener("submit", (event) => { event.preventDefault(); this.open(event.target); });
    this.box.querySelector("[data-show-again]").addEventListener("click", () => { this.isTablet ||= this.own; this.own = false; this.hide(false); this.show(); });
    document.getElementById("lock-now").addEventListener("submit", (event) => { event.preventDefault(); this.lock(); });
    const before = kept && this.remembered();
    if (before === "1") { this.own = true; this.hide(true); } else if (before) { this.isTablet ||= before === TABLET; this.show(); } else this.remember("");
  }

  // Shown again without a PIN: what is entered is nobody's until a PIN opens it, also after a reload.
  show() {
    document.body.classList.add("bare");
    this.remember(this.isTablet ? TABLET : "bare");
    this.onShown();
  }

  // The clinic answers: a PIN can be asked for again.
  answered() {
    if (!this.bare) return;
    if (this.isTablet) this.lock(); else this.hide(true);
  }

  get bare() { return document.body.classList.contains("bare"); }

  get hidden() { return document.body.classList.contains("locked"); }

  look() {
    const now = Date.now();
    if (this.own && !this.heard && now - this.told > AGAIN_MS) { this.told = now; this.tell(); }
    if (!this.isTablet || this.hidden) return;
    if (now - this.touched > Number(this.room.dataset.lockMin) * 60000) this.lock();
    else if (this.touched > this.told && now - this.told > HERE_EVERY_MS) { this.told = now; this.post(this.room.dataset.here).catch(() => {}); }
  }

  // Hidden here at once, locked at the clinic as soon as it hears of it.
  async lock() {
    this.isTablet = this.own = true;
    this.name = crypto.randomUUID(); // a lock that arrives after the PIN that opened it locks nothing
    this.hide(true);
    this.box.querySelector("[name=secret]").value = "";
    await this.tell();
  }

  async tell() {
    this.heard = false;
    const said = new URLSearchParams({ lock: this.name || "" });
    try { this.heard = (await this.post(this.room.dataset.lock, said)).status < 500; } catch { /* away: said again until it is heard */ }
  }

  // Another person is signed in here now: another page, with their own tokens.
  handOver() {
    this.leaving = true;
    location.reload();
  }

  hide(yes) {
    if (yes === this.hidden) return;
    document.body.classList.toggle("locked", yes);
    this.box.hidden = !yes;
    document.title = yes ? this.words.locked : this.title;
    document.querySelectorAll("dialog[open]").forEach((face) => face.close());
    this.remember(yes ? "1" : "");
    if (yes) document.body.classList.remove("bare");
    if (yes) document.getElementById("notice-bare")?.remove();
    if (yes) document.getElementById("notice-locked")?.remove();
    this.touched = Date.now();
  }

  remember(how) {
    try { if (how) sessionStorage.setItem(HIDDEN, how); else sessionStorage.removeItem(HIDDEN); } catch { /* private window */ }
  }

  remembered() {
    try { return sessionStorage.getItem(HIDDEN); } catch { return null; }
  }

  // Kept alive: a lock that was pressed reaches the clinic although the page is left in the same moment. A token that
  // is too old is renewed, so that the lock is heard and the PIN is looked at.
  async post(address, body = new URLSearchParams()) {
    body.delete("csrfmiddlewaretoken");
    const send = async () => heard(await fetch(address, {
      method: "POST", body, credentials: "same-origin", redirect: "error", keepalive: true, signal: AbortSignal.timeout(8000),
      headers: { Accept: "application/json", "X-CSRFToken": this.guard().csrf },
    }));
    const reply = await send();
    if (reply.status !== 403) return reply;
    await this.renew();
    return send();
  }

  async open(form) {
    const errors = form.querySelector(".errors");
    const secret = form.elements.secret;
    let said;
    const typed = new FormData(form);
    typed.set("lock", this.name || "");
    try { said = await (await this.post(form.getAttribute("action"), new URLSearchParams(typed))).json(); } catch { said = { sentence: this.words.signin }; }
    secret.value = "";
    errors.hidden = Boolean(said.opened);
    errors.textContent = said.sentence || "";
    if (!said.opened) { secret.focus(); return; }
    this.own = false;
    this.hide(false);
    if (said.same) this.onOpen();
    else this.handOver();
  }
}
