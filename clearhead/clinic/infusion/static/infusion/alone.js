// The timed pause of somebody who works alone. The clinic signed its beginning for this very entry and judges its end;
// here it is only counted down.
export function pause(form, { token, wait_s }, words) {
  let field = form.elements.alone_since;
  if (!field) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name: "alone_since" });
    form.append(field);
  }
  field.value = token;
  const line = form.querySelector(".alone") || below(form);
  const ready = performance.now() + wait_s * 1000;
  clearInterval(form.counting);
  const count = () => {
    const left = Math.ceil((ready - performance.now()) / 1000);
    line.textContent = left > 0 ? words.alone.replace("%s", left) : words.aloneReady;
    line.classList.toggle("ready", left <= 0);
    if (left <= 0 || !line.isConnected) clearInterval(form.counting);
  };
  form.counting = setInterval(count, 1000);
  count();
}

// Another number, or it is saved: the pause was about something else.
export function unpause(form) {
  clearInterval(form.counting);
  form.querySelector(".alone")?.remove();
  if (form.elements.alone_since) form.elements.alone_since.value = "";
}

function below(form) {
  const line = Object.assign(document.createElement("p"), { className: "card alone" });
  line.setAttribute("role", "status");
  (form.querySelector("button.primary") || form.lastElementChild).before(line);
  return line;
}
