// Ten seconds to take an entry back. The entry stays on the record, struck through by a second fact (never edited).
const SECONDS = 10;
const KINDS = new Set(["observation", "symptom", "adjunct", "adjuncteffect", "ratechange", "event"]);
const FINAL = new Set(["stop", "help", "emergency", "pump_seen_stopped", "pause", "end"]); // never taken back

export class Undo {
  constructor(room, words, desk, onUndone) {
    Object.assign(this, { room, words, desk, onUndone, strikes: [], asking: false });
    this.button = document.getElementById("undo");
    this.button.addEventListener("click", () => this.take());
  }

  offer(kind, answer, again = () => {}) {
    this.drop();
    if (FINAL.has(kind) || !answer?.fact || !KINDS.has(answer.kind)) return;
    Object.assign(this, { answer, again, left: SECONDS });
    this.show();
    this.timer = setInterval(() => { this.left -= 1; if (this.left) this.show(); else this.drop(); }, 1000);
  }

  show() {
    this.button.hidden = false;
    this.button.textContent = this.words.undo.replace("%s", this.left);
  }

  drop() {
    clearInterval(this.timer);
    this.button.hidden = true;
  }

  async take() {
    this.drop();
    const { answer, again } = this;
    const address = this.room.dataset.strike.replace("/record/", `/strike/${answer.kind}/${answer.fact}/`);
    const mine = { address, said: new URLSearchParams({ reason: this.words.undoWhy, client_id: crypto.randomUUID() }) };
    this.strikes.push(mine);
    if ((await this.ask()) === mine) again();
  }

  // The strike that was taken. Asked at once, and at every beat until the clinic has answered: the same strike twice is one.
  async ask() {
    if (this.asking || !this.strikes.length) return null;
    this.asking = true;
    const [strike] = this.strikes;
    try {
      const said = await this.desk.post(strike.address, strike.said);
      if (!said) { this.desk.say("undo", this.words.undoOpen); return null; }
      this.strikes.shift();
      if (!said.saved) { this.desk.say("undo", said.sentence || this.words.noundo); return null; }
    } finally { this.asking = false; }
    document.getElementById("notice-undo")?.remove();
    this.desk.say("said", this.words.undone);
    await this.onUndone();
    return strike;
  }
}
