// Keys for the whole page, and the list of them. It listens to the document once, whatever is drawn again.
const COMPOSER = '[data-testid="stChatInputTextArea"]';
const TYPING = "input, textarea, select, [contenteditable=true]";
let over = null; // what is listened to since it was drawn last: Streamlit ends that only when it is drawn no more

// The element that has the focus, in whichever shadow tree.
function focused() {
  let found = document.activeElement;
  while (found?.shadowRoot?.activeElement) {
    found = found.shadowRoot.activeElement;
  }
  return found;
}

// All buttons of citations, in the order in which they stand on the page.
function citations() {
  return [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
    .map((host) => host.shadowRoot)
    .filter(Boolean)
    .flatMap((tree) => [...tree.querySelectorAll("button.cite")]);
}

function step(by) {
  const name = by > 0 ? "next_citation" : "previous_citation";
  if (document.querySelector('[role="dialog"]')) {
    document.querySelector(`.st-key-${name} button:not(:disabled)`)?.click();
    return;
  }
  const all = citations();
  const at = all.indexOf(focused());
  const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by;
  all[to]?.focus({ focusVisible: true });
  all[to]?.scrollIntoView({ block: "nearest" });
}

// A dialog is closed by Escape itself, but not once the button that had the focus is disabled.
function close() {
  if (document.activeElement === document.body) {
    document.querySelector('[role="dialog"] button[aria-label="Close"]')?.click();
  }
}

const ACTIONS = {
  Escape: close,
  "/": () => document.querySelector(COMPOSER)?.focus(),
  n: () => step(1),
  p: () => step(-1),
};

// Gives the focus back to what had it before a dialog opened: Streamlit knows no element within another's shadow tree.
function returnFocus(signal) {
  let before = null;
  const clicked = () => {
    before = document.querySelector('[role="dialog"]') ? before : focused();
  };
  const closed = () => {
    if (document.activeElement === document.body && before?.isConnected && !document.querySelector('[role="dialog"]')) {
      before.focus({ preventScroll: true });
    }
  };
  const watch = new MutationObserver(closed);
  watch.observe(document.body, { childList: true });
  document.addEventListener("click", clicked, { capture: true, signal });
  signal.addEventListener("abort", () => watch.disconnect());
}

function rowsOf(keys) {
  return keys.flatMap(([key, words]) => {
    const term = document.createElement("dt");
    const sign = document.createElement("kbd");
    sign.textContent = key;
    term.append(sign);
    const told = document.createElement("dd");
    told.textContent = words;
    return [term, told];
  });
}

export default function ({ data, parentElement }) {
  const list = parentElement.querySelector("dialog");
  const open = parentElement.querySelector(".open");
  list.setAttribute("aria-label", data.title);
  list.querySelector("h2").textContent = data.title;
  list.querySelector("dl").replaceChildren(...rowsOf(data.keys));
  open.onclick = () => list.showModal();
  list.querySelector(".close").onclick = () => list.close();
  list.onclick = (event) => event.target === list && list.close();

  const pressed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || focused()?.matches(TYPING) || list.open) {
      return;
    }
    const act = event.key === "?" ? () => list.showModal() : ACTIONS[event.key];
    if (act) {
      if (event.key !== "Escape") {
        event.preventDefault();
      }
      act();
    }
  };
  over?.abort();
  over = new AbortController();
  document.addEventListener("keydown", pressed, { signal: over.signal });
  returnFocus(over.signal);
  return () => over.abort();
}
