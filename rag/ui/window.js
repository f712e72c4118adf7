// What Streamlit does with the window, put right for reading. It draws nothing.
const NARROW = "(max-width: 767px)"; // where Streamlit lays the sidebar over the page
const FOLD_SIDEBAR = '[data-testid="stSidebar"][data-collapsed="false"] [data-testid="stSidebarCollapseButton"] button';
let before = null;

// Streamlit keeps a page that is at its very end there, and so would move what is read up while more comes below it.
function stayStill() {
  const main = document.querySelector("#stMain");
  const rested = () => {
    if (document.querySelector(".st-key-latest") && main.scrollHeight - main.clientHeight - main.scrollTop <= 1) {
      main.scrollTop -= 3;
    }
  };
  main?.addEventListener("scrollend", rested);
  return () => main?.removeEventListener("scrollend", rested);
}

// A sidebar that lies over the page gives way once the tab has gone elsewhere: to a page, a set, a conversation.
function giveWay(place) {
  if (before !== place && matchMedia(NARROW).matches) {
    document.querySelector(FOLD_SIDEBAR)?.click();
  }
  before = place;
}

// A typed day counts once one has pressed beside its field, and Enter does nothing: here it does as well.
function takeDay() {
  const pressed = (event) => {
    const field = event.target.closest?.('[data-testid="stDateInput"]');
    if (field && event.key === "Enter") {
      field.parentElement.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
    }
  };
  document.addEventListener("keydown", pressed, true);
  return () => document.removeEventListener("keydown", pressed, true);
}

export default function ({ data }) {
  giveWay(data.place);
  const stop = [stayStill(), takeDay()];
  return () => stop.forEach((each) => each());
}
