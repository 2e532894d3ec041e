// STOP: a short hold by finger or mouse, one press by keyboard or a reader. Without script it is a plain button.
export const HOLD_MS = 600;
const HINT_MS = 4000;
const SLIP_PX = 12; // so far beside the button a finger may slip and still hold it

export function holdToSend(button, words) {
  const rest = button.textContent;
  let timer = null;
  let through = false;
  let hint = null;
  let place = null; // where the button lay when it was pressed: another word on it may make it smaller
  // Let go too early: the button says so for a while, instead of doing nothing.
  const letGo = () => {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    button.classList.remove("held");
    button.textContent = through ? rest : words.holdShort || words.holding;
    hint = setTimeout(() => { button.textContent = rest; }, HINT_MS);
  };
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    clearTimeout(hint);
    place = button.getBoundingClientRect();
    button.setPointerCapture(event.pointerId);
    button.classList.add("held");
    button.textContent = words.holding;
    timer = setTimeout(() => { through = true; letGo(); button.form.requestSubmit(button); through = false; }, HOLD_MS);
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(name, letGo);
  button.addEventListener("pointermove", ({ clientX, clientY }) => {
    const off = Math.max(place?.left - clientX, clientX - place?.right, place?.top - clientY, clientY - place?.bottom);
    if (off > SLIP_PX) letGo();
  });
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  // detail 0 is the keyboard or an assistive tool: a single press counts.
  button.addEventListener("click", (event) => { if (event.detail !== 0 && !through) event.preventDefault(); });
}
