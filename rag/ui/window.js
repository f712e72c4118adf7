// What Streamlit does with the window, put right for reading. It draws nothing.
const NARROW = "(max-width: 767px)"; // where Streamlit lays the sidebar over the page
const FOLD_SIDEBAR = '[data-testid="stSidebar"][data-collapsed="false"] [data-testid="stSidebarCollapseButton"] button';
const TAKEN = ["wheel", "touchstart", "keydown", "pointerdown"]; // whoever scrolls or clicks decides from then on
let before = null;
let taken = false;
let over = null; // what is listened to since it was drawn last: Streamlit ends that only when it is drawn no more

// A sidebar that lies over the page gives way once the tab has gone elsewhere: to a page, a set, a conversation.
function arrive(place) {
  if (before === place) {
    return;
  }
  before = place;
  taken = false;
  if (matchMedia(NARROW).matches) {
    document.querySelector(FOLD_SIDEBAR)?.click();
  }
}

// Streamlit keeps a page that is at its very end there, and so would move what is read up while more comes below it:
// the answer before the one that comes, or a greeting that all fitted into the window until its questions were there.
function stayStill(signal) {
  // on the window, for what scrolls is made anew at times
  const on = (name, act) => {
    const options = { capture: true, passive: true, signal };
    addEventListener(name, (event) => event.target.id === "stMain" && act(event.target), options);
  };
  on("scroll", (main) => {
    if (!taken && main.scrollTop && document.querySelector(".st-key-greeting")) {
      main.dispatchEvent(new WheelEvent("wheel")); // it is on its way to the end
      main.scrollTop = 0;
    }
  });
  on("scrollend", (main) => {
    if (document.querySelector(".st-key-latest") && main.scrollHeight - main.clientHeight - main.scrollTop <= 1) {
      main.scrollTop -= 3;
    }
  });
  const take = (event) => {
    taken ||= event.isTrusted;
  };
  TAKEN.forEach((name) => addEventListener(name, take, { capture: true, passive: true, signal }));
}

// A typed day counts once one has pressed beside its field, and Enter does nothing: here it does as well.
function takeDay(signal) {
  const pressed = (event) => {
    const field = event.target.closest?.('[data-testid="stDateInput"]');
    if (field && event.key === "Enter") {
      field.parentElement.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
    }
  };
  document.addEventListener("keydown", pressed, { capture: true, signal });
}

export default function ({ data }) {
  over?.abort();
  over = new AbortController();
  arrive(data.place);
  stayStill(over.signal);
  takeDay(over.signal);
  return () => over.abort();
}
