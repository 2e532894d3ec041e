// Ten seconds to take an entry back. The entry stays on the record, struck through by a second fact (never edited).
const SECONDS = 10;
const KINDS = new Set(["observation", "symptom", "adjunct", "adjuncteffect", "ratechange", "event"]);
const FINAL = new Set(["stop", "help", "emergency", "pump_seen_stopped", "pause", "end"]); // never taken back

export class Undo {
  constructor(room, words, desk, onUndone) {
    Object.assign(this, { room, words, desk, onUndone });
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
    const said = await this.desk.post(address, new URLSearchParams({ reason: this.words.undoWhy, client_id: crypto.randomUUID() }));
    if (!said?.saved) return this.desk.say("undo", said?.sentence || this.words.noundo);
    this.desk.say("said", this.words.undone);
    again();
    return this.onUndone();
  }
}
