// Faces: dialogs beside the page, never modal, so that STOP and help stay in reach. Without script each is a page.
export function faces() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-face]");
    const face = opener && document.getElementById(`face-${opener.dataset.face}`);
    if (face) {
      event.preventDefault();
      show(face, opener);
    }
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  });
  document.addEventListener("keydown", (event) => {
    const face = event.key === "Escape" && document.querySelector("dialog[open]");
    if (face) { face.close(); giveBack(face); }
  });
}

// To where it was opened from; that button may have been swapped meanwhile, or stands in a face that was closed.
export function giveBack(face) {
  const openers = [face.opener, ...document.querySelectorAll(`[data-face=${face.id.slice(5)}]`)];
  openers.find((one) => one?.isConnected && one.getClientRects().length)?.focus({ preventScroll: true });
}

export function show(face, opener) {
  face.querySelectorAll(".errors,.doubts").forEach((box) => { box.hidden = true; });
  document.querySelectorAll("dialog[open]").forEach((open) => open.close());
  face.opener = opener;
  face.show();
  face.tabIndex = -1;
  face.focus(); // its title is read out; a second Enter does nothing yet
}

// An emergency's face stays open for the next line; what was tapped stands in it with its time and where it is saved.
export function written(form, data, { state }, words, clock) {
  const pressed = [...form.querySelectorAll("button[name=what]")].find((one) => one.value === data.get("what"));
  const line = document.createElement("li");
  line.textContent = `${clock()} ${pressed?.textContent || data.get("text")} · ${state === "clinic" ? words.clinic : words.here}`;
  document.getElementById("emergency-said").append(line);
  line.scrollIntoView({ block: "nearest" });
  form.reset();
}
